/** What is recorded of an experiment in MLflow alone. */

import type { SweepFacts } from '../contracts/experiment.ts';
import type { ExperimentFacts } from '../contracts/experiment-facts.ts';
import { experimentNameOf, parseExperimentId } from '../contracts/ids.ts';
import { ARTIFACT, RUN_KIND, TAG } from '../contracts/names.ts';
import { type RecordedSnapshot, readSnapshot } from '../contracts/read-snapshot.ts';
import type { RunReader } from './ports.ts';

/** Of the latest execution that left its facts; null where there is none. */
export const readMlflowFacts = async (
  tracking: Omit<RunReader, 'findRun'>,
  id: string,
): Promise<ExperimentFacts | null> => {
  // The MLflow experiment is named as the config.
  const isId = parseExperimentId(id)?.experimentId === id;
  const experimentId = isId ? await tracking.findExperiment(experimentNameOf(id)) : null;
  if (experimentId === null) {
    return null;
  }
  const tags = { [TAG.experimentId]: id, [TAG.kind]: RUN_KIND.parent };
  for (const { runId, tags: own } of await tracking.findRuns({ experimentId, tags })) {
    const text = await tracking.getArtifactText(runId, ARTIFACT.sweep);
    if (text !== null) {
      const { config, snapshot } = JSON.parse(text) as Omit<SweepFacts, 'snapshot'> & {
        readonly snapshot: RecordedSnapshot;
      };
      return { config, snapshot: readSnapshot(snapshot, config), origin: 'mlflow', extends: own[TAG.extends] ?? null };
    }
  }
  return null;
};
