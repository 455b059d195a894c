/** The dataset versions of one data folder, as the data commands use them. */
import type {
  ExportRequest,
  ExportResult,
  GarbageReport,
  GarbageRequest,
  VersionDetails,
  VersionDiff,
  VersionEntry,
} from '../../contracts/dataset-versions.ts';
import { collectGarbage } from './collect-garbage.ts';
import { describeVersion } from './describe-version.ts';
import { diffVersions } from './diff-versions.ts';
import { exportSamples } from './export-samples.ts';
import { listVersions } from './list-versions.ts';
import type { VersionsContext } from './version-tables.ts';

/** A version is named by its id or by a beginning that only one has; DATASET_NOT_FOUND names those that exist. */
export interface DatasetVersions {
  /** Newest first, damaged ones among them. */
  list(): Promise<readonly VersionEntry[]>;
  describe(request: { readonly version: string; readonly isVerified: boolean }): Promise<VersionDetails>;
  diff(request: { readonly a: string; readonly b: string; readonly signal?: AbortSignal }): Promise<VersionDiff>;
  exportSamples(request: ExportRequest): Promise<ExportResult>;
  collectGarbage(request: GarbageRequest): Promise<GarbageReport>;
}

export const createDatasetVersions = (context: VersionsContext): DatasetVersions => ({
  list: () => listVersions(context.dataFolder),
  describe: (request) => describeVersion(context.dataFolder, request),
  diff: (request) => diffVersions(context, request),
  exportSamples: (request) => exportSamples(context, request),
  collectGarbage: (request) => collectGarbage(context, request),
});
