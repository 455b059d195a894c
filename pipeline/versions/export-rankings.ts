/** Rankings of an evaluation as one Parquet file for other tools: user, rank, item, score and relevance of each row. */

import { dirname } from 'node:path';
import { FLOAT, INTEGER, VARCHAR } from '@duckdb/node-api';
import { TtExpError } from '../../contracts/errors.ts';
import { exists } from '../../host/files/file-errors.ts';
import { createParquetWriter, type ParquetWriter } from './parquet-file.ts';

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

export interface RankingsWriter extends Omit<ParquetWriter, 'write'> {
  /** Adds rows. They are taken before the call returns, so the arrays may be used again. */
  write(block: RankingBlock): void;
}

/** Throws USAGE where the folder of `file` is missing. */
export const createRankingsWriter = async (file: string): Promise<RankingsWriter> => {
  if (!(await exists(dirname(file)))) {
    throw new TtExpError('USAGE', `--export-rankings: got ${file}, expected a file in a folder that exists`, {
      hint: `Make it first: mkdir -p ${dirname(file)}`,
    });
  }
  const { write, ...writer } = await createParquetWriter(file, [
    { name: 'user', type: VARCHAR },
    { name: 'rank', type: INTEGER },
    { name: 'item', type: VARCHAR },
    { name: 'score', type: FLOAT },
    { name: 'relevance', type: FLOAT },
  ]);
  return {
    ...writer,
    write: ({ users, ranks, items, scores, gains }) => write([users, ranks, items, scores, gains]),
  };
};
