/** A source whose tables and columns the config maps: one way for files, SQLite and Postgres to the canonical tables. */
import { TtExpError } from '../../contracts/errors.ts';
import { MESSAGE } from '../../contracts/names.ts';
import type { ResolvedEvents, ResolvedMapped } from '../../contracts/resolved-config.ts';
import type { SourceIdentity } from '../../contracts/source-reading.ts';
import type { Database } from '../duckdb/database.ts';
import type { Increment, LoadedSource, Source } from '../source.ts';
import { describeBadRows } from '../stages/bad-rows.ts';
import type { FoundProblem } from './bad-values.ts';
import { shapeOf } from './describe-source.ts';
import { loadEntities, type Side } from './entity-table.ts';
import { loadEvents, locateValues } from './event-table.ts';
import type { RawTables } from './raw-tables.ts';
import { loadVectors } from './vector-table.ts';

const SIDES = ['user', 'item'] as const satisfies readonly Side[];

const entitiesOf = (source: ResolvedMapped, side: Side) => (side === 'user' ? source.users : source.items);

const loadSide = async (
  database: Database,
  tables: RawTables,
  source: ResolvedMapped,
  side: Side,
): Promise<{ readonly problems: readonly FoundProblem[]; readonly notes: readonly string[] }> => {
  const entities = entitiesOf(source, side);
  const { problems, repeated } = await loadEntities(database, tables, side, entities);
  const all = [...problems];
  const ownId = entities.id ?? `${side}_id`;
  for (const [name, feature] of Object.entries(entities.features)) {
    if (feature.kind === 'embedding') {
      all.push(
        ...(await loadVectors(database, tables, {
          side,
          target: `${side}_embeddings`,
          name: 'embedding',
          from: feature.from ?? null,
          id: feature.from === undefined ? ownId : (feature.id ?? `${side}_id`),
          column: feature.column ?? name,
          dim: feature.dim,
        })),
      );
    }
  }
  const factors = entities.true_factors;
  if (factors !== undefined) {
    all.push(
      ...(await loadVectors(database, tables, {
        side,
        target: `${side}_factors`,
        name: 'factors',
        from: factors.from,
        id: factors.id ?? `${side}_id`,
        column: factors.column,
        dim: null,
      })),
    );
  }
  return { problems: all, notes: repeated > 0 ? [`${repeated} equal rows of ${side}s were read once`] : [] };
};

/** `No data loaded` for a source without a row. */
const refuseEmpty = async (database: Database, problems: readonly FoundProblem[]): Promise<void> => {
  const count = problems.reduce((sum, problem) => sum + problem.count, 0);
  for (const table of ['interactions', 'users', 'items']) {
    const [row] = await database.rows(
      `look into ${table}`,
      `SELECT count(*) AS row_count FROM (SELECT 1 FROM ${table} LIMIT 1)`,
    );
    if (Number(row?.row_count) === 0) {
      throw new TtExpError(
        'NO_DATA_LOADED',
        `${MESSAGE.noDataLoaded}: the source has no usable rows of ${table}${count > 0 ? `, and ${count} bad rows: ${describeBadRows({ count, problems })}` : ''}`,
        { hint: 'Check the paths, tables and columns of data.source; `tt-exp data check` shows bad rows.' },
      );
    }
  }
};

/** The increment where the source still has as many older rows as the earlier extract; else null, and a note. */
const checkIncrement = async (
  database: Database,
  tables: RawTables,
  interactions: ResolvedEvents,
  increment: Increment,
  notes: string[],
): Promise<Increment | null> => {
  if (tables.countOlder === undefined || interactions.time === undefined || interactions.time_unit === 'auto') {
    notes.push(
      'incremental: counting the older rows of files takes as long as reading them, so everything is read again',
    );
    return null;
  }
  const bound = { column: interactions.time, unit: interactions.time_unit, at: increment.since };
  const there = await tables.countOlder(database, interactions, bound);
  const [row] = await database.rows(
    'count older interactions',
    `SELECT count(*) AS row_count FROM (${increment.olderRows})`,
  );
  const known = Number(row?.row_count);
  if (there === known) {
    notes.push(`incremental: reads interactions from ${increment.since} on; ${known} older ones are known`);
    return increment;
  }
  notes.push(
    `incremental: the source has ${there} interactions before ${increment.since}, but ${known} are known: everything is read again`,
  );
  return null;
};

export interface MappedSourceOptions {
  readonly source: ResolvedMapped;
  /** data.use_case: of every interaction, where there is no column for it. */
  readonly useCase: string;
  readonly identity: SourceIdentity | null;
  /** A fresh set for each load. */
  readonly openTables: () => Promise<RawTables>;
  readonly contentKey: () => Promise<Readonly<Record<string, unknown>> | null>;
  readonly now: () => number;
}

/** Only with a unit can a database be asked for newer rows; without one the times are of the database's own types. */
const withUnit = ({ interactions, incremental, type }: ResolvedMapped): ResolvedEvents =>
  type !== 'files' && incremental && interactions.time_unit === 'auto'
    ? { ...interactions, time_unit: 'text' }
    : interactions;

export const createMappedSource = ({
  source,
  useCase,
  identity,
  openTables,
  contentKey,
  now,
}: MappedSourceOptions): Source => {
  const events = withUnit(source);
  const load = async (database: Database, increment: Increment | null): Promise<LoadedSource> => {
    const tables = await openTables();
    try {
      const notes: string[] = [];
      const checked = increment === null ? null : await checkIncrement(database, tables, events, increment, notes);
      const loaded = await loadEvents(database, tables, { events, useCase, increment: checked, nowMs: now() });
      const problems = [...loaded.problems];
      notes.push(...loaded.notes);
      for (const side of SIDES) {
        const entities = await loadSide(database, tables, source, side);
        problems.push(...entities.problems);
        notes.push(...entities.notes);
      }
      notes.push(...(tables.notes?.() ?? []));
      const broken = await tables.brokenRows(database);
      for (const problem of new Set(broken.map((row) => row.problem))) {
        const places = broken.filter((row) => row.problem === problem).map(({ place }) => place);
        problems.push({ problem, count: places.length, examples: places.slice(0, 5) });
      }
      await refuseEmpty(database, problems);
      return { problems, notes, origin: await tables.describe() };
    } finally {
      await tables.close();
    }
  };

  return {
    kind: source.type,
    identity,
    ...shapeOf(source),
    contentKey,
    load,
    locate: async (database, column, values) => {
      const name = source.interactions[column];
      if (name === undefined) {
        return [];
      }
      const tables = await openTables();
      try {
        return await locateValues(database, tables, source.interactions, { column: name, values });
      } finally {
        await tables.close();
      }
    },
  };
};
