/** Users or items: from the source's table, or from the ids of interactions, to the canonical table. */
import type { ResolvedEntities, ResolvedFeature, ResolvedLocation } from '../../contracts/resolved-config.ts';
import type { Database } from '../duckdb/database.ts';
import type { FieldSpec, SideSchema } from '../source.ts';
import { type FoundProblem, findProblems, type RowProblem, usableSql, withValue } from './bad-values.ts';
import {
  columnTypes,
  distinctSql,
  flagsSql,
  hasValue,
  listSql,
  numberSql,
  quoteName,
  type TypedColumn,
  textSql,
} from './column-sql.ts';
import { idProblems, refuseMergedIds } from './id-problems.ts';
import type { RawColumn, RawTables } from './raw-tables.ts';

export type Side = 'user' | 'item';

const isLocated = ({ path, table, query }: ResolvedLocation): boolean =>
  path !== undefined || table !== undefined || query !== undefined;

const featuresOf = (entities: ResolvedEntities) => Object.entries(entities.features);

export const sideSchema = (entities: ResolvedEntities): SideSchema => {
  const features = featuresOf(entities);
  const embedding = features.map(([, feature]) => feature).find((feature) => feature.kind === 'embedding');
  return {
    fields: features.flatMap(([name, feature]): readonly FieldSpec[] => {
      switch (feature.kind) {
        case 'categorical':
        case 'multi_categorical':
          return [{ name, kind: feature.kind, width: feature.width }];
        case 'numeric':
          return [{ name, kind: feature.kind, transform: feature.transform }];
        default:
          return [];
      }
    }),
    hasText: features.some(([, { kind }]) => kind === 'text'),
    embeddingDim: embedding?.kind === 'embedding' ? embedding.dim : null,
    hasId: features.some(([, { kind }]) => kind === 'id'),
  };
};

/** Columns of the entity table that a feature reads; none where it has a table of its own. */
const rawColumns = (name: string, feature: ResolvedFeature): readonly RawColumn[] => {
  switch (feature.kind) {
    case 'multi_categorical':
      if (feature.from !== undefined) {
        return [];
      }
      return feature.columns === undefined
        ? [{ column: feature.column ?? name, as: 'list' }]
        : feature.columns.map((column) => ({ column, as: 'scalar' }));
    case 'embedding':
      return feature.from === undefined ? [{ column: feature.column ?? name, as: 'vector' }] : [];
    case 'id':
      return [];
    default:
      return [{ column: feature.column ?? name, as: feature.kind === 'numeric' ? 'number' : 'scalar' }];
  }
};

interface FieldSql {
  readonly sql: string;
  readonly problems: readonly RowProblem[];
  /** Joined to the table by its id. */
  readonly join?: string;
}

/** Loads a side table, one value a row, and gathers it by id. */
const sideTable = async (
  database: Database,
  tables: RawTables,
  side: Side,
  name: string,
  feature: Extract<ResolvedFeature, { kind: 'multi_categorical' }> & { readonly from: ResolvedLocation },
): Promise<FieldSql> => {
  const target = `raw_${side}_${name}`;
  const id = feature.id ?? `${side}_id`;
  const column = feature.column ?? name;
  await tables.attach(database, {
    target,
    location: feature.from,
    columns: [
      { column: id, as: 'id' },
      { column, as: 'list' },
    ],
  });
  const types = await columnTypes(database, target);
  const typed = (wanted: string): TypedColumn => ({ sql: quoteName(wanted), type: types.get(wanted) ?? 'VARCHAR' });
  await refuseMergedIds(database, quoteName(target), [{ name: id, column: typed(id) }]);
  const gathered = `gathered_${side}_${name}`;
  await database.run(
    `gather ${name}`,
    `CREATE TABLE ${quoteName(gathered)} AS
      SELECT ${textSql(typed(id))} AS id, ${distinctSql(`flatten(list(${listSql(typed(column), feature.separator)}))`)} AS gathered
      FROM ${quoteName(target)} GROUP BY ALL`,
  );
  return {
    sql: `coalesce(${quoteName(gathered)}.gathered, [])`,
    problems: [],
    join: `LEFT JOIN ${quoteName(gathered)} ON ${quoteName(gathered)}.id = `,
  };
};

/** Beyond it there is no float32, and no square of a float64: nothing can be scaled by such a number. */
const LARGEST_NUMBER = '1e38';

const fieldSql = (name: string, feature: ResolvedFeature, typed: (column: string) => TypedColumn): FieldSql => {
  if (feature.kind === 'multi_categorical') {
    const sql =
      feature.columns === undefined
        ? listSql(typed(feature.column ?? name), feature.separator)
        : flagsSql(feature.columns.map((column) => ({ ...typed(column), name: column })));
    return { sql, problems: [] };
  }
  const column = typed(feature.kind === 'id' ? name : (feature.column ?? name));
  if (feature.kind === 'numeric') {
    const number = numberSql(column);
    const problems = [
      { when: `${hasValue(column)} AND (${number}) IS NULL`, text: withValue(`${name} is not a number`, column.sql) },
      { when: `abs(${number}) > ${LARGEST_NUMBER}`, text: withValue(`${name} is too large`, column.sql) },
    ];
    return { sql: number, problems };
  }
  return { sql: textSql(column), problems: [] };
};

/** Several texts are joined by line breaks; NULL where all are missing. */
const textsSql = (columns: readonly TypedColumn[]): string =>
  `nullif(concat_ws(chr(10), ${columns.map((column) => textSql(column)).join(', ')}), '')`;

