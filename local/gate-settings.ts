/** The settings that a gate is asked with: a config's, those of the model's own experiment, or the defaults. */
import { parseOverrides } from '../config/load.ts';
import { changedGate, defaultGate } from '../config/recorded-gate.ts';
import { parseExperimentId, splitTrialReference } from '../contracts/ids.ts';
import type { AnsweredSettings, AskedGateSettings } from '../contracts/local-gate.ts';
import { ARTIFACT, TAG } from '../contracts/names.ts';
import type { RunRecord } from '../contracts/runs.ts';
import type { RecordedGate } from '../contracts/steps.ts';
import { findAskingRun, findParentRun } from '../registry/asking-run.ts';
import type { FoundModel } from '../registry/find-model.ts';
import { type DecisionsReader, readDecisions } from '../registry/ledger/read-decisions.ts';
import type { RunReader } from '../registry/ports.ts';

type Records = Pick<RunReader, 'findRun'> & DecisionsReader;

/** As somebody named it. */
export type AskedModel = Pick<FoundModel, 'name' | 'runId' | 'version'>;

interface Recorded {
  readonly experimentId: string;
  /** Its artifact `config.json`. */
  readonly text: string;
}

/**
 * Run of the experiment that asked: that which is named with its trial, or which the version rests on; otherwise the one
 * that trained the run. Trials are taken again by other experiments. A sentence where nobody knows it.
 */
const parentOf = async (
  tracking: Records,
  { name, version }: Pick<AskedModel, 'name' | 'version'>,
  run: RunRecord | null,
): Promise<RunRecord | string> => {
  const named = version === null ? parseExperimentId(splitTrialReference(name).experiment)?.experimentId : undefined;
  const asked = named ?? version?.tags[TAG.experimentId];
  const asking =
    version === null
      ? null
      : await findAskingRun(tracking, { ...version, entries: await readDecisions(tracking, version.name) });
  const parentId = asking ?? (named === undefined ? undefined : (await findParentRun(tracking, named))?.runId);
  if (parentId === undefined && asked !== undefined && asked !== run?.tags[TAG.experimentId]) {
    return `the run of experiment ${asked} is gone`;
  }
  const id = parentId ?? run?.tags['mlflow.parentRunId'];
  return id === undefined
    ? 'no experiment has trained the model'
    : ((await tracking.findRun(id)) ?? `run ${id} of its experiment is gone`);
};

/** A sentence where nothing is known. */
const findRecorded = async (tracking: Records | null, model: AskedModel): Promise<Recorded | string> => {
  if (model.runId === null || tracking === null) {
    return 'a folder names no experiment';
  }
  const parent = await parentOf(tracking, model, await tracking.findRun(model.runId));
  if (typeof parent === 'string') {
    return parent;
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
  model: AskedModel,
  { settings, set }: { readonly settings: AskedGateSettings; readonly set: readonly string[] },
): Promise<FoundGateSettings> => {
  if (settings.kind === 'config') {
    const { gate, relevanceThreshold, seed, file } = settings;
    const origin = { source: 'config', name: file, reason: null, set } as const;
    return { gate, relevanceThreshold, seed, modelName: null, origin };
  }
  const overrides = parseOverrides(set);
  const found = await findRecorded(tracking, model);
  const recorded = typeof found === 'string' ? null : changedGate(found.text, overrides);
  if (typeof found !== 'string' && recorded !== null) {
    return known(recorded, found.experimentId, set);
  }
  const reason =
    typeof found === 'string' ? found : `${ARTIFACT.config} of experiment ${found.experimentId} cannot be read`;
  const origin = { source: 'defaults', name: null, reason, set } as const;
  return { gate: defaultGate(overrides).gate, relevanceThreshold: null, seed: null, modelName: null, origin };
};
