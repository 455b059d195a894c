/** A simulated sweep as an experiment leaves it behind: its config and its last snapshot. */
import type { SweepFacts } from '../../contracts/experiment.ts';
import { trialIdOf } from '../../contracts/ids.ts';
import { type ObjectiveName, objectiveOf } from '../../contracts/objective.ts';
import type { ResolvedConfig, ResolvedScheduler } from '../../contracts/resolved-config.ts';
import type { TrialParams, TrialView } from '../../contracts/trial.ts';
import { pickBestTrial } from '../../policy/selection.ts';
import type { SweepState } from '../../policy/sweep/sweep.ts';
import { sweepRules } from '../../policy/sweep/sweep-rules.ts';
import { resolvedConfig, SCHEDULER_SETTINGS, sweepSettings, trainingResult } from './experiment-fixtures.ts';
import { trialView, viewOf } from './experiment-views.ts';
import { type Simulated, simulateSweep } from './simulate-sweep.ts';

const MAX_EPOCHS = 9;

export const sweepConfig = (
  seed: number,
  scheduler: Partial<ResolvedScheduler>,
  change: Partial<NonNullable<ResolvedConfig['sweep']>> = {},
): ResolvedConfig => {
  const base = resolvedConfig();
  return resolvedConfig({
    seed,
    training: { ...base.training, num_epochs: MAX_EPOCHS },
    sweep: sweepSettings({
      sampler: 'random',
      max_trials: 12,
      space: { 'training.learning_rate': { float: { low: 0, high: 1 } } },
      scheduler: { ...SCHEDULER_SETTINGS, ...scheduler },
      ...change,
    }),
  });
};

/** Best so far at an epoch: rises, each trial to a height of its own. */
export const valueAt = (params: TrialParams, epoch: number): number => {
  const x = Number(params['training.learning_rate']);
  return Math.abs(Math.sin(x * 50)) * (1 - 1 / (1 + epoch * (0.3 + Math.abs(Math.cos(x * 31)))));
};

/** One trial in five stops by itself. */
const stopsAt = (params: TrialParams): number | null => (Number(params['training.learning_rate']) < 0.2 ? 5 : null);

export const simulate = (config: ResolvedConfig, slots: number, seed: number): Simulated =>
  simulateSweep({ rules: sweepRules(config), slots, seed, shownAt: valueAt, stopsAt });

const viewsOf = ({ trials }: SweepState, metric: ObjectiveName): readonly TrialView[] =>
  trials.map(({ index, params, state, reports, decisions }) => {
    const last = reports.at(-1) ?? { epoch: 0, value: 0 };
    const result = trainingResult(last.value);
    return trialView(index, {
      trialId: trialIdOf(index),
      params,
      status: state === 'waiting' || state === 'ready' ? 'running' : state,
      reports,
      value: reports.at(-1)?.value ?? null,
      reason: state === 'pruned' ? (decisions.at(-1)?.reason ?? null) : null,
      result: {
        ...result,
        epochs: last.epoch,
        seconds: last.epoch,
        validation: { ...result.validation, [metric]: last.value },
      },
    });
  });

export const factsOf = (config: ResolvedConfig, { state }: Simulated): SweepFacts => {
  const objective = objectiveOf(config);
  const trials = viewsOf(state, objective.metric);
  const { progress: _, ...snapshot } = viewOf('done', {
    status: 'completed',
    objective,
    trials,
    sweep: { isPaused: false, maxParallel: 2, halt: null, trialCount: trials.length },
    bestTrialId: pickBestTrial(trials, objective.direction)?.trialId ?? null,
  });
  return { format: 1, config, snapshot };
};
