import type { GenerateDataRequest, GeneratedFiles } from '../../contracts/data-files.ts';
import type { DataReport, EmbeddingReport } from '../../contracts/data-report.ts';
import type {
  ExportRequest,
  ExportResult,
  GarbageReport,
  GarbageRequest,
  VersionDetails,
  VersionDiff,
  VersionEntry,
} from '../../contracts/dataset-versions.ts';
import type { Log } from '../../contracts/log.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import type { ProgressSink } from '../../contracts/services.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';

/** Dataset versions of the home. A version is named by its id, or by a beginning that only one has. */
export interface DatasetVersions {
  /** Newest first, damaged ones among them. */
  list(): Promise<readonly VersionEntry[]>;
  /** Throws DATASET_NOT_FOUND, and DATASET_CORRUPT where there is no manifest. */
  describe(request: { readonly version: string; readonly isVerified: boolean }): Promise<VersionDetails>;
  diff(request: { readonly a: string; readonly b: string; readonly signal: AbortSignal }): Promise<VersionDiff>;
  exportSamples(request: ExportRequest): Promise<ExportResult>;
  collectGarbage(request: GarbageRequest): Promise<GarbageReport>;
}

/** Work on a config's source in this process: no server and no worker is needed. */
export interface SourceRequest {
  /** Its paths are absolute. */
  readonly data: ResolvedData;
  readonly seed: number;
  /** Where a part must be fetched first: a text encoder, an extension of the database. */
  readonly progress: ProgressSink;
  readonly log: Log;
  readonly count: CountSink;
}

export interface EmbedRequest extends SourceRequest {
  /** Aborted: what was done is kept. Throws INTERRUPTED. */
  readonly signal: AbortSignal;
}

export interface DataRuntime extends ProcessRuntime {
  /** The folder is absolute. Throws USAGE where files would be replaced unasked. */
  generateData(request: GenerateDataRequest): Promise<GeneratedFiles>;
  dataVersions(): Promise<DatasetVersions>;
  checkData(request: SourceRequest): Promise<DataReport>;
  embedData(request: EmbedRequest): Promise<EmbeddingReport>;
}
