import type { ComparisonRequest, ModelComparison } from '../../contracts/local-comparison.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import type { LocalWork } from '../model/model-runtime.ts';

/** Models beside each other, by this command itself: no Temporal and no worker is needed. */
export interface CompareRuntime extends ProcessRuntime {
  /** Keeps nothing of an aborted comparison. */
  compareModels(request: ComparisonRequest & LocalWork): Promise<ModelComparison>;
  /** As a page; the file is written whole, or stays as it was. Throws what the file system throws. */
  writeComparisonPage(file: string, comparison: ModelComparison): Promise<void>;
}
