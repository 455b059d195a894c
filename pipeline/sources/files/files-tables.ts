/** CSV, JSON and Parquet files as raw tables. */
import { basename } from 'node:path';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { digestFile } from '../../../host/files/file-digest.ts';
import { toDataError } from '../../duckdb/data-errors.ts';
import { type Database, sqlFile } from '../../duckdb/database.ts';
import { quoteName } from '../column-sql.ts';
import type { BrokenRow, RawColumn, RawRequest, RawTables, SourceOrigin } from '../raw-tables.ts';
import { type Dialect, readDialect } from './csv-dialect.ts';
import { brokenLines, readCsv } from './csv-rows.ts';
import { filesOf, formatOf } from './file-paths.ts';
import { jsonColumns, jsonRows, readJson, refuseRepeatedKeys } from './json-rows.ts';
import { refuseRepeatedColumns } from './repeated-columns.ts';
import { checkCompressed, checkWholeCsv } from './whole-text.ts';

const namesOf = (wanted: readonly RawColumn[]): readonly string[] => wanted.map(({ column }) => column);

const refuseMissingColumns = (file: string, there: readonly string[], wanted: readonly RawColumn[]): void => {
  const missing = namesOf(wanted).filter((name) => !there.includes(name));
  if (missing.length > 0) {
    throw new TtExpError(
      'DATA_INVALID',
      `data.source: ${file} has no column ${missing.map((name) => JSON.stringify(name)).join(', ')}, expected every column that the config names`,
      {
        hint: `Its columns are: ${there.join(', ') || 'none'}. For a file without a header name them in "csv": {"columns": […]}.`,
        details: { file, missing, columns: there },
      },
    );
  }
};

const parquetColumns = async (database: Database, file: string): Promise<readonly string[]> => {
  const rows = await database.rows(
    `read the columns of ${file}`,
    `SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet(${sqlFile(file)}))`,
  );
  return rows.map((row) => String(row.column_name));
};

/** Columns of the file itself, not those within them: DuckDB renames repeated ones when it reads. */
const writtenParquetColumns = async (database: Database, file: string): Promise<readonly string[]> => {
  const rows = await database.rows(
    `read the schema of ${file}`,
    `SELECT name, coalesce(num_children, 0)::INTEGER AS children FROM parquet_schema(${sqlFile(file)})`,
  );
  const names: string[] = [];
  let inner = 0;
  for (const { name, children } of rows.slice(1)) {
    if (inner === 0) {
      names.push(String(name));
    }
    inner = Math.max(0, inner - 1) + Number(children);
  }
  return names;
};

export interface FileColumns {
  readonly columns: readonly string[];
  /** How it is written; null for what is no CSV. */
  readonly dialect: Dialect | null;
}

/** Names of the columns of one file. Throws SOURCE_NOT_FOUND, DATA_INVALID. */
export const columnsOfFile = async (
  database: Database,
  file: string,
  location: ResolvedLocation,
): Promise<FileColumns> => {
  await filesOf(database, { ...location, path: file });
  try {
    switch (formatOf(file, location)) {
      case 'parquet':
        return { columns: await parquetColumns(database, file), dialect: null };
      case 'json':
        return { columns: await jsonColumns(database, file, await jsonRows(file)), dialect: null };
      case 'csv': {
        const dialect = await readDialect(file, location.csv);
        return { columns: dialect.columns, dialect };
      }
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
  wanted: readonly RawColumn[],
) => {
  const taken = new Set<string>();
  for (const file of files) {
    const columns = await parquetColumns(database, file);
    const names = await writtenParquetColumns(database, file);
    refuseRepeatedColumns({ where: `data.source: ${file}`, names, used: namesOf(wanted) });
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
      SELECT ${[...wanted.map(({ column }) => quoteName(column)), `${place} AS place`].join(', ')}
      FROM read_parquet([${files.map(sqlFile).join(', ')}], ${options})`,
  );
};

/** What DuckDB cannot read is the file's fault. */
const toFileError = (error: unknown, file: string): TtExpError => {
  const known = toDataError(error, `read ${file}`);
  return known.code === 'INTERNAL'
    ? new TtExpError('DATA_INVALID', known.message, {
        hint: 'Check the format, delimiter and encoding that the config gives for this file.',
        cause: error,
      })
    : known;
};

export const createFilesTables = (): RawTables => {
  const broken: BrokenRow[] = [];
  const read = new Set<string>();
  const notes = new Set<string>();

  const attachText = async (database: Database, request: RawRequest, files: readonly string[]) => {
    const { target, location, columns: wanted } = request;
    let isFirst = true;
    for (const file of files) {
      if (formatOf(file, location) === 'json') {
        const rows = await jsonRows(file);
        await checkCompressed(file);
        const columns = await jsonColumns(database, file, rows);
        // Without a readable row nothing is missing: the file is empty, or all of it is broken.
        refuseMissingColumns(file, columns, columns.length === 0 ? [] : wanted);
        await refuseRepeatedKeys(database, { file, rows, wanted });
        broken.push(...(await readJson(database, target, isFirst, { file, rows, wanted })));
      } else {
        const dialect = await readDialect(file, location.csv);
        const { names, hasHeader } = dialect;
        refuseRepeatedColumns({ where: `data.source: ${file}`, names, used: hasHeader ? namesOf(wanted) : names });
        refuseMissingColumns(file, dialect.columns, dialect.columns.length === 0 ? [] : wanted);
        await checkWholeCsv(file, dialect);
        await readCsv(database, target, isFirst, { file, wanted, dialect });
        if (dialect.found.length > 0) {
          notes.add(`${file}: ${dialect.found.join(', ')}`);
        }
      }
      isFirst = false;
    }
  };

  return {
    attach: async (database, request) => {
      const files = await filesOf(database, request.location);
      const formats = new Set(files.map((file) => formatOf(file, request.location)));
      for (const file of files) {
        read.add(file);
      }
      if (formats.has('parquet') && formats.size > 1) {
        throw new TtExpError(
          'DATA_INVALID',
          `data.source: got Parquet and other files for one table (${files.map((file) => basename(file)).join(', ')}), expected one kind`,
          { hint: 'Name files of one format only, or set "format".' },
        );
      }
      try {
        await (formats.has('parquet')
          ? attachParquet(database, request.target, files, request.columns)
          : attachText(database, request, files));
      } catch (error) {
        throw toFileError(error, files.join(', '));
      }
    },
    describe: () => digestFiles([...read].sort()),
    brokenRows: async (database) => [...broken, ...(await brokenLines(database))],
    notes: () => [...notes],
    close: () => Promise.resolve(),
  };
};

const digestFiles = async (files: readonly string[]): Promise<readonly Required<SourceOrigin>[]> => {
  const digests: Required<SourceOrigin>[] = [];
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
    digests.push(files.map(({ sha256 }) => sha256));
  }
  return digests;
};
