/** CSV, JSON and Parquet files as raw tables. */
import { basename } from 'node:path';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { toDataError } from '../../duckdb/data-errors.ts';
import { type Database, sqlText } from '../../duckdb/database.ts';
import { digestFile } from '../../store/file-digest.ts';
import { quoteName } from '../column-sql.ts';
import type { BrokenRow, RawRequest, RawTables, SourceOrigin } from '../raw-tables.ts';
import { csvColumns } from './csv-header.ts';
import { brokenLines, readCsv } from './csv-rows.ts';
import { filesOf, formatOf } from './file-paths.ts';
import { jsonColumns, jsonRows, readJson } from './json-rows.ts';
import { checkCompressed, checkWholeCsv } from './whole-text.ts';

const refuseMissingColumns = (file: string, there: readonly string[], wanted: readonly string[]): void => {
  const missing = wanted.filter((name) => !there.includes(name));
  if (missing.length > 0) {
    throw new TtExpError(
      'DATA_INVALID',
      `data.source: ${file} has no column ${missing.map((name) => JSON.stringify(name)).join(', ')}, expected every column that the config names`,
      { hint: `Its columns are: ${there.join(', ') || 'none'}.`, details: { file, missing, columns: there } },
    );
  }
};

const parquetColumns = async (database: Database, file: string): Promise<readonly string[]> => {
  const rows = await database.rows(
    `read the columns of ${file}`,
    `SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(${sqlText(file)}))`,
  );
  return rows.map((row) => String(row.column_name));
};

/** Names of the columns of one file. Throws SOURCE_NOT_FOUND, DATA_INVALID. */
export const columnsOfFile = async (
  database: Database,
  file: string,
  location: ResolvedLocation,
): Promise<readonly string[]> => {
  await filesOf(database, { ...location, path: file });
  try {
    switch (formatOf(file, location)) {
      case 'parquet':
        return await parquetColumns(database, file);
      case 'json':
        return await jsonColumns(database, file, await jsonRows(file));
      case 'csv':
        return await csvColumns(file, location);
    }
  } catch (error) {
    throw toFileError(error, file);
  }
};

/** A view, not a table: Parquet is read as fast as a table of DuckDB's own. */
const attachParquet = async (
  database: Database,
  target: string,
  files: readonly string[],
  wanted: readonly string[],
) => {
  const taken = new Set<string>();
  for (const file of files) {
    const columns = await parquetColumns(database, file);
    refuseMissingColumns(file, columns, wanted);
    for (const column of columns) {
      taken.add(column.toLowerCase());
    }
  }
  // Columns of these names hide those of DuckDB.
  const hasPlaces = !taken.has('filename') && !taken.has('file_row_number');
  const place = hasPlaces ? "parse_filename(filename) || ' row ' || (file_row_number + 1)" : 'NULL::VARCHAR';
  const options = `union_by_name = true${hasPlaces ? ', filename = true, file_row_number = true' : ''}`;
  await database.run(
    `read ${files.join(', ')}`,
    `CREATE VIEW ${quoteName(target)} AS
      SELECT ${wanted.map(quoteName).join(', ')}, ${place} AS place
      FROM read_parquet([${files.map(sqlText).join(', ')}], ${options})`,
  );
};

/** What DuckDB cannot read is the file's fault. */
const toFileError = (error: unknown, file: string): TtExpError => {
  const known = toDataError(error, `read ${file}`);
  return known.code === 'INTERNAL'
    ? new TtExpError('DATA_INVALID', known.message, {
        hint: 'Check the format, the delimiter and the encoding that the config gives for this file.',
        cause: error,
      })
    : known;
};

export const createFilesTables = (): RawTables => {
  const broken: BrokenRow[] = [];
  const read = new Set<string>();

  const attachText = async (
    database: Database,
    request: RawRequest,
    files: readonly string[],
    wanted: readonly string[],
  ) => {
    const { target, location } = request;
    let isFirst = true;
    for (const file of files) {
      if (formatOf(file, location) === 'json') {
        const rows = await jsonRows(file);
        await checkCompressed(file);
        const columns = await jsonColumns(database, file, rows);
        // Without a readable row nothing is missing: the file is empty, or all of it is broken.
        refuseMissingColumns(file, columns, columns.length === 0 ? [] : wanted);
        broken.push(...(await readJson(database, target, isFirst, { file, rows, wanted })));
      } else {
        const columns = await csvColumns(file, location);
        refuseMissingColumns(file, columns, columns.length === 0 ? [] : wanted);
        await checkWholeCsv(file, location.csv);
        await readCsv(database, target, isFirst, { file, columns, wanted, location });
      }
      isFirst = false;
    }
  };

  return {
    attach: async (database, request) => {
      const files = await filesOf(database, request.location);
      const wanted = request.columns.map(({ column }) => column);
      const formats = new Set(files.map((file) => formatOf(file, request.location)));
      for (const file of files) {
        read.add(file);
      }
      if (formats.has('parquet') && formats.size > 1) {
        throw new TtExpError(
          'DATA_INVALID',
          `data.source: got Parquet and other files for one table (${files.map((file) => basename(file)).join(', ')}), expected one kind`,
          { hint: 'Name files of one format, or set "format".' },
        );
      }
      try {
        await (formats.has('parquet')
          ? attachParquet(database, request.target, files, wanted)
          : attachText(database, request, files, wanted));
      } catch (error) {
        throw toFileError(error, files.join(', '));
      }
    },
    describe: () => digestFiles([...read].sort()),
    brokenRows: async (database) => [...broken, ...(await brokenLines(database))],
    close: () => Promise.resolve(),
  };
};

const digestFiles = async (files: readonly string[]): Promise<readonly SourceOrigin[]> => {
  const digests: SourceOrigin[] = [];
  for (const file of files) {
    digests.push({ name: file, ...(await digestFile(file)) });
  }
  return digests;
};

/** Content of every file that these locations name, in a fixed order: equal digests, equal rows. */
export const digestLocations = async (
  database: Database,
  locations: readonly ResolvedLocation[],
): Promise<readonly (readonly string[])[]> => {
  const digests: (readonly string[])[] = [];
  for (const location of locations) {
    const files = await digestFiles(await filesOf(database, location));
    digests.push(files.map(({ sha256 }) => sha256 ?? ''));
  }
  return digests;
};
