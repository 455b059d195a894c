/** What the stages of a dataset version are asked, and what they answer. */
import type { ResolvedData } from './resolved-config.ts';
import type { BadRows, LeftOutRows, SourceBinding, SourceIdentity } from './source-reading.ts';

/** Settings that decide a dataset version, together with the source's content. */
export interface DataRequest {
  readonly data: ResolvedData;
  readonly seed: number;
  /** The extract to build on where this host has it; else the source is asked. */
  readonly extract?: string;
  /** Rows that were left out when `extract` was made. */
  readonly unread?: BadRows;
  /** The experiment that it is for, and its database: no other one is read. */
  readonly binding?: SourceBinding;
}

export interface StageResult {
  /** Content address of the stage's output. */
  readonly id: string;
  readonly rows: number;
}

export interface ExtractResult extends StageResult {
  /** The database that was read; null for sources without a server. */
  readonly identity: SourceIdentity | null;
  /** Rows that were left out. */
  readonly bad: BadRows;
}

export interface LabelResult extends StageResult {
  /** What looks strange with the rows, a line each. */
  readonly warnings: readonly string[];
}

export interface SplitResult extends StageResult {
  /** Rows of the source that are in no sample. */
  readonly leftOut: LeftOutRows;
}
