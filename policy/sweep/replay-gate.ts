/** The gate's verdict once more, from the evidence that it keeps. */
import type { GateConfig } from '../../contracts/experiment-config.ts';
import type { GateVerdict, PairedTest } from '../../contracts/gate.ts';
import type { ReplayStep } from '../../contracts/replay.ts';
import { decideGate, latestReasons } from '../gate/decide-gate.ts';

/** A person's answer, or that nobody gave one. */
const ANSWER = /^(Approved by|Rejected by|Withdrawn:) /;

/** Without what no rule could give: the answer to a question, and what was decided about an earlier champion. */
const byRule = ({ decision, reasons: all }: GateVerdict, isAsked: boolean) => {
  const reasons = latestReasons(all);
  const isAnswered = isAsked && ANSWER.test(reasons.at(-1) ?? '');
  return isAnswered ? { decision: 'awaiting_approval', reasons: reasons.slice(0, -1) } : { decision, reasons };
};

/** null for verdicts of versions that had no p-value, and decided without. */
const pairedTestOf = ({ users = null, p_value = null, effect_size = null }: Partial<GateVerdict>): PairedTest | null =>
  users === null || p_value === null ? null : { users, p_value, effect_size, smallest_lift: null };

/** Nothing where the gate has not run. */
export const replayGate = (config: Required<GateConfig>, verdict: GateVerdict): readonly ReplayStep[] => {
  const { candidate, champion, ci, compared_with: comparedWith, champion_problem: championProblem } = verdict;
  if (verdict.decision === 'not_run' || candidate === null) {
    return [];
  }
  const again = decideGate(config, {
    candidate,
    champion,
    ci,
    pairedTest: pairedTestOf(verdict),
    comparedWith,
    championProblem,
  });
  const recorded = byRule(verdict, config.require_approval);
  const text = ({ decision, reasons: all }: { decision: string; reasons: readonly string[] }): string =>
    [decision, ...all].join('; ');
  return [
    {
      subject: 'gate',
      trialId: null,
      epoch: null,
      verdict: text(recorded) === text(again) ? 'agrees' : 'differs',
      recorded: text(recorded),
      derived: text(again),
    },
  ];
};
