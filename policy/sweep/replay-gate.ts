/** The gate's verdict once more, from the evidence that it keeps. */
import type { GateConfig } from '../../contracts/experiment-config.ts';
import type { GateVerdict } from '../../contracts/gate.ts';
import type { ReplayStep } from '../../contracts/replay.ts';
import { decideGate } from '../gate.ts';

const PROBLEM = /^The champion cannot be compared with: (.*)\.$/s;
const ANSWER = /^(Approved|Rejected) by /;

/** Without a person's answer, which no rule could give. */
const beforeApproval = ({ decision, reasons }: GateVerdict, isAsked: boolean) => {
  const isAnswered = isAsked && ANSWER.test(reasons.at(-1) ?? '');
  return isAnswered ? { decision: 'awaiting_approval', reasons: reasons.slice(0, -1) } : { decision, reasons };
};

/** Nothing where the gate has not run. */
export const replayGate = (config: Required<GateConfig>, verdict: GateVerdict): readonly ReplayStep[] => {
  const { candidate, champion, ci, reasons } = verdict;
  if (verdict.decision === 'not_run' || candidate === null) {
    return [];
  }
  const championProblem = reasons.map((reason) => PROBLEM.exec(reason)?.[1] ?? null).find((text) => text !== null);
  const again = decideGate(config, { candidate, champion, ci, championProblem: championProblem ?? null });
  const recorded = beforeApproval(verdict, config.require_approval);
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
