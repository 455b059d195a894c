import { join } from 'node:path';
import type { DataRequest } from '../../contracts/data-stages.ts';
import { SPLIT_NAMES } from '../../contracts/dataset.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { shortDigest } from '../../host/files/file-digest.ts';
import { type Database, type SqlParameters, sqlText } from '../duckdb/database.ts';
import { readSql, runSqlFile } from '../duckdb/sql-files.ts';
import { DRAWS_PER_NEGATIVE, NEGATIVE_LABEL, NEGATIVE_TYPE, PIPELINE_FORMAT } from '../settings.ts';
import type { ExtractOutput } from './extract.ts';
import { attachTables, ensureStage, type StageContext, type StageOutput, withDatabase, writeParquet } from './stage.ts';

export const splitSettings = ({ data, seed }: DataRequest) => ({
  seed,
  split: data.split,
  negative_samples: data.negative_samples,
  negatives: data.negatives,
  draws_per_negative: DRAWS_PER_NEGATIVE,
});

export const splitId = (labelledId: string, request: DataRequest): string =>
  `sp-${shortDigest({ format: PIPELINE_FORMAT, label: labelledId, ...splitSettings(request) })}`;

type Method = ResolvedData['split']['method'];

/** Throws SPLIT_LEAK if the tables `split_events` and `negatives` break a rule of the method. */
export const refuseLeaks = async (database: Database, method: Method): Promise<void> => {
  const leaks = await database.rows('check the split for leaks', await readSql('036_leaks'), { method });
  if (leaks.length > 0) {
    const all = leaks.map(({ rule, leak_count, example }) => `${leak_count} × ${rule} (${example})`);
    throw new TtExpError('SPLIT_LEAK', `The ${method} split leaks: ${all.join('; ')}; expected none`, {
      hint: 'Report this as a bug, with the dataset settings.',
      details: { leaks },
    });
  }
};

/** Methods that go by time cannot work where every event has the same. */
const refuseOneTime = async (database: Database, method: Method): Promise<void> => {
  if (method !== 'temporal' && method !== 'leave_one_out') {
    return;
  }
  const [times] = await database.rows('read the times', await readSql('033c_times'));
  if (times?.is_one_time === true) {
    throw new TtExpError(
      'DATA_INVALID',
      `The ${method} split needs times that differ: all ${times.event_count} events have the time ${times.first_at}`,
      { hint: 'Name the time column in data.source.interactions.time, or use data.split.method random.' },
    );
  }
};

const EMPTY_PART_HINT: Readonly<Record<Method, string>> = {
  random: 'Use more interactions, or larger shares in data.split.',
  temporal: 'Use more interactions, or larger shares in data.split.',
  leave_one_out: 'Use data with users who met at least three items, or data.split.method random.',
  user_cold_start: 'Use data with more users, or larger shares in data.split.',
};

/** Samples of each part. Throws DATA_INVALID when one has none. */
const countParts = async (database: Database, method: Method): Promise<number> => {
  const rows = await database.rows('count the samples', await readSql('037c_part_counts'));
  const counts = new Map(rows.map((row) => [String(row.part), Number(row.sample_count)]));
  const samples = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const last = Math.max(-1, ...rows.map((row) => Number(row.last_position)));
  if (last + 1 !== samples) {
    throw new TtExpError('INTERNAL', `Positions of ${samples} samples end at ${last}, expected ${samples - 1}`);
  }
  const empty = SPLIT_NAMES.filter((part) => !counts.has(part));
  if (empty.length > 0) {
    throw new TtExpError(
      'DATA_INVALID',
      `The ${method} split leaves no sample for ${empty.join(' and ')}: ` +
        `got ${SPLIT_NAMES.map((part) => `${part} ${counts.get(part) ?? 0}`).join(', ')}, expected some in each part`,
      { hint: EMPTY_PART_HINT[method] },
    );
  }
  return samples;
};

/** A query whose placeholders of the form {name} are texts: types and views cannot have parameters. */
const runWithTexts = async (
  database: Database,
  name: string,
  texts: Readonly<Record<string, string>>,
  parameters: SqlParameters = {},
): Promise<void> => {
  const sql = Object.entries(texts).reduce(
    (text, [key, value]) => text.replaceAll(`{${key}}`, sqlText(value)),
    await readSql(name),
  );
  await database.run(`run ${name}.sql`, sql, parameters);
};

const TEXTS = { negative_type: NEGATIVE_TYPE };

