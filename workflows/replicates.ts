/** Trains the best trial's settings again with other seeds, for the gate to see how much the seed matters. */
import { setCurrentDetails } from '@temporalio/workflow';
import type { LeftOutReplicate } from '../contracts/gate.ts';
import { replicateIdOf } from '../contracts/ids.ts';
import { objectiveOf } from '../contracts/objective.ts';
import type { FinishedTrial, TrialView } from '../contracts/trial.ts';
import { describeProgress } from '../policy/describe-progress.ts';
import type { KnownInTrain } from '../policy/experiment-stages.ts';
import { replicateSettings } from '../policy/gate/replicate-settings.ts';
import { replicateRules } from '../policy/sweep/sweep-rules.ts';
import { trialSettings } from '../policy/trial-plan.ts';
import type { ConductorEnd, ConductorState, SweepPlan } from './conductor-plan.ts';
import { currentSnapshot, type ExperimentRun } from './experiment-run.ts';
import { SweepConductor } from './sweep-conductor.ts';

/** What the gate compares beside the best trial itself. */
export interface Replicated {
  readonly runIds: readonly string[];
  readonly leftOut: readonly LeftOutReplicate[];
}

/** The first replicate is the trial itself. */
const FIRST = 2;

/** Trials like any other, but for their seeds; nothing is chosen among them, so that no failure ends them. */
const planOf = (
  run: ExperimentRun,
  { mlflowExperimentId, parentRunId, dataset }: KnownInTrain,
  { trialId, params }: FinishedTrial,
  maxParallel: number,
): SweepPlan => {
  const { input, state, provenance } = run;
  const { config, isFresh } = input;
  const idOf = (index: number): string => replicateIdOf(trialId, index + FIRST);
  return {
    ...{ rules: replicateRules(config, params), idOf, metric: objectiveOf(config).metric, maxParallel },
    // The settings have trained a trial: tripwires for a broken config have nothing to find.
    ...{ maxFailures: Number.POSITIVE_INFINITY, maxSeconds: null, target: null, preflight: false },
    onOutcome: () => setCurrentDetails(describeProgress(currentSnapshot(run))),
    onProblem: (problem) => state.addProblem(problem),
    openRequestOf: ({ index }, attempt, rungs) => ({
      ...{ provenance, mlflowExperimentId, parentRunId, dataset, params, attempt, rungs },
      ...{ trialId: idOf(index), replicateOf: trialId },
      settings: replicateSettings(trialSettings(config, params), index + FIRST),
      ...{ metric: objectiveOf(config).metric, mayReuse: !isFresh },
    }),
  };
};

/** null where the gate asks for none. They go on with as many at once as the sweep, and paused where it was. */
const conductorOf = (run: ExperimentRun, known: KnownInTrain, best: FinishedTrial): SweepConductor | null => {
  const { conductor, input } = run;
  // Configs of earlier versions have none.
  if (conductor === null || (input.config.gate.replicates ?? 1) < FIRST) {
    return null;
  }
  const { isPaused, maxParallel } = conductor.control;
  const from = (input.progress?.replicates ?? null) as ConductorState | null;
  const replicates = new SweepConductor(planOf(run, known, best, maxParallel), from);
  if (from === null && isPaused) {
    replicates.pause();
  }
  return replicates;
};

const reasonOf = ({ error, reason, status }: TrialView): string =>
  error === null ? (reason ?? status) : `${error.code}: ${error.message}`;

const replicatedBy = (trials: readonly TrialView[]): Replicated => ({
  runIds: trials.flatMap(({ status, runId }) =>
    runId !== null && (status === 'completed' || status === 'cached') ? [runId] : [],
  ),
  leftOut: trials.flatMap((trial) =>
    trial.status === 'completed' || trial.status === 'cached'
      ? []
      : [{ trial_id: trial.trialId, reason: reasonOf(trial) }],
  ),
});

/**
 * Steered like the sweep before them. They take no part in selection: the candidate stays the trial that was chosen.
 * @param onContinue called where the history is too long to go on in this execution; does not return
 */
export const trainReplicates = async (
  run: ExperimentRun,
  known: KnownInTrain,
  best: FinishedTrial,
  onContinue: () => Promise<never>,
): Promise<Replicated> => {
  const replicates = conductorOf(run, known, best);
  run.replicates = replicates;
  if (replicates === null) {
    return { runIds: [], leftOut: [] };
  }
  let reached: ConductorEnd;
  try {
    reached = await replicates.run();
  } finally {
    run.state.update({ replicates: { of: run.input.config.gate.replicates, trials: replicates.trials } });
  }
  return reached === 'continue' ? onContinue() : replicatedBy(replicates.trials);
};
