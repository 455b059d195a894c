/** Files of data outside every home: the generated set, and one file of interactions whose columns nobody has explained. */
import type { LabelRule } from './dataset.ts';
import type { FilesSource } from './experiment-config.ts';

export interface GenerateDataRequest {
  readonly users: number;
  readonly startups: number;
  /** Engagements; each is a funnel of one or more events. */
  readonly interactions: number;
  readonly seed: number;
  readonly folder: string;
  readonly format: 'parquet' | 'csv';
  /** Files of the same names are replaced, each by rename; otherwise they are refused. */
  readonly isForced: boolean;
}

export interface GeneratedFiles {
  readonly folder: string;
  readonly files: readonly string[];
  readonly users: number;
  readonly items: number;
  /** Events, of which an engagement has one or more. */
  readonly interactions: number;
}

/** What the columns of a file of interactions were taken for. */
export interface GuessedInteractions {
  readonly source: FilesSource;
  readonly ignoredTypes: readonly string[];
  /** Of types that the default table does not have. */
  readonly labels: Readonly<Record<string, LabelRule>>;
  /** What was taken for what: the first note says it of every column. */
  readonly notes: readonly string[];
}