export interface LoadedEntities {
  readonly problems: readonly FoundProblem[];
  /** Rows that said the same of the same id once more, and were dropped. */
  readonly repeated: number;
}

/** Creates `users` or `items` of the source's table. */
const fromTable = async (
  database: Database,
  tables: RawTables,
  side: Side,
  entities: ResolvedEntities,
): Promise<LoadedEntities> => {
  const target = `raw_${side}s`;
  const id = entities.id ?? `${side}_id`;
  const features = featuresOf(entities);
  const wanted = new Map<string, RawColumn>();
  for (const column of features.flatMap(([name, feature]) => rawColumns(name, feature))) {
    wanted.set(column.column, column);
  }
  wanted.set(id, { column: id, as: 'id' });
  await tables.attach(database, { target, location: entities, columns: [...wanted.values()] });
  const types = await columnTypes(database, target);
  const typed = (column: string): TypedColumn => ({
    sql: `raw.${quoteName(column)}`,
    type: types.get(column) ?? 'VARCHAR',
  });
  await refuseMergedIds(database, `${target} AS raw`, [{ name: id, column: typed(id) }]);
  const idSql = textSql(typed(id));
  const columns: string[] = [`${idSql} AS ${side}_id`];
  const joins: string[] = [];
  const problems: RowProblem[] = [...idProblems(`${side} id`, typed(id))];
  const texts = features
    .filter(([, { kind }]) => kind === 'text')
    .map(([name, feature]) => typed(columnOf(name, feature)));
  if (texts.length > 0) {
    columns.push(`${textsSql(texts)} AS text`);
  }
  for (const [name, feature] of features) {
    if (feature.kind === 'text' || feature.kind === 'embedding' || feature.kind === 'id') {
      continue;
    }
    const field =
      feature.kind === 'multi_categorical' && feature.from !== undefined
        ? await sideTable(database, tables, side, name, { ...feature, from: feature.from })
        : fieldSql(name, feature, typed);
    columns.push(`${field.sql} AS ${quoteName(name)}`);
    problems.push(...field.problems);
    if (field.join !== undefined) {
      joins.push(`${field.join}${idSql}`);
    }
  }
  const found = await findProblems(database, `(SELECT * FROM ${target}) AS raw`, problems);
  await database.run(
    `read ${side}s`,
    `CREATE TABLE all_${side}s AS SELECT DISTINCT ${columns.join(', ')}
      FROM (SELECT * FROM ${target} AS raw WHERE ${usableSql(problems)}) AS raw ${joins.join(' ')}`,
  );
  const [counts] = await database.rows(
    `count ${side}s`,
    `SELECT (SELECT count(*) FROM ${target} AS raw WHERE ${usableSql(problems)}) AS row_count,
      count(*) AS distinct_count, count(DISTINCT ${side}_id) AS id_count FROM all_${side}s`,
  );
  return {
    problems: [
      ...found,
      ...(await dropContradictions(database, side, Number(counts?.distinct_count), Number(counts?.id_count))),
    ],
    repeated: Number(counts?.row_count) - Number(counts?.distinct_count),
  };
};

const columnOf = (name: string, feature: ResolvedFeature): string =>
  'column' in feature && feature.column !== undefined ? feature.column : name;

/** Of rows that say different things of one id the first in a total order stays; the others are bad rows. */
const dropContradictions = async (
  database: Database,
  side: Side,
  rows: number,
  ids: number,
): Promise<readonly FoundProblem[]> => {
  if (rows === ids) {
    await database.run(`name ${side}s`, `ALTER TABLE all_${side}s RENAME TO ${side}s`);
    return [];
  }
  const examples = await database.rows(
    `find ${side} ids used twice`,
    `SELECT ${side}_id AS id FROM all_${side}s GROUP BY ${side}_id HAVING count(*) > 1 ORDER BY ${side}_id LIMIT 5`,
  );
  await database.run(
    `read ${side}s once`,
    `CREATE TABLE ${side}s AS SELECT * FROM all_${side}s AS one
      QUALIFY row_number() OVER (PARTITION BY ${side}_id ORDER BY to_json(one)::VARCHAR) = 1`,
  );
  return [
    {
      problem: `duplicate ${side} id with different values`,
      count: rows - ids,
      examples: examples.map(({ id }) => String(id)),
    },
  ];
};

/** Creates `users` or `items`, and what they need beside their embeddings. `interactions` must exist. */
export const loadEntities = async (
  database: Database,
  tables: RawTables,
  side: Side,
  entities: ResolvedEntities,
): Promise<LoadedEntities> => {
  if (isLocated(entities)) {
    return fromTable(database, tables, side, entities);
  }
  const features = featuresOf(entities);
  const columns: string[] = [`${side}_id`];
  const joins: string[] = [];
  for (const [name, feature] of features) {
    if (feature.kind === 'multi_categorical' && feature.from !== undefined) {
      const field = await sideTable(database, tables, side, name, { ...feature, from: feature.from });
      columns.push(`${field.sql} AS ${quoteName(name)}`);
      joins.push(`${field.join}${side}_id`);
    }
  }
  await database.run(
    `gather ${side}s`,
    `CREATE TABLE ${side}s AS SELECT ${columns.join(', ')} FROM (SELECT DISTINCT ${side}_id FROM interactions) ${joins.join(' ')}`,
  );
  return { problems: [], repeated: 0 };
};
