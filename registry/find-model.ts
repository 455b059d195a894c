/**
 * The one path to a model: what a person names, the version or run behind it, its verified files on this host. From
 * there `load-model.ts` goes on, in a process that has TensorFlow.
 */
import { basename, dirname, resolve } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { MANIFEST_FILE } from '../contracts/names.ts';
import type { ModelVersionRecord } from '../contracts/registered-models.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import { exists } from '../host/files/file-errors.ts';
import type { Workspace } from '../host/workspace.ts';
import { fetchModel } from './fetch-model.ts';
import { findRecordedRun } from './find-run.ts';
import { findVersion } from './find-version.ts';
import { type ModelReference, parseReference } from './model-reference.ts';
import { findSource, type ModelFacts, readFacts } from './model-source.ts';
import { notLoading } from './not-loading.ts';
import type { ArtifactReader, RunReader, VersionReader } from './ports.ts';

export interface FoundModel {
  /** As it can be given again: the folder, `name/version`, or the run. */
  readonly name: string;
  /** Run that trained it; null for a folder. */
  readonly runId: string | null;
  /** null for a model that was not found through the registry. */
  readonly version: ModelVersionRecord | null;
  readonly source: ModelSource;
  readonly facts: ModelFacts;
}

export interface ModelFinder {
  readonly workspace: Pick<Workspace, 'modelFolder'>;
  /** null where no MLflow runs. */
  readonly tracking: (ArtifactReader & VersionReader & RunReader) | null;
}

const inFolder = async (path: string): Promise<FoundModel> => {
  const folder = basename(path) === MANIFEST_FILE ? dirname(path) : path;
  const source = await findSource(folder);
  return { name: path, runId: null, version: null, source, facts: await readFacts(source) };
};

const ofRun = async (
  deps: { readonly tracking: ArtifactReader; readonly workspace: ModelFinder['workspace'] },
  found: Pick<FoundModel, 'name' | 'version'> & { readonly runId: string },
): Promise<FoundModel> => {
  const source = await fetchModel(deps, found.runId);
  return { ...found, source, facts: await readFacts(source) };
};

const ofReference = async (
  { tracking, workspace }: ModelFinder,
  text: string,
  reference: ModelReference,
): Promise<FoundModel> => {
  if (reference.kind === 'folder') {
    throw notLoading(`${reference.folder}: no such folder, expected a model`, 'Check the path.');
  }
  if (tracking === null) {
    throw new TtExpError(
      'SERVICE_UNREACHABLE',
      `model: no MLflow is there to look up "${text}", and no folder has this name`,
      { hint: 'Start MLflow with `tt-exp up`, or set MLFLOW_TRACKING_URI, or correct the path of the folder.' },
    );
  }
  if (reference.kind === 'run') {
    const { runId } = await findRecordedRun(tracking, reference.run);
    return ofRun({ tracking, workspace }, { name: text, runId, version: null });
  }
  const version = await findVersion(tracking, text, reference);
  return ofRun({ tracking, workspace }, { name: `${version.name}/${version.version}`, runId: version.runId, version });
};

/**
 * `text` is a folder (or its manifest.json), `name`, `name@alias`, `name/version`, a run's id, or
 * `<experiment id>/<trial id>`. Throws MODEL_NOT_LOADING for what is none of them or holds no whole model,
 * SERVICE_UNREACHABLE where no MLflow can tell; for a run also RUN_NOT_FOUND and USAGE.
 */
export const findModel = async (finder: ModelFinder, text: string): Promise<FoundModel> => {
  const path = resolve(text);
  return (await exists(path)) ? inFolder(path) : ofReference(finder, text, parseReference(text));
};
