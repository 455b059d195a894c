/** What the path to a model needs of the tracking server. */
import type { ModelVersionRecord, RegisteredModelRecord } from '../contracts/registered-models.ts';
import type { RunQuery, RunRecord, RunSpec, RunStatus } from '../contracts/runs.ts';

export interface ArtifactReader {
  /** Every file below `path`, relative to it. */
  listArtifacts(runId: string, path: string): Promise<readonly string[]>;
  /** Writes the artifact to `file`. False where there is none. */
  getArtifactFile(runId: string, path: string, file: string): Promise<boolean>;
}

export interface ArtifactWriter {
  putArtifactFile(runId: string, path: string, file: string): Promise<void>;
}

export interface VersionReader {
  /** null where the model or the alias does not exist. */
  findByAlias(name: string, alias: string): Promise<ModelVersionRecord | null>;
  /** null where the model or the version does not exist. */
  findVersion(name: string, version: string): Promise<ModelVersionRecord | null>;
  /** Of registered models, for messages. */
  modelNames(): Promise<readonly string[]>;
}

export interface RunReader {
  /** null where there is none. */
  findRun(runId: string): Promise<RunRecord | null>;
  /** Id by name; null where there is none. */
  findExperiment(name: string): Promise<string | null>;
  /** Newest first. */
  findRuns(query: RunQuery): Promise<readonly RunRecord[]>;
  /** null where there is no such artifact. */
  getArtifactText(runId: string, path: string): Promise<string | null>;
}

export interface LedgerReader extends Pick<ArtifactReader, 'listArtifacts'>, Omit<RunReader, 'findRun'> {
  /** null where there is no such model. */
  findModel(name: string): Promise<RegisteredModelRecord | null>;
}

/** Of the one owner of a registered model. */
export interface LedgerWriter extends Omit<LedgerReader, 'findExperiment'> {
  ensureExperiment(name: string, options?: { readonly ifDeleted?: 'refuse' | 'restore' }): Promise<string>;
  describeExperiment(experimentId: string, text: string): Promise<void>;
  ensureRun(spec: RunSpec): Promise<string>;
  finishRun(runId: string, status: Exclude<RunStatus, 'RUNNING'>, endTimeMs: number): Promise<void>;
  setTags(runId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  putArtifactText(runId: string, path: string, text: string): Promise<void>;
  versionsOf(name: string): Promise<readonly string[]>;
  /** Throws UPSTREAM_REJECTED where there is no such version. */
  getVersion(name: string, version: string): Promise<ModelVersionRecord>;
  setModelTags(name: string, tags: Readonly<Record<string, string>>): Promise<void>;
  setAlias(name: string, alias: string, version: string): Promise<void>;
  deleteAlias(name: string, alias: string): Promise<void>;
}
