/** What is recorded of an experiment in MLflow alone. */

import type { SweepFacts } from '../contracts/experiment.ts';
import type { ExperimentFacts } from '../contracts/experiment-facts.ts';
import { experimentNameOf, parseExperimentId } from '../contracts/ids.ts';
import { ARTIFACT, RUN_KIND, TAG } from '../contracts/names.ts';
import { type RecordedSnapshot, readSnapshot } from '../contracts/read-snapshot.ts';
import type { RunReader } from './ports.ts';

/** Of experiments with this name, or whose ids begin like this: the MLflow experiment is named as the config. */
export const readRecordedIds = async (
  tracking: Pick<RunReader, 'findExperiment' | 'findRuns'>,
  beginning: string,
): Promise<readonly string[]> => {
  const names = new Set([beginning, beginning.slice(0, Math.max(0, beginning.lastIndexOf('-')))]);
  const ids = new Set<string>();
  for (const name of names) {
    const experimentId = name === '' ? null : await tracking.findExperiment(name);
    const runs =
      experimentId === null ? [] : await tracking.findRuns({ experimentId, tags: { [TAG.kind]: RUN_KIND.parent } });
    for (const { tags } of runs) {
      const id = tags[TAG.experimentId] ?? '';
      if (id.startsWith(beginning)) {
        ids.add(id);
      }
    }
  }
  return [...ids];
};

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
