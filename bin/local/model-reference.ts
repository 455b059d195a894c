/** The model that `--model` names: a folder, or a version in the registry. */
import { access, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ensureModel } from '../../activities/model-files.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { ALIAS, ARTIFACT, MESSAGE } from '../../contracts/names.ts';
import type { ModelSource } from '../../contracts/trainer.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import type { ModelVersionRecord, Tracking } from '../../tracking/index.ts';
import { createWorkspace } from '../workspace.ts';

const MANIFEST = 'manifest.json';

export interface FoundModel {
  /** As it can be given again: the folder, or `name/version`. */
  readonly name: string;
  readonly source: ModelSource;
  readonly datasetVersion: string;
  readonly bestEpoch: number;
  readonly seed: number;
}

/** A name in the registry, with an alias or a version. */
type RegistryName = {
  readonly name: string;
  readonly alias: string | null;
  readonly version: string | null;
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const notLoading = (what: string, hint: string, cause?: unknown): TtExpError =>
  new TtExpError('MODEL_NOT_LOADING', `${MESSAGE.modelNotLoading}: ${what}`, { hint, cause });

/** Text without a dot, a tilde or more than one slash could be a name; whether it is one only the registry knows. */
export const parseRegistryName = (text: string): RegistryName | null => {
  const match = /^([^\s./@~][^\s/@]*)(?:@([^\s/@]+)|\/(\d+))?$/.exec(text);
  return match?.[1] === undefined ? null : { name: match[1], alias: match[2] ?? null, version: match[3] ?? null };
};

/** What a folder holds: model/ and encoder.json as `train` writes them, or a bare model with the encoder beside it. */
const sourceIn = async (folder: string): Promise<ModelSource> => {
  const modelFolder = join(folder, ARTIFACT.modelFolder);
  if (await exists(join(modelFolder, MANIFEST))) {
    return { modelFolder, encoderFile: join(folder, ARTIFACT.encoder) };
  }
  if (!(await exists(join(folder, MANIFEST)))) {
    throw notLoading(
      `${folder}: got a folder without model/${MANIFEST}, expected what \`tt-exp train\` writes`,
      'Name the folder <output-dir>/<model-name>, or a folder model/ with encoder.json beside it.',
    );
  }
  const inside = join(folder, ARTIFACT.encoder);
  return {
    modelFolder: folder,
    encoderFile: (await exists(inside)) ? inside : join(dirname(folder), ARTIFACT.encoder),
  };
};

const describe = async (name: string, source: ModelSource): Promise<FoundModel> => {
  if (!(await exists(source.encoderFile))) {
    throw notLoading(
      `${source.encoderFile}: got no such file, expected the encoder of the model's training`,
      'Put the encoder.json of the same training there.',
    );
  }
  const file = join(source.modelFolder, MANIFEST);
  interface Manifest {
    readonly dataset_version: string;
    readonly best_epoch: number;
    readonly settings: TrialSettings;
  }
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(await readFile(file, 'utf8')) as Partial<Manifest>;
  } catch (error) {
    throw notLoading(
      `${file}: got a file that is no JSON, expected a manifest`,
      'Fetch or train the model again.',
      error,
    );
  }
  const { dataset_version, best_epoch, settings } = manifest;
  if (dataset_version === undefined || best_epoch === undefined || settings === undefined) {
    throw notLoading(
      `${file}: got no dataset_version, best_epoch or settings, expected a two-tower model's manifest`,
      'Fetch or train the model again.',
    );
  }
  return { name, source, datasetVersion: dataset_version, bestEpoch: best_epoch, seed: settings.seed };
};

const unknownModel = async (tracking: Tracking, text: string): Promise<TtExpError> => {
  const names = await tracking.modelNames();
  return notLoading(
    `"${text}": got neither a folder nor a model in the registry, expected one of them`,
    names.length === 0
      ? 'The registry is empty: `tt-exp run <config>` registers models. Check the path of the folder.'
      : `Registered: ${names.join(', ')}. Give name, name@alias or name/version; name alone means name@champion.`,
  );
};

const findVersion = async (
  tracking: Tracking,
  text: string,
  { name, alias, version }: RegistryName,
): Promise<ModelVersionRecord> => {
  const found =
    version === null
      ? await tracking.findByAlias(name, alias ?? ALIAS.champion)
      : await tracking.findVersion(name, version);
  if (found !== null) {
    return found;
  }
  if (!(await tracking.modelNames()).includes(name)) {
    throw await unknownModel(tracking, text);
  }
  throw notLoading(
    version === null
      ? `registered model ${name}: got no alias ${alias ?? ALIAS.champion}, expected it to name a version`
      : `registered model ${name}: got no version ${version}, expected it in the registry`,
    `Give another alias (${name}@challenger, ${name}@previous) or a version (${name}/1); MLflow's Models tab lists them.`,
  );
};

export interface FindModelRequest {
  readonly text: string;
  readonly homeFolder: string;
  /** null where no MLflow runs. */
  readonly tracking: Tracking | null;
}

/** Throws MODEL_NOT_LOADING for what is neither a folder nor registered, SERVICE_UNREACHABLE without a registry. */
export const findModel = async ({ text, homeFolder, tracking }: FindModelRequest): Promise<FoundModel> => {
  const folder = resolve(text);
  if (await exists(folder)) {
    const isManifest = basename(folder) === MANIFEST;
    return describe(folder, await sourceIn(isManifest ? dirname(folder) : folder));
  }
  const name = parseRegistryName(text);
  if (name === null) {
    throw notLoading(`${folder}: got no such folder, expected a model`, 'Check the path.');
  }
  if (tracking === null) {
    throw notLoading(
      `"${text}": got no folder of this name, and no MLflow whose registry could know it, expected one of them`,
      'Check the path, or start MLflow with `tt-exp up`, or set MLFLOW_TRACKING_URI.',
    );
  }
  const version = await findVersion(tracking, text, name);
  const source = await ensureModel({ tracking, workspace: createWorkspace(homeFolder) }, version.runId);
  return describe(`${version.name}/${version.version}`, source);
};
