/** Trainings of a candidate's settings with other seeds that exist already: those that its experiment would take. */
import { findKnownTrial } from '../activities/known-trials.ts';
import { trialDigest } from '../activities/trial.ts';
import { TAG } from '../contracts/names.ts';
import { replicateSettings } from '../policy/gate/replicate-settings.ts';
import type { FoundModel } from '../registry/find-model.ts';
import type { ArtifactReader, RunReader } from '../registry/ports.ts';

type Records = Omit<RunReader, 'findExperiment'> & Pick<ArtifactReader, 'listArtifacts'>;

interface KnownModel extends Pick<FoundModel, 'runId'> {
  readonly facts: Pick<FoundModel['facts'], 'settings'>;
}

/**
 * Runs with a model, in the order of their seeds; none for a model in a folder.
 * @param count trainings in all, the candidate's own among them
 */
export const knownReplicates = async (
  tracking: Records | null,
  { runId, facts: { settings } }: KnownModel,
  count: number,
): Promise<readonly string[]> => {
  const run = tracking === null || runId === null || count === 1 ? null : await tracking.findRun(runId);
  const code = run?.tags[TAG.trainingCode];
  const dataset = run?.tags[TAG.datasetVersion];
  if (tracking === null || run === null || code === undefined || dataset === undefined) {
    return [];
  }
  const { experimentId } = run;
  const found = await Promise.all(
    Array.from({ length: count - 1 }, (_, index) => {
      const digest = trialDigest(dataset, replicateSettings(settings, index + 2), code);
      return findKnownTrial(tracking, experimentId, digest, settings.training.num_epochs);
    }),
  );
  return found.flatMap((trial) => (trial?.isComplete === true ? [trial.runId] : []));
};
