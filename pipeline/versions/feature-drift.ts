/** Drift of every feature, over the users and items with a training event: what the encoder was fitted on. */
import type { FeatureDrift } from '../../contracts/dataset-versions.ts';
import type { Database } from '../duckdb/database.ts';
import type { VersionManifest } from '../manifest.ts';
import { NEGATIVE_TYPE } from '../settings.ts';
import type { FieldSpec, SourceSchema } from '../source.ts';
import { embeddingBins } from './embedding-drift.ts';
import { type BinCount, compareBins } from './population-stability.ts';
import { type AttachedVersion, quoted } from './version-tables.ts';

type Side = 'user' | 'item';
const SIDES = ['user', 'item'] as const;
const MISSING = '(missing)';
const QUANTILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

const trained = (prefix: string, side: Side): string => `${prefix}_trained_${side}s`;

/** Users or items with an event in the training part. */
const createTrained = (database: Database, prefix: string, side: Side): Promise<void> =>
  database.run(
    `find the ${side}s of training events`,
    `CREATE TEMP TABLE ${trained(prefix, side)} AS SELECT * FROM ${prefix}_${side}s SEMI JOIN
      (SELECT ${side}_id FROM ${prefix}_samples WHERE part = 'train' AND type <> '${NEGATIVE_TYPE}') USING (${side}_id)`,
  );

/** Bins of one query for each version: columns bin, value_count. */
const countBins = async (
  database: Database,
  feature: string,
  sqlFor: (prefix: string) => string,
): Promise<readonly BinCount[]> => {
  const rows = await database.rows(
    `count the values of ${feature}`,
    `SELECT bin, sum(in_a)::DOUBLE AS in_a, sum(in_b)::DOUBLE AS in_b FROM (
      SELECT bin, value_count AS in_a, 0 AS in_b FROM (${sqlFor('a')})
      UNION ALL
      SELECT bin, 0, value_count FROM (${sqlFor('b')})
    ) GROUP BY bin ORDER BY bin`,
  );
  return rows.map(({ bin, in_a, in_b }) => ({ bin: String(bin), a: Number(in_a), b: Number(in_b) }));
};

const categoricalBins = (database: Database, side: Side, { name }: FieldSpec): Promise<readonly BinCount[]> =>
  countBins(
    database,
    name,
    (prefix) =>
      `SELECT coalesce(${quoted(name)}, '${MISSING}') AS bin, count(*) AS value_count FROM ${trained(prefix, side)} GROUP BY ALL`,
  );

const multiBins = (database: Database, side: Side, { name }: FieldSpec): Promise<readonly BinCount[]> =>
  countBins(
    database,
    name,
    (prefix) =>
      `SELECT bin, count(*) AS value_count FROM (
        SELECT unnest(CASE WHEN len(${quoted(name)}) > 0 THEN ${quoted(name)} ELSE ['${MISSING}'] END) AS bin
        FROM ${trained(prefix, side)}
      ) GROUP BY ALL`,
  );

const intervalName = (edges: readonly number[], index: number): string => {
  const [low, high] = [edges[index - 1], edges[index]].map((edge) =>
    edge === undefined ? null : String(Number(edge.toPrecision(6))),
  );
  return low === null ? `<= ${high}` : high === null ? `> ${low}` : `${low} to ${high}`;
};

