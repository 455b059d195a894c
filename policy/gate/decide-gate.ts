/** The gate: does the candidate become champion, and why? */
import type { GateConfig } from '../../contracts/experiment-config.ts';
import {
  type ConfidenceInterval,
  type DecidedVerdict,
  type GateSide,
  type GateVerdict,
  isChampionAlready,
} from '../../contracts/gate.ts';

export interface GateEvidence {
  readonly candidate: GateSide;
  /** null where there is none, or where it could not be evaluated. */
  readonly champion: GateSide | null;
  /** Paired over the same test users; null unless the champion was evaluated beside the candidate. */
  readonly ci: ConfidenceInterval | null;
  /** Version of the champion, evaluated or not; null: there is none. */
  readonly comparedWith: string | null;
  /** Why there is a champion that could not be evaluated; null where there is none, or where it could. */
  readonly championProblem: string | null;
}

const FEWEST_DIGITS = 3;
const MOST_DIGITS = 8;

/** As few digits as still show on which side of its bound each value lies. */
const formatter = (...sides: readonly (readonly [value: number, bound: number])[]) => {
  const isTold = (digits: number): boolean =>
    sides.every(
      ([value, bound]) =>
        Math.sign(Number(value.toFixed(digits)) - Number(bound.toFixed(digits))) === Math.sign(value - bound),
    );
  let digits = FEWEST_DIGITS;
  while (digits < MOST_DIGITS && !isTold(digits)) {
    digits += 1;
  }
  return (value: number): string => (value === 0 ? '0' : value.toFixed(digits));
};

/** @param bound what the gain must exceed */
const comparison = ({ mean, low, high, confidence }: ConfidenceInterval, version: string, bound: number): string => {
  const text = formatter([low, bound], [high, bound], [mean, 0]);
  const percent = Number((confidence * 100).toFixed(4));
  const interval = `${percent} % interval ${text(low)} to ${text(high)}`;
  const [required, isGain] = [text(bound), mean > 0];
  const gain = `the ${isGain ? 'gain' : 'difference'} of ${text(mean)} ${isGain ? 'over' : 'to'} version ${version}`;
  if (high < bound) {
    return `${gain} is ${bound === 0 ? 'a loss' : `below the required ${required}`} (${interval} lies below ${required})`;
  }
  const certain = isGain && bound === 0 ? 'certain' : `certain to exceed ${required}`;
  return low > bound
    ? `${gain} is ${certain} (${interval} lies above ${required})`
    : `${gain} is not ${certain} (${interval} includes ${required})`;
};

/** Checks the minimum first, then against the champion; every check leaves a sentence, the last one the outcome. */
export const decideGate = (config: Required<GateConfig>, evidence: GateEvidence): DecidedVerdict => {
  const { candidate, champion, ci, comparedWith, championProblem } = evidence;
  const verdict = (decision: DecidedVerdict['decision'], ...reasons: readonly string[]): DecidedVerdict => ({
    decision,
    reasons,
    candidate,
    champion,
    ci,
    compared_with: comparedWith,
    champion_problem: championProblem,
  });
  const isChampion = isChampionAlready({ candidate, champion });
  const minimum = config.min_ndcg_at_10;
  const text = formatter([candidate.ndcg_at_10, minimum]);
  const measured = `NDCG@10 ${text(candidate.ndcg_at_10)}`;
  if (candidate.ndcg_at_10 < minimum) {
    const stays = isChampion ? ` Version ${champion?.version} stays champion until another takes its place.` : '';
    return verdict('rejected', `Not promoted: test ${measured} is below the minimum ${text(minimum)}.${stays}`);
  }
  if (isChampion) {
    return verdict('promoted', `Version ${champion?.version} is the champion already.`);
  }
  const reached = `Test ${measured} reaches the minimum ${text(minimum)}.`;
  if (championProblem !== null) {
    const outcome = `Not promoted: the champion, version ${comparedWith}, cannot be compared with: ${championProblem}.`;
    return verdict('rejected', reached, outcome);
  }
  const passed = (why: string): DecidedVerdict =>
    config.require_approval
      ? verdict('awaiting_approval', reached, `Awaits approval: ${why}.`)
      : verdict('promoted', reached, `Promoted: ${why}.`);
  if (champion === null || ci === null) {
    return passed('there is no champion to compare with');
  }
  const why = comparison(ci, champion.version, config.min_improvement);
  return ci.low > config.min_improvement ? passed(why) : verdict('rejected', reached, `Not promoted: ${why}.`);
};

const CHANGED = 'The champion changed';

const naming = (version: string | null): string => (version === null ? 'none' : `version ${version}`);

/** The verdict rests on a champion that is none any more: what is said of it before everything is decided again. */
export const outdatedReasons = (
  { reasons, compared_with: comparedWith }: GateVerdict,
  champion: string | null,
): readonly string[] => [
  ...reasons,
  `${CHANGED} from ${naming(comparedWith)} to ${naming(champion)} before this took effect: evaluated and decided again.`,
];

/** Those of the last decision, without what was said before the champion changed. */
export const latestReasons = (reasons: readonly string[]): readonly string[] =>
  reasons.slice(reasons.findLastIndex((reason) => reason.startsWith(CHANGED)) + 1);
