/** What a kind of source must be able to do: make its configured tables available to DuckDB, as they are. */
import type { ResolvedEvents, ResolvedLocation } from '../../contracts/resolved-config.ts';
import type { Database } from '../duckdb/database.ts';

export interface RawColumn {
  readonly column: string;
  /**
   * What the mapping wants to make of it. Lists and vectors may come as JSON text or as DuckDB lists. An id must come as
   * the source writes it, or not at all.
   */
  readonly as: 'id' | 'number' | 'scalar' | 'list' | 'vector';
}

/** A point of time in a column of the source's own. */
export interface TimeBound {
  readonly column: string;
  readonly unit: Exclude<ResolvedEvents['time_unit'], 'auto'>;
  /** UTC, ISO 8601 with microseconds, without a zone. */
  readonly at: string;
}

export interface RawRequest {
  /** Name of the table or view to be created. */
  readonly target: string;
  readonly location: ResolvedLocation;
  readonly columns: readonly RawColumn[];
  /** Rows before this time may be left out; rows whose time cannot be read must stay. */
  readonly since?: TimeBound;
}

/**
 * `attach` creates `target` with exactly the wanted columns under their own names, and `place VARCHAR`: where a row
 * comes from, for messages, or NULL. Values are text, or of the type that they have at the source. A missing value is
 * NULL. Throws DATA_INVALID for missing tables and columns (saying which there are), SOURCE_NOT_FOUND for missing files,
 * SERVICE_UNREACHABLE for a server that does not answer.
 */
export interface RawTables {
  attach(database: Database, request: RawRequest): Promise<void>;
  /** Rows before a time; absent where counting takes as long as reading. */
  readonly countOlder?: (database: Database, location: ResolvedLocation, bound: TimeBound) => Promise<number>;
  /** What the rows came from, for people and provenance: no secrets. After the last `attach`. */
  describe(): Promise<readonly SourceOrigin[]>;
  /** Rows that could not even be read, for example broken lines of a file; they have no row in `target`. */
  brokenRows(database: Database): Promise<readonly BrokenRow[]>;
  /** How the tables were read where the config leaves it open; absent where nothing is left open. */
  readonly notes?: () => readonly string[];
  close(): Promise<void>;
}

export interface SourceOrigin {
  /** File, or table. */
  readonly name: string;
  readonly sha256?: string;
  readonly bytes?: number;
}

export interface BrokenRow {
  readonly place: string;
  readonly problem: string;
}