/** Intervals of about equally many values of A; many equal values make fewer of them. */
const numericBins = async (database: Database, side: Side, { name }: FieldSpec): Promise<readonly BinCount[]> => {
  const column = quoted(name);
  const [found] = await database.rows(
    `find the quantiles of ${name}`,
    `SELECT quantile_disc(${column}, [${QUANTILES.join(', ')}]) AS edges
      FROM ${trained('a', side)} WHERE isfinite(${column})`,
  );
  const edges = [...new Set(Array.isArray(found?.edges) ? found.edges.map(Number) : [])];
  const list = `[${edges.map((edge) => `${edge}::DOUBLE`).join(', ')}]::DOUBLE[]`;
  const bins = await countBins(
    database,
    name,
    (prefix) =>
      `SELECT CASE WHEN isfinite(${column}) THEN len(list_filter(${list}, edge -> edge < ${column})) ELSE -1 END AS bin,
        count(*) AS value_count FROM ${trained(prefix, side)} GROUP BY ALL`,
  );
  return bins.map(({ bin, ...counts }) => ({
    ...counts,
    bin: bin === '-1' ? MISSING : edges.length === 0 ? 'a number' : intervalName(edges, Number(bin)),
  }));
};

const binsOf = (database: Database, side: Side, field: FieldSpec): Promise<readonly BinCount[]> =>
  ({ categorical: categoricalBins, multi_categorical: multiBins, numeric: numericBins })[field.kind](
    database,
    side,
    field,
  );

const driftOf = (about: Pick<FeatureDrift, 'side' | 'feature' | 'kind'>, bins: readonly BinCount[]): FeatureDrift => {
  const shift = compareBins(bins);
  const values = {
    a: bins.reduce((sum, { a }) => sum + a, 0),
    b: bins.reduce((sum, { b }) => sum + b, 0),
  };
  return shift === null
    ? { ...about, status: 'not_compared', reason: 'too few values to tell any two apart' }
    : { ...about, status: 'compared', values, ...shift };
};

const fieldsOf = ({ settings }: VersionManifest, side: Side): readonly FieldSpec[] =>
  (settings.source as SourceSchema | undefined)?.[side].fields ?? [];

const fieldDrift = async (
  database: Database,
  side: Side,
  [a, b]: readonly [FieldSpec | undefined, FieldSpec | undefined],
): Promise<readonly FeatureDrift[]> => {
  const field = a ?? b;
  if (field === undefined) {
    return [];
  }
  const about = { side, feature: field.name, kind: field.kind };
  if (a === undefined || b === undefined || a.kind !== b.kind) {
    const reason =
      a !== undefined && b !== undefined
        ? `it is ${a.kind} in A and ${b.kind} in B`
        : `only ${a === undefined ? 'B' : 'A'} has it`;
    return [{ ...about, status: 'not_compared', reason }];
  }
  return [driftOf(about, await binsOf(database, side, field))];
};

const textDrift = async (
  database: Database,
  side: Side,
  versions: readonly [AttachedVersion, AttachedVersion],
): Promise<readonly FeatureDrift[]> => {
  const [a, b] = versions.map(({ manifest }) => manifest.text_encoder[side]);
  if (a === null && b === null) {
    return [];
  }
  const about = { side, feature: 'text', kind: 'text embedding' } as const;
  const [dim, otherDim] = [versions[0].manifest.text_dim[side], versions[1].manifest.text_dim[side]];
  if (a !== b || dim !== otherDim) {
    return [
      { ...about, status: 'not_compared', reason: `embedded by ${a ?? 'nothing'} in A and by ${b ?? 'nothing'} in B` },
    ];
  }
  return [driftOf(about, await embeddingBins(database, side, dim))];
};

/** The database has the views <prefix>_samples, _users, _items, and _user_embeddings, _item_embeddings where there are texts. */
export const featureDrift = async (
  database: Database,
  versions: readonly [AttachedVersion, AttachedVersion],
): Promise<readonly FeatureDrift[]> => {
  const drifts: FeatureDrift[] = [];
  for (const side of SIDES) {
    await createTrained(database, 'a', side);
    await createTrained(database, 'b', side);
    const [left, right] = versions.map(({ manifest }) => new Map(fieldsOf(manifest, side).map((f) => [f.name, f])));
    for (const name of new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])) {
      drifts.push(...(await fieldDrift(database, side, [left?.get(name), right?.get(name)])));
    }
    drifts.push(...(await textDrift(database, side, versions)));
  }
  return drifts;
};
