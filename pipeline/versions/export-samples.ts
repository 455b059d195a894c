/** Samples of a version as one file for other tools. */

import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExportRequest, ExportResult } from '../../contracts/dataset-versions.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { exists } from '../../host/files/file-errors.ts';
import { replaceFile } from '../../host/files/replace-file.ts';
import { appendVectors } from '../duckdb/columns.ts';
import { toDataError } from '../duckdb/data-errors.ts';
import { type Database, sqlFile, sqlText } from '../duckdb/database.ts';
import { readFloats } from '../float-file.ts';
import { NO_TIME } from '../settings.ts';
import { verifyFiles } from '../store/verify-folder.ts';
import { findVersion } from './find-version.ts';
import { type AttachedVersion, attachVersion, type VersionsContext, withVersionDatabase } from './version-tables.ts';

const SIDES = ['user', 'item'] as const;
type Side = (typeof SIDES)[number];

/** A table <side>_features(row VARCHAR, features FLOAT[dim]) of the feature matrix. */
const loadFeatures = async (database: Database, version: AttachedVersion, side: Side): Promise<void> => {
  const { folder, manifest } = version;
  const dim = manifest.feature_dims[side];
  const name = `${side}_features.f32`;
  await verifyFiles(folder, manifest.files, [name]);
  const rows = manifest[side === 'user' ? 'users' : 'items'];
  const matrix = await readFloats(join(folder, name), rows * dim);
  const table = `${side}_features`;
  await database.run(`create ${table}`, `CREATE TABLE ${table} (row_text VARCHAR, features FLOAT[${dim}])`);
  const sink = await appendVectors(database, table, dim);
  for (let row = 0; row < rows; row += 1) {
    sink.append(String(row), matrix.subarray(row * dim, (row + 1) * dim));
  }
  sink.close();
};

const partCondition = ({ split }: ExportRequest): string => (split === 'all' ? 'true' : `s.part = ${sqlText(split)}`);

type SampleTime = 'iso' | 'timestamp' | 'none';

/** ISO 8601 in CSV, so that nobody takes UTC for local time; nothing where the source knew no times. */
const TIMES: Readonly<Record<SampleTime, string>> = {
  iso: "strftime(s.occurred_at, '%Y-%m-%dT%H:%M:%S.%fZ')",
  timestamp: 's.occurred_at',
  none: 'NULL::TIMESTAMP',
};

const timeOf = async (database: Database, { format }: ExportRequest): Promise<SampleTime> => {
  const [known] = await database.rows(
    'look for times',
    `SELECT 1 FROM v_samples WHERE occurred_at <> ${NO_TIME} LIMIT 1`,
  );
  if (known === undefined) {
    return 'none';
  }
  return format === 'csv' ? 'iso' : 'timestamp';
};

const selectSamples = (time: SampleTime, sides: readonly Side[], condition: string): string => {
  const features = sides.map((side) => `, ${side}_features.features::FLOAT[] AS ${side}_features`).join('');
  const joins = sides.map((side) => `JOIN ${side}_features ON ${side}_features.row_text::INTEGER = s.${side}_index`);
  return `SELECT s.user_id, s.item_id, s.label, s.weight, s.type, ${TIMES[time]} AS occurred_at, s.part AS split${features}
    FROM v_samples AS s ${joins.join(' ')}
    WHERE ${condition}
    ORDER BY s.position`;
};

const MOST_ROWS_PER_GROUP = 122_880;
const BYTES_PER_GROUP = 32 * 1024 * 1024;

/** A row group lies in memory until it is written: with features it has fewer rows. DuckDB counts in 2,048s. */
const rowsPerGroup = (featureWidth: number): number => {
  const fitting = Math.floor(BYTES_PER_GROUP / (4 * Math.max(featureWidth, 1)) / 2048) * 2048;
  return Math.max(2048, Math.min(MOST_ROWS_PER_GROUP, fitting));
};

/**
 * Samples with their features, one Parquet file for each so many positions: sorting all of them at once would need
 * more memory than there is. Returns the query that reads the files one after the other.
 */
const writePieces = async (
  database: Database,
  request: ExportRequest,
  pieces: {
    readonly folder: string;
    readonly sides: readonly Side[];
    readonly rows: number;
    readonly time: SampleTime;
  },
): Promise<string> => {
  const condition = partCondition(request);
  const [range] = await database.rows(
    'find the positions of the part',
    `SELECT min(position) AS low, max(position) AS high FROM v_samples AS s WHERE ${condition}`,
  );
  const files: string[] = [];
  for (let from = Number(range?.low); from <= Number(range?.high); from += pieces.rows) {
    const file = join(pieces.folder, `piece-${files.length}.parquet`);
    const inPiece = `${condition} AND s.position >= ${from} AND s.position < ${from + pieces.rows}`;
    await database.run(
      'gather the features',
      `COPY (${selectSamples(pieces.time, pieces.sides, inPiece)}) TO ${sqlText(file)} (FORMAT parquet, ROW_GROUP_SIZE ${pieces.rows})`,
    );
    files.push(file);
  }
  return `SELECT * FROM read_parquet([${files.map(sqlFile).join(', ')}])`;
};

/** `file` is whole, or as it was before. */
const writeWhole = async (file: string, fill: (temporary: string) => Promise<void>): Promise<void> => {
  try {
    await replaceFile(file, fill);
  } catch (error) {
    throw toDataError(error, `write ${file}`);
  }
};

/** Rows in the version's total order. Throws USAGE where the folder of `file` is missing, DATASET_NOT_FOUND, DATASET_CORRUPT. */
export const exportSamples = async (context: VersionsContext, request: ExportRequest): Promise<ExportResult> => {
  const { file, split, format, hasFeatures } = request;
  const found = await findVersion(context.dataFolder, request.version);
  if (!(await exists(dirname(file)))) {
    throw new TtExpError('USAGE', `--to: got ${file}, expected a file in a folder that exists`, {
      hint: `Make it first: mkdir -p ${dirname(file)}`,
    });
  }
  return withVersionDatabase(context, request.signal, async (database, folder) => {
    const version = await attachVersion(database, found, { prefix: 'v', tables: ['samples'] });
    const { feature_dims: dims, splits, samples } = version.manifest;
    const sides = hasFeatures ? SIDES.filter((side) => dims[side] > 0) : [];
    for (const side of sides) {
      await loadFeatures(database, version, side);
    }
    const rows = rowsPerGroup(sides.reduce((sum, side) => sum + dims[side], 0));
    const time = await timeOf(database, request);
    const query =
      sides.length === 0
        ? selectSamples(time, [], partCondition(request))
        : await writePieces(database, request, { folder, sides, rows, time });
    const options =
      format === 'csv' ? 'FORMAT csv, HEADER true' : `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rows}`;
    await writeWhole(file, (temporary) =>
      database.run(`write ${file}`, `COPY (${query}) TO ${sqlText(temporary)} (${options})`),
    );
    const bytes = (await stat(file)).size;
    return { version: version.version, file, samples: split === 'all' ? samples : splits[split], bytes };
  });
};
