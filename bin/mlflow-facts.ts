/** What is recorded of an experiment in MLflow alone. */
import type { SweepFacts } from '../contracts/experiment.ts';
import { experimentIds, parseExperimentId } from '../contracts/ids.ts';
import { ARTIFACT, RUN_KIND, TAG } from '../contracts/names.ts';
import type { Tracking } from '../tracking/index.ts';
import type { ExperimentFacts } from '../ui-cli/runtime.ts';

/** The MLflow experiment is named as the config. */
const experimentName = (id: string): string | null => {
  const ids = parseExperimentId(id);
  if (ids === null) {
    return null;
  }
  const digest = ids.experimentId.slice(ids.experimentId.lastIndexOf('-') + 1);
  const name = ids.experimentId.slice(0, -digest.length - 1);
  return experimentIds(name, digest).experimentId === id ? name : null;
};

export type FactsPort = Pick<Tracking, 'findExperiment' | 'findRuns' | 'getArtifactText'>;

/** Of the latest execution that left its facts; null where there is none. */
export const readMlflowFacts = async (tracking: FactsPort, id: string): Promise<ExperimentFacts | null> => {
  const name = experimentName(id);
  const experimentId = name === null ? null : await tracking.findExperiment(name);
  if (experimentId === null) {
    return null;
  }
  const tags = { [TAG.experimentId]: id, [TAG.kind]: RUN_KIND.parent };
  for (const { runId, tags: own } of await tracking.findRuns({ experimentId, tags })) {
    const text = await tracking.getArtifactText(runId, ARTIFACT.sweep);
    if (text !== null) {
      const { config, snapshot } = JSON.parse(text) as SweepFacts;
      return { config, snapshot, origin: 'mlflow', extends: own[TAG.extends] ?? null };
    }
  }
  return null;
};
