/** The gate's verdict once more, from the evidence that it keeps. */
import type { GateRule, GateVerdict } from '../../contracts/gate.ts';
import type { ReplayStep } from '../../contracts/replay.ts';
import { needsApproval } from '../gate/approval.ts';
import { decideGate, type GateRules, latestReasons } from '../gate/decide-gate.ts';
import { evidenceIn } from '../gate/gate-evidence.ts';
import { isRecordedNote } from '../gate/rules/recorded-note.ts';
import { isSeedNote } from '../gate/rules/seed-note.ts';

/** A person's answer, or that nobody gave one. */
const ANSWER = /^(Approved by|Rejected by|Withdrawn:) /;

/** Without what no rule could give: the answer to a question, and what was decided about an earlier champion. */
const byRule = ({ decision, reasons: all }: GateVerdict, isAsked: boolean) => {
  const reasons = latestReasons(all);
  const isAnswered = isAsked && ANSWER.test(reasons.at(-1) ?? '');
  return isAnswered ? { decision: 'awaiting_approval', reasons: reasons.slice(0, -1) } : { decision, reasons };
};

/** Where the interval says no, nothing has to agree with it: that rule decides nothing then. */
const decisiveRules = ({ rules = [] }: Partial<Pick<GateVerdict, 'rules'>>): readonly GateRule[] => {
  const main = rules.find(({ name }) => name === 'superior' || name === 'non_inferior');
  return rules.filter(({ name }) => name !== 'permutation' || main?.passed === true);
};

const rulesText = (verdict: Partial<Pick<GateVerdict, 'rules'>>): string =>
  decisiveRules(verdict)
    .map(({ name, passed, value, bound }) => `${name} ${passed ? 'passed' : 'failed'} with ${value} against ${bound}`)
    .join(', ');

const OTHER_WORDS = 'decision, rules and numbers are the same; this version of tt-exp words the reasons differently';

/**
 * Nothing where the gate has not run. Decision and rules with their numbers are compared: sentences change from version to
 * version, which is noted.
 */
export const replayGate = (config: GateRules, verdict: GateVerdict): readonly ReplayStep[] => {
  const { candidate } = verdict;
  if (verdict.decision === 'not_run' || candidate === null) {
    return [];
  }
  const again = decideGate(config, evidenceIn(candidate, verdict));
  const recorded = byRule(verdict, needsApproval(config));
  // Of the seed, verdicts of earlier versions say nothing here.
  const text = ({ decision, reasons: all }: { decision: string; reasons: readonly string[] }): string =>
    [decision, ...all.filter((reason) => !isSeedNote(reason) && !isRecordedNote(reason))].join('; ');
  // Those of the earliest versions have no rules.
  const [recordedRules, derivedRules] = [rulesText(verdict), rulesText(again)];
  const areRulesSame = recordedRules === '' || recordedRules === derivedRules;
  const isSame = recorded.decision === again.decision && areRulesSame;
  const whole = (words: string, rules: string): string => (areRulesSame ? words : `${words} Rules: ${rules}.`);
  return [
    {
      subject: 'gate',
      trialId: null,
      epoch: null,
      verdict: isSame ? 'agrees' : 'differs',
      recorded: whole(text(recorded), recordedRules),
      derived: whole(text(again), derivedRules),
      ...(isSame && text(recorded) !== text(again) && { note: OTHER_WORDS }),
    },
  ];
};
