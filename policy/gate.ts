/** The gate: does the candidate become champion, and why? */
import type { GateConfig } from '../contracts/experiment-config.ts';
import type { ConfidenceInterval, GateSide, GateVerdict } from '../contracts/gate.ts';

export interface GateEvidence {
  readonly candidate: GateSide;
  /** null when nothing is registered as champion yet. */
  readonly champion: GateSide | null;
  /** Paired over the same test users; null exactly when champion is. */
  readonly ci: ConfidenceInterval | null;
  /** Why there is a champion that could not rank these data; null where there is none, or where it could. */
  readonly championProblem: string | null;
}

const metric = (value: number): string => value.toFixed(4);

/** Checks against the minimum first, then against the champion; every check leaves a reason, passed or not. */
export const decideGate = (config: Required<GateConfig>, evidence: GateEvidence): GateVerdict => {
  const { candidate, champion, ci, championProblem } = evidence;
  const reasons: string[] = [];
  const verdict = (isPassed: boolean): GateVerdict => ({
    decision: isPassed ? (config.require_approval ? 'awaiting_approval' : 'promoted') : 'rejected',
    reasons,
    candidate,
    champion,
    ci,
  });
  if (champion !== null && champion.run_id === candidate.run_id) {
    reasons.push(`The candidate is version ${champion.version}, which is the champion already.`);
    return verdict(false);
  }
  const minimum = config.min_ndcg_at_10;
  if (candidate.ndcg_at_10 < minimum) {
    reasons.push(`Test NDCG@10 ${metric(candidate.ndcg_at_10)} is below the minimum ${metric(minimum)}.`);
    return verdict(false);
  }
  reasons.push(`Test NDCG@10 ${metric(candidate.ndcg_at_10)} reaches the minimum ${metric(minimum)}.`);
  if (championProblem !== null) {
    reasons.push(`The champion cannot be compared with: ${championProblem}.`);
    return verdict(false);
  }
  if (champion === null || ci === null) {
    reasons.push('There is no champion to compare with.');
    return verdict(true);
  }
  const range = `[${metric(ci.low)}, ${metric(ci.high)}] at ${Math.round(ci.confidence * 100)} % confidence`;
  const isBetter = ci.low > config.min_improvement;
  reasons.push(
    `Mean difference to champion version ${champion.version} on the same users is ${metric(ci.mean)}, interval ${range}: ` +
      `its lower end ${isBetter ? 'lies above' : 'does not lie above'} the required ${metric(config.min_improvement)}.`,
  );
  return verdict(isBetter);
};

export const GATE_NOT_RUN: GateVerdict = {
  decision: 'not_run',
  reasons: [],
  candidate: null,
  champion: null,
  ci: null,
};
