/** What the quality checks of a source's rows found. */

/** blocking: no dataset version can be built of these rows. warning: it can, and somebody should look. */
export type CheckLevel = 'blocking' | 'warning';

export interface DataCheck {
  /** kebab-case, unique. */
  readonly id: string;
  readonly level: CheckLevel;
  /** One sentence: what is wrong when the check fails. */
  readonly title: string;
  /** Rows found, and rows looked at. */
  readonly count: number;
  readonly total: number;
  /** Up to five of the rows found, as text. */
  readonly examples: readonly string[];
  /** A complete SELECT against the source's canonical tables that finds the rows. */
  readonly query: string;
  readonly status: 'passed' | 'failed';
}

export interface DataReport {
  readonly checks: readonly DataCheck[];
  /** Failed checks of each level. */
  readonly blocking: number;
  readonly warnings: number;
}

interface CoveredEntities {
  readonly total: number;
  readonly covered: number;
}

/** What is known of a source's text embeddings. */
export interface EmbeddingReport {
  /** Id of the text encoder; null where the source brings its own embeddings or has no texts. */
  readonly encoder: string | null;
  /** Entities, and those with an embedding; null for a side without texts. */
  readonly users: CoveredEntities | null;
  readonly items: CoveredEntities | null;
  /** Distinct texts encoded now, and those that the cache knew. */
  readonly computed: number;
  readonly cached: number;
}
