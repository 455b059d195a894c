/** What a look at registered models needs of the tracking server; nothing else is asked. */
import type { MeasuredRun, RegisteredVersionRecord } from '../../contracts/model-catalogue.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';
import type { CopyReader } from '../../registry/check-copy.ts';
import type { ArtifactReader, LedgerReader, RunReader } from '../../registry/ports.ts';

export interface CatalogueReader extends RunReader, ArtifactReader, LedgerReader, CopyReader {
  registeredModels(): Promise<readonly RegisteredModelRecord[]>;
  /** Newest first. */
  versionRecords(name: string): Promise<readonly RegisteredVersionRecord[]>;
  /** Of all models. */
  versionsOfRun(runId: string): Promise<readonly RegisteredVersionRecord[]>;
  /** By id; those that are gone for good are left out. */
  measuredRuns(runIds: readonly string[]): Promise<ReadonlyMap<string, MeasuredRun>>;
  /** Of all files below `path`; null where the store does not tell. */
  artifactBytes(artifactUri: string, path: string): Promise<number | null>;
}
