/** The run of a training that a person names: by its id, or as a trial of an experiment. MLflow alone is asked. */
import { TtExpError } from '../contracts/errors.ts';
import { isRunId, parseExperimentId, splitTrialReference } from '../contracts/ids.ts';
import { RUN_KIND, TAG } from '../contracts/names.ts';
import type { RunRecord } from '../contracts/runs.ts';
import { nearestHint } from '../policy/nearest.ts';
import type { RunReader } from './ports.ts';
import { readMlflowFacts } from './recorded-facts.ts';

const notFound = (what: string, expected: string, hint: string): TtExpError =>
  new TtExpError('RUN_NOT_FOUND', `${what}, expected ${expected}`, { hint });

/** Run of a trial, its own or the one that its result was taken from; without a trial that of the chosen one. */
const runOfTrial = async (tracking: RunReader, experimentId: string, named: string | null): Promise<string> => {
  const facts = await readMlflowFacts(tracking, experimentId);
  if (facts === null) {
    throw notFound(
      `experiment: got ${experimentId}, of which MLflow has no record`,
      'one that has ended',
      "`tt-exp list` shows experiments; before its end, give the id of the trial's run. Check MLFLOW_TRACKING_URI.",
    );
  }
  const trialId = named ?? facts.snapshot.bestTrialId;
  const { trials, replicates } = facts.snapshot;
  const trainings = [...trials, ...(replicates?.trials ?? [])];
  const runId = trainings.find((trial) => trial.trialId === trialId)?.runId;
  if (runId == null) {
    const what = trialId ?? 'the best trial';
    throw notFound(
      `trial: got ${what} of ${experimentId}, which has no run in MLflow`,
      'a trial of an experiment that has ended',
      nearestHint(
        what,
        trainings.filter((trial) => trial.runId !== null).map((trial) => trial.trialId),
        `\`tt-exp show ${experimentId}\` lists its trials.`,
      ),
    );
  }
  return runId;
};

/** Throws USAGE for a text of another form, RUN_NOT_FOUND for a trial of which MLflow keeps no run. */
const runIdOf = async (tracking: RunReader, text: string): Promise<string> => {
  if (isRunId(text)) {
    return text;
  }
  const { experiment, trialId } = splitTrialReference(text);
  const ids = parseExperimentId(experiment);
  if (ids === null) {
    throw new TtExpError(
      'USAGE',
      `run: got "${text}", expected an MLflow run id, an experiment id, or <experiment id>/<trial id>`,
      { hint: 'For example: tt-exp reproduce sweep-0123456789/trial-003.' },
    );
  }
  return runOfTrial(tracking, ids.experimentId, trialId);
};

/** One that has ended and holds a training. Throws USAGE or RUN_NOT_FOUND. */
export const findRecordedRun = async (tracking: RunReader, text: string): Promise<RunRecord> => {
  const runId = await runIdOf(tracking, text);
  const run = await tracking.findRun(runId);
  if (run === null) {
    throw notFound(
      `run: got ${runId}, which is not in MLflow`,
      'the id of a run',
      'Check MLFLOW_TRACKING_URI: another server may have it.',
    );
  }
  const kind = run.tags[TAG.kind];
  const experimentId = run.tags[TAG.experimentId];
  if (kind !== RUN_KIND.trial && kind !== RUN_KIND.training) {
    throw new TtExpError('USAGE', `run ${runId} is not a training (its kind is ${kind ?? 'unknown'})`, {
      hint:
        experimentId === undefined
          ? 'Give the run of a trial, or of `tt-exp train`.'
          : `Give one of its trials, such as ${experimentId}/trial-000: \`tt-exp show ${experimentId}\` lists them.`,
    });
  }
  if (run.status === 'RUNNING') {
    throw new TtExpError('USAGE', `run ${runId} is still training`, {
      hint: 'Wait for it: `tt-exp list` shows what is running.',
    });
  }
  return run;
};
