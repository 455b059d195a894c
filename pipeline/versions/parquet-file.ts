/** Rows that arrive block by block, as one Parquet file for other tools. */

import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { DOUBLE, DuckDBDataChunk, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { TtExpError } from '../../contracts/errors.ts';
import { syncToDisk } from '../../host/files/replace-file.ts';
import { toDataError } from '../duckdb/data-errors.ts';
import { openDatabase, sqlText } from '../duckdb/database.ts';

export interface ParquetColumn {
  readonly name: string;
  readonly type: DuckDBType;
}

export interface ParquetWriter {
  /**
   * Adds rows, one array a column, all of one length, in the order of the file. They are taken before the call returns,
   * so the arrays may be used again. Throws INTERNAL for columns of different lengths.
   */
  write(columns: readonly ArrayLike<DuckDBValue>[]): void;
  /** Makes the file appear, whole. */
  finish(): Promise<void>;
  /** Leaves nothing behind, and an earlier file as it was. Harmless after `finish`. */
  discard(): Promise<void>;
}

const ROWS_PER_CHUNK = 2048;
const MEMORY_LIMIT_MEGABYTES = 512;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const lengthOf = (columns: readonly ArrayLike<DuckDBValue>[]): number => {
  const lengths = new Set(columns.map(({ length }) => length));
  const [length = 0] = lengths;
  if (lengths.size > 1) {
    throw new TtExpError('INTERNAL', `Parquet: got columns of ${[...lengths].join(', ')} rows, expected one length`);
  }
  return length;
};

/** Rows wait in a table beside `file`, which may grow larger than memory. */
export const createParquetWriter = async (file: string, columns: readonly ParquetColumn[]): Promise<ParquetWriter> => {
  const temporary = `${file}.${randomUUID()}.tmp`;
  const table = `${temporary}.duckdb`;
  const database = await openDatabase({
    file: table,
    spillFolder: `${temporary}.spill`,
    memoryLimitMegabytes: MEMORY_LIMIT_MEGABYTES,
    threads: 1,
  });
  const types = [DOUBLE, ...columns.map(({ type }) => type)];
  let isOpen = true;
  let rows = 0;
  const discard = async (): Promise<void> => {
    if (isOpen) {
      isOpen = false;
      database.close();
    }
    for (const path of [table, `${table}.wal`, `${temporary}.spill`, temporary]) {
      await rm(path, { recursive: true, force: true });
    }
  };
  try {
    // Names of columns may differ in case alone, which a table does not tell apart. A table keeps no order.
    const declared = ['position DOUBLE', ...columns.map(({ type }, column) => `column_${column} ${type}`)];
    const named = columns.map(({ name }, column) => `column_${column} AS ${quoted(name)}`);
    await database.run(`create the table of ${file}`, `CREATE TABLE data (${declared.join(', ')})`);
    const appender = await database.connection.createAppender('data');
    return {
      write: (block) => {
        const length = lengthOf(block);
        try {
          for (let from = 0; from < length; from += ROWS_PER_CHUNK) {
            const count = Math.min(length - from, ROWS_PER_CHUNK);
            const chunk = DuckDBDataChunk.create(types, count);
            chunk.setColumnValues(
              0,
              Array.from({ length: count }, (_, row) => rows + row),
            );
            for (const [column, values] of block.entries()) {
              chunk.setColumnValues(column + 1, Array.prototype.slice.call(values, from, from + count));
            }
            appender.appendDataChunk(chunk);
            rows += count;
          }
        } catch (error) {
          throw toDataError(error, `write ${file}`);
        }
      },
      finish: async () => {
        try {
          appender.closeSync();
          await database.run(
            `write ${file}`,
            `COPY (SELECT ${named.join(', ')} FROM data ORDER BY position)
              TO ${sqlText(temporary)} (FORMAT parquet, COMPRESSION zstd)`,
          );
          await syncToDisk(temporary);
          await rename(temporary, file);
        } catch (error) {
          throw toDataError(error, `write ${file}`);
        } finally {
          await discard();
        }
      },
      discard,
    };
  } catch (error) {
    await discard();
    throw toDataError(error, `write ${file}`);
  }
};
