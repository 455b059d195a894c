import { join } from 'node:path';
import { SPLIT_NAMES } from '../../contracts/dataset.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { Database } from '../duckdb/database.ts';
import { readSql, runSqlFile } from '../duckdb/sql-files.ts';
import { DRAWS_PER_NEGATIVE, NEGATIVE_RULE, NEGATIVE_TYPE, PIPELINE_FORMAT } from '../settings.ts';
import { shortDigest } from '../store/file-digest.ts';
import type { ExtractOutput } from './extract.ts';
import {
  attachTables,
  ensureStage,
  type StageContext,
  type StageOutput,
  type StageRequest,
  writeParquet,
} from './stage.ts';

export const splitSettings = ({ data, seed }: StageRequest) => ({
  seed,
  split: data.split,
  negative_samples: data.negative_samples,
  negative: NEGATIVE_RULE,
  draws_per_negative: DRAWS_PER_NEGATIVE,
});

export const splitId = (labelledId: string, request: StageRequest): string =>
  `sp-${shortDigest({ format: PIPELINE_FORMAT, label: labelledId, ...splitSettings(request) })}`;

/** Throws SPLIT_LEAK unless parts share no pair, negatives respect what their part knows and, by time, nothing is late. */
export const refuseLeaks = async (database: Database, isTemporal: boolean): Promise<void> => {
  const leaks = await database.rows('check the split for leaks', await readSql('036_leaks'), {
    is_temporal: isTemporal ? 1 : 0,
  });
  if (leaks.length > 0) {
    const all = leaks.map(({ rule, leak_count, example }) => `${leak_count} × ${rule} (${example})`);
    throw new TtExpError('SPLIT_LEAK', `The split leaks: ${all.join('; ')}; expected none`, {
      hint: 'Report this as a bug, with the dataset settings.',
      details: { leaks },
    });
  }
};

const countParts = async (database: Database, request: StageRequest): Promise<number> => {
  const rows = await database.rows(
    'count the samples',
    'SELECT part, count(*)::INTEGER AS sample_count FROM samples GROUP BY part',
  );
  const counts = new Map(rows.map((row) => [String(row.part), Number(row.sample_count)]));
  const empty = SPLIT_NAMES.filter((part) => !counts.has(part));
  if (empty.length > 0) {
    throw new TtExpError(
      'DATA_INVALID',
      `The ${request.data.split.method} split leaves no sample for ${empty.join(' and ')}: ` +
        `got ${[...counts].map(([part, count]) => `${part} ${count}`).join(', ')}, expected some in each part`,
      { hint: 'Use more interactions, or larger shares in data.split.' },
    );
  }
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
};

/**
 * Makes the table `samples` of the tables `items` and `labelled`: events in their part of the split, and negative
 * samples. Returns the number of samples. Throws SPLIT_LEAK, and DATA_INVALID when a part is empty.
 */
export const splitTables = async (database: Database, request: StageRequest): Promise<number> => {
  const { data, seed } = request;
  const { method, train, validation } = data.split;
  const negatives = data.negative_samples;
  await runSqlFile(database, '030_split_parts');
  await runSqlFile(database, '031_pairs', { negatives });
  await runSqlFile(database, method === 'random' ? '032_pair_parts_random' : '033_pair_parts_temporal', {
    seed,
    train,
    validation,
  });
  await runSqlFile(database, '034_split_events');
  await runSqlFile(database, '035_negatives', {
    seed,
    negatives,
    draws: negatives * DRAWS_PER_NEGATIVE,
    weight: NEGATIVE_RULE.weight,
    label: NEGATIVE_RULE.label,
  });
  await refuseLeaks(database, method === 'temporal');
  await runSqlFile(database, '037_samples', { negative_type: NEGATIVE_TYPE });
  return countParts(database, request);
};

/** Builds the split unless it exists. */
export const split = (
  context: StageContext,
  request: StageRequest,
  stages: { readonly extracted: ExtractOutput; readonly labelled: StageOutput },
): Promise<StageOutput> =>
  ensureStage(context, {
    kind: 'splits',
    id: splitId(stages.labelled.id, request),
    settings: splitSettings(request),
    fill: async (database, folder) => {
      await attachTables(database, stages.extracted.folder, ['items']);
      await attachTables(database, stages.labelled.folder, ['labelled']);
      const rows = await splitTables(database, request);
      await writeParquet(database, {
        file: join(folder, 'samples.parquet'),
        sql: 'SELECT * FROM samples ORDER BY position',
      });
      context.log('info', `split ${rows} samples (${request.data.split.method})`);
      return rows;
    },
  });
