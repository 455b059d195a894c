/** Rankings of an evaluation as one Parquet file for other tools: user, rank, item, score and relevance of each row. */

import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DOUBLE, DuckDBDataChunk, FLOAT, INTEGER, VARCHAR } from '@duckdb/node-api';
import { TtExpError } from '../../contracts/errors.ts';
import { exists } from '../../host/files/file-errors.ts';
import { syncToDisk } from '../../host/files/replace-file.ts';
import { toDataError } from '../duckdb/data-errors.ts';
import { openDatabase, sqlText } from '../duckdb/database.ts';

/** Rows as parallel arrays of one length, in the order of the file. */
export interface RankingBlock {
  readonly users: readonly string[];
  /** 1-based, in the user's whole ranking. */
  readonly ranks: Int32Array;
  readonly items: readonly string[];
  readonly scores: Float32Array;
  /** 0 for what the user did not meet in the evaluated part. */
  readonly gains: Float32Array;
}

export interface RankingsWriter {
  /** Adds rows. They are taken before the call returns its promise, so the arrays may be used again. */
  write(block: RankingBlock): Promise<void>;
  /** Makes the file appear, whole. */
  finish(): Promise<void>;
  /** Leaves nothing behind, and an earlier file as it was. Harmless after `finish`. */
  discard(): Promise<void>;
}

const TYPES = [DOUBLE, VARCHAR, INTEGER, VARCHAR, FLOAT, FLOAT];
const ROWS_PER_CHUNK = 2048;
const MEMORY_LIMIT_MEGABYTES = 512;

const chunkOf = (block: RankingBlock, from: number, to: number, position: number): DuckDBDataChunk => {
  const chunk = DuckDBDataChunk.create(TYPES, to - from);
  chunk.setColumnValues(
    0,
    Array.from({ length: to - from }, (_, at) => position + at),
  );
  chunk.setColumnValues(1, block.users.slice(from, to));
  chunk.setColumnValues(2, [...block.ranks.subarray(from, to)]);
  chunk.setColumnValues(3, block.items.slice(from, to));
  chunk.setColumnValues(4, [...block.scores.subarray(from, to)]);
  chunk.setColumnValues(5, [...block.gains.subarray(from, to)]);
  return chunk;
};

const requireOneLength = (block: RankingBlock): void => {
  const lengths = [block.users, block.ranks, block.items, block.scores, block.gains].map(({ length }) => length);
  if (new Set(lengths).size !== 1) {
    throw new TtExpError('INTERNAL', `rankings: got columns of ${lengths.join(', ')} rows, expected one length`);
  }
};

/** Rows wait in a table beside `file`, which may grow larger than memory. Throws USAGE where the folder of `file` is missing. */
export const createRankingsWriter = async (file: string): Promise<RankingsWriter> => {
  if (!(await exists(dirname(file)))) {
    throw new TtExpError('USAGE', `--export-rankings: got ${file}, expected a file in a folder that exists`, {
      hint: `Make it first: mkdir -p ${dirname(file)}`,
    });
  }
  const temporary = `${file}.${randomUUID()}.tmp`;
  const table = `${temporary}.duckdb`;
  const database = await openDatabase({
    file: table,
    spillFolder: `${temporary}.spill`,
    memoryLimitMegabytes: MEMORY_LIMIT_MEGABYTES,
    threads: 1,
  });
  let isOpen = true;
  let position = 0;
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
    await database.run(
      'create the table of rankings',
      'CREATE TABLE rankings (position DOUBLE, "user" VARCHAR, rank INTEGER, item VARCHAR, score FLOAT, relevance FLOAT)',
    );
    const appender = await database.connection.createAppender('rankings');
    return {
      write: async (block) => {
        requireOneLength(block);
        try {
          for (let from = 0; from < block.users.length; from += ROWS_PER_CHUNK) {
            const to = Math.min(block.users.length, from + ROWS_PER_CHUNK);
            appender.appendDataChunk(chunkOf(block, from, to, position));
            position += to - from;
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
            `COPY (SELECT "user", rank, item, score, relevance FROM rankings ORDER BY position)
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
