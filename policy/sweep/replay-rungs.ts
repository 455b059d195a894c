/** Every decision of the scheduler made again, and every report checked against what it summarises. */
import { trialIdOf } from '../../contracts/ids.ts';
import type { ObjectiveCurve, ReplayStep } from '../../contracts/replay.ts';
import type { RungDecision } from '../schedulers/scheduler.ts';
import type { RecordedTrial } from './recorded-trial.ts';
import { rungQuestion } from './rung-question.ts';
import { rungsOf, type SweepRules } from './sweep.ts';

export interface RungFacts {
  readonly rules: SweepRules;
  readonly trials: readonly RecordedTrial[];
  /** Reason of a trial that a time budget has ended; null where none has. */
  readonly budgetReason: string | null;
}

/** The decision about one report, as it had to be made; null: the facts that it needed are not there. */
export const decisionAt = ({ rules, trials }: RungFacts, trial: RecordedTrial, rung: number): RungDecision | null => {
  const reports = trial.reports.slice(0, rung + 1);
  const before = rules.mode === 'ordered' ? Number.POSITIVE_INFINITY : (reports.at(-1)?.sequence ?? 0);
  const question = rungQuestion(trials, { ...trial, reports }, { ...rules, before });
  return question === null ? null : rules.scheduler.decide(question);
};

interface Recorded {
  readonly kind: RungDecision['kind'];
  /** null: nothing was kept of a decision to go on. */
  readonly reason: string | null;
}

/** What is recorded of a decision; null where none was due, or nobody can tell whether it was made. */
const recordedAt = ({ rules, budgetReason }: RungFacts, trial: RecordedTrial, rung: number): Recorded | null => {
  const isLatest = rung === trial.reports.length - 1;
  if (rung >= rungsOf(rules, trial).length - 1) {
    return null;
  }
  if (!isLatest || trial.state === 'failed') {
    return { kind: 'continue', reason: null };
  }
  const isPruned = trial.state === 'pruned' && (budgetReason === null || trial.reason !== budgetReason);
  return isPruned ? { kind: 'prune', reason: trial.reason } : null;
};

const inWords = ({ kind, reason }: Recorded | RungDecision): string => (reason === null ? kind : `${kind}: ${reason}`);

const compare = (facts: RungFacts, trial: RecordedTrial, rung: number): readonly ReplayStep[] => {
  const recorded = recordedAt(facts, trial, rung);
  if (recorded === null) {
    return [];
  }
  const derived = decisionAt(facts, trial, rung);
  const step = {
    subject: 'rung',
    trialId: trialIdOf(trial.index),
    epoch: trial.reports[rung]?.epoch ?? null,
    recorded: inWords(recorded),
  } as const;
  const isSame = derived?.kind === recorded.kind && (recorded.reason === null || recorded.reason === derived.reason);
  if (derived !== null && isSame) {
    return [{ ...step, verdict: 'agrees', derived: inWords(derived) }];
  }
  // In the ordered mode an earlier trial counts by what it shows in the end, which may have come after the decision.
  const isChanged =
    facts.rules.mode === 'ordered' && facts.trials.slice(0, trial.index).some(({ attempt }) => attempt > 1);
  if (isChanged) {
    return [{ ...step, verdict: 'unknown', derived: 'an earlier trial was retried afterwards' }];
  }
  const nothing = 'no decision yet: an earlier trial has not reached this rung';
  return [{ ...step, verdict: 'differs', derived: derived === null ? nothing : inWords(derived) }];
};

export const replayRungs = (facts: RungFacts): readonly ReplayStep[] =>
  facts.trials.flatMap((trial) => trial.reports.flatMap((_, rung) => compare(facts, trial, rung)));

/** Reports come at the rungs; only a trial that has stopped by itself, or was stopped for good, has one before. */
const expectedEpoch = ({ rules, budgetReason }: RungFacts, trial: RecordedTrial, rung: number): number | null => {
  const due = rungsOf(rules, trial)[rung] ?? null;
  const { epoch = 0 } = trial.reports[rung] ?? {};
  const hasEnded = trial.state === 'completed' || (trial.state === 'pruned' && trial.reason === budgetReason);
  const mayBeEarly = rung === trial.reports.length - 1 && hasEnded;
  return due !== null && mayBeEarly && epoch < due ? epoch : due;
};

/** @param curveOf metric history of a trial; null where there is none */
export const replayReports = (
  facts: RungFacts,
  curveOf: (trial: RecordedTrial) => ObjectiveCurve | null,
): readonly ReplayStep[] =>
  facts.trials.flatMap((trial) => {
    const curve = curveOf(trial);
    return trial.reports.flatMap(({ epoch, value }, rung): readonly ReplayStep[] => {
      const step = { subject: 'report', trialId: trialIdOf(trial.index), epoch } as const;
      const due = expectedEpoch(facts, trial, rung);
      if (due !== epoch) {
        const derived = due === null ? 'no rung' : `a report at epoch ${due}`;
        return [{ ...step, verdict: 'differs', recorded: `a report at epoch ${epoch}`, derived }];
      }
      const known = curve?.find((point) => point.epoch === epoch)?.value;
      const isSame = known === undefined || Object.is(known, value) || Math.abs(known - value) < 1e-12;
      return known === undefined
        ? []
        : [{ ...step, verdict: isSame ? 'agrees' : 'differs', recorded: String(value), derived: String(known) }];
    });
  });
