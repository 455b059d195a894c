/** The settings that a gate is asked with: a config's, those of the model's own experiment, or the defaults. */
import { parseOverrides } from '../config/load.ts';
import { changedGate, defaultGate } from '../config/recorded-gate.ts';
import type { AnsweredSettings, AskedGateSettings } from '../contracts/local-gate.ts';
import { ARTIFACT, TAG } from '../contracts/names.ts';
import type { RecordedGate } from '../contracts/steps.ts';
import type { FoundModel } from '../registry/find-model.ts';
import type { RunReader } from '../registry/ports.ts';

type Records = Pick<RunReader, 'findRun' | 'getArtifactText'>;

interface Recorded {
  readonly experimentId: string;
  /** Its artifact `config.json`. */
  readonly text: string;
}

/** A sentence where nothing is known. */
const findRecorded = async (tracking: Records | null, runId: string | null): Promise<Recorded | string> => {
  if (runId === null || tracking === null) {
    return 'a folder names no experiment';
  }
  const parentId = (await tracking.findRun(runId))?.tags['mlflow.parentRunId'];
  const parent = parentId === undefined ? null : await tracking.findRun(parentId);
  if (parent === null) {
    return parentId === undefined ? 'no experiment has trained the model' : `run ${parentId} of its experiment is gone`;
  }
  const text = await tracking.getArtifactText(parent.runId, ARTIFACT.config);
  const experimentId = parent.tags[TAG.experimentId] ?? parent.runId;
  return text === null ? `experiment ${experimentId} has no ${ARTIFACT.config}` : { experimentId, text };
};

export interface FoundGateSettings extends AnsweredSettings {
  /** Registered model that the experiment names; null where its settings are not those of an experiment. */
  readonly modelName: string | null;
}

const known = (
  { gate, relevanceThreshold, seed }: RecordedGate,
  experimentId: string,
  set: readonly string[],
): FoundGateSettings => ({
  ...{ gate, relevanceThreshold, seed, modelName: gate.model_name },
  origin: { source: 'experiment', name: experimentId, reason: null, set },
});

/** Throws CONFIG_INVALID where what is set does not go with the settings. */
export const findGateSettings = async (
  tracking: Records | null,
  { runId }: Pick<FoundModel, 'runId'>,
  { settings, set }: { readonly settings: AskedGateSettings; readonly set: readonly string[] },
): Promise<FoundGateSettings> => {
  if (settings.kind === 'config') {
    const { gate, relevanceThreshold, seed, file } = settings;
    const origin = { source: 'config', name: file, reason: null, set } as const;
    return { gate, relevanceThreshold, seed, modelName: null, origin };
  }
  const overrides = parseOverrides(set);
  const found = await findRecorded(tracking, runId);
  const recorded = typeof found === 'string' ? null : changedGate(found.text, overrides);
  if (typeof found !== 'string' && recorded !== null) {
    return known(recorded, found.experimentId, set);
  }
  const reason =
    typeof found === 'string' ? found : `${ARTIFACT.config} of experiment ${found.experimentId} cannot be read`;
  const origin = { source: 'defaults', name: null, reason, set } as const;
  return { gate: defaultGate(overrides).gate, relevanceThreshold: null, seed: null, modelName: null, origin };
};
