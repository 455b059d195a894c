/** The gate's verdict once more, from the evidence that it keeps. */
import type { GateVerdict } from '../../contracts/gate.ts';
import type { ReplayStep } from '../../contracts/replay.ts';
import { needsApproval } from '../gate/approval.ts';
import { decideGate, type GateRules, latestReasons } from '../gate/decide-gate.ts';
import { evidenceIn } from '../gate/gate-evidence.ts';
import { isSeedNote } from '../gate/rules/seed-note.ts';

/** A person's answer, or that nobody gave one. */
const ANSWER = /^(Approved by|Rejected by|Withdrawn:) /;

/** Without what no rule could give: the answer to a question, and what was decided about an earlier champion. */
const byRule = ({ decision, reasons: all }: GateVerdict, isAsked: boolean) => {
  const reasons = latestReasons(all);
  const isAnswered = isAsked && ANSWER.test(reasons.at(-1) ?? '');
  return isAnswered ? { decision: 'awaiting_approval', reasons: reasons.slice(0, -1) } : { decision, reasons };
};

/** Nothing where the gate has not run. */
export const replayGate = (config: GateRules, verdict: GateVerdict): readonly ReplayStep[] => {
  const { candidate } = verdict;
  if (verdict.decision === 'not_run' || candidate === null) {
    return [];
  }
  const again = decideGate(config, evidenceIn(candidate, verdict));
  const recorded = byRule(verdict, needsApproval(config));
  // Of the seed, verdicts of earlier versions say nothing here.
  const text = ({ decision, reasons: all }: { decision: string; reasons: readonly string[] }): string =>
    [decision, ...all.filter((reason) => !isSeedNote(reason))].join('; ');
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
