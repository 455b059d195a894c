/** Makes every decision of an experiment again from what it has recorded, and says where the two differ. */
import { elementAt } from '../../contracts/element-at.ts';
import type { ExperimentSnapshot, SweepFacts } from '../../contracts/experiment.ts';
import type { ObjectiveCurve, ReplayStep, SweepReplay } from '../../contracts/replay.ts';
import type { TrialView } from '../../contracts/trial.ts';
import { pickBestTrial } from '../selection.ts';
import { timeBudgetReason } from './budget-reasons.ts';
import { recordedTrials } from './recorded-trial.ts';
import { replayGate } from './replay-gate.ts';
import { replayCount, replayProposals } from './replay-proposals.ts';
import { type RungFacts, replayReports, replayRungs } from './replay-rungs.ts';
import { sweepRules } from './sweep-rules.ts';

/** Trial id to metric history; empty where nobody could be asked. */
export type Curves = Readonly<Record<string, ObjectiveCurve>>;

const whole = (
  subject: ReplayStep['subject'],
  trialId: string | null,
  recorded: string,
  derived: string,
): ReplayStep => ({
  subject,
  trialId,
  epoch: null,
  verdict: recorded === derived ? 'agrees' : 'differs',
  recorded,
  derived,
});

/** The value that trials are compared by, against the last report and the result that it comes from. */
const valueSteps = (
  { trialId, status, reports, value, result, isReused }: TrialView,
  metric: keyof NonNullable<TrialView['result']>['validation'],
): readonly ReplayStep[] => {
  if (status !== 'completed' && status !== 'pruned' && status !== 'cached') {
    return [];
  }
  const last = reports.at(-1)?.value ?? null;
  // A trial taken from the cache may have shown more than was needed of it here.
  const own = isReused || result === null ? last : result.validation[metric];
  return [
    whole('report', trialId, String(value), String(last)),
    ...(own === last ? [] : [whole('report', trialId, String(last), String(own))]),
  ];
};

const bestStep = ({ trials, bestTrialId, objective }: ExperimentSnapshot): ReplayStep =>
  whole('best', null, bestTrialId ?? 'none', pickBestTrial(trials, objective.direction)?.trialId ?? 'none');

export const rungFactsOf = ({ config, snapshot }: Omit<SweepFacts, 'format'>): RungFacts => ({
  rules: sweepRules(config),
  trials: recordedTrials(snapshot.trials),
  budgetReason: snapshot.sweep?.halt === 'max_seconds' ? timeBudgetReason(config.sweep?.max_seconds ?? null) : null,
});

/** Also of an experiment that still runs: then of what has been decided by now. */
export const replaySweep = ({ config, snapshot }: Omit<SweepFacts, 'format'>, curves: Curves = {}): SweepReplay => {
  const facts = rungFactsOf({ config, snapshot });
  const { rules, trials } = facts;
  const isClosed = snapshot.status !== 'completed' || (snapshot.sweep?.halt ?? null) !== null;
  const steps = [
    ...replayProposals(rules, trials),
    ...replayReports(facts, ({ index }) => curves[elementAt(snapshot.trials, index).trialId] ?? null),
    ...snapshot.trials.flatMap((trial) => valueSteps(trial, snapshot.objective.metric)),
    ...replayRungs(facts),
    ...replayCount(rules, trials, isClosed),
    bestStep(snapshot),
    ...replayGate(config.gate, snapshot.gate),
  ];
  const firstDifference = steps.find(({ verdict }) => verdict === 'differs') ?? null;
  return { agrees: firstDifference === null, firstDifference, steps };
};