/** What no later statement needs: DuckDB would spill it to make room. */
const drop = async (database: Database, tables: readonly string[]): Promise<void> => {
  for (const table of tables) {
    await database.run(`drop ${table}`, `DROP TABLE ${table}`);
  }
};

/** Tables that hold ids as keys: events, and their pairs. */
const indexEvents = async (database: Database, { data, seed }: DataRequest): Promise<void> => {
  await runSqlFile(database, '031a_fold');
  await runSqlFile(database, '031b_mix');
  await runSqlFile(database, '032a_user_key');
  await runSqlFile(database, '032b_item_key');
  await runWithTexts(database, '032c_type_key', TEXTS);
  await runSqlFile(database, '032d_split_users', { seed });
  await runSqlFile(database, '032e_split_items', { seed });
  await runSqlFile(database, '033a_events');
  await refuseOneTime(database, data.split.method);
  await runSqlFile(database, '033b_pairs', { negatives: data.negative_samples, per: data.negatives.per });
};

const drawNegatives = async (database: Database, { negative_samples, negatives }: ResolvedData): Promise<void> => {
  const parameters = { negatives: negative_samples, rounds: DRAWS_PER_NEGATIVE };
  await runSqlFile(database, `035b_positives_per_${negatives.per}`);
  await runSqlFile(database, `035c_tickets_${negatives.draw}`);
  await runSqlFile(database, '035d_ticket_index');
  await runSqlFile(database, '035e_first_draws', parameters);
  await runSqlFile(database, '035f_later_draws', parameters);
  await runSqlFile(database, '035g_negatives');
};

/**
 * Makes `samples` of the tables `items` and `labelled`, in the order of position: events in their part of the split, and
 * negative samples. Returns the number of samples. Throws SPLIT_LEAK, and DATA_INVALID when a part is empty or the method
 * needs times that the source does not have.
 */
export const splitTables = async (database: Database, request: DataRequest): Promise<number> => {
  const { data } = request;
  const { method, train, validation } = data.split;
  await indexEvents(database, request);
  await runSqlFile(database, `034_pair_parts_${method}`, { train, validation });
  await runSqlFile(database, '035a_split_events');
  await drop(database, ['events', 'pairs']);
  await drawNegatives(database, data);
  await drop(database, ['pair_parts', 'positives']);
  await refuseLeaks(database, method);
  await runWithTexts(database, '037a_sorted_samples', TEXTS, { weight: data.negatives.weight, label: NEGATIVE_LABEL });
  await drop(database, ['split_events']);
  await runSqlFile(database, '037b_samples');
  return countParts(database, method);
};

const logLabels = async (database: Database, context: StageContext, samples: number): Promise<void> => {
  const rows = await database.rows('count the labels', await readSql('038_label_counts'));
  const shares = rows.map(({ label_text, sample_count }) => {
    const count = Number(sample_count);
    return `${label_text}: ${count} (${((100 * count) / samples).toFixed(1)} %)`;
  });
  context.log('info', `samples by label: ${shares.join(', ')}`);
};

export interface SplitOutput extends StageOutput {
  /** Labelled rows that are in no part. */
  readonly dropped: number;
}

/** Methods that go by time drop what a pair does after its part. */
const countDropped = (context: StageContext, { folder }: StageOutput, labelled: StageOutput): Promise<number> =>
  withDatabase(context, async (database) => {
    const file = sqlText(join(folder, 'samples.parquet'));
    const [kept] = await database.rows(
      'count the events of the parts',
      `SELECT count(*)::DOUBLE AS row_count FROM read_parquet(${file}) WHERE type <> $negative_type`,
      TEXTS,
    );
    return labelled.rows - Number(kept?.row_count);
  });

/** Builds the split unless it exists. */
export const split = async (
  context: StageContext,
  request: DataRequest,
  stages: { readonly extracted: ExtractOutput; readonly labelled: StageOutput },
): Promise<SplitOutput> => {
  const output = await ensureStage(context, {
    kind: 'splits',
    id: splitId(stages.labelled.id, request),
    settings: splitSettings(request),
    fill: async (database, folder) => {
      await attachTables(database, stages.extracted.folder, ['items']);
      await attachTables(database, stages.labelled.folder, ['labelled']);
      const rows = await splitTables(database, request);
      await writeParquet(database, { file: join(folder, 'samples.parquet'), sql: 'SELECT * FROM samples' });
      context.log('info', `split ${rows} samples (${request.data.split.method})`);
      await logLabels(database, context, rows);
      return rows;
    },
  });
  return { ...output, dropped: await countDropped(context, output, stages.labelled) };
};
