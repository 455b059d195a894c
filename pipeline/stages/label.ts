import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { MESSAGE } from '../../contracts/names.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { type BadRows, joinBadRows, NO_BAD_ROWS } from '../../contracts/source-reading.ts';
import { shortDigest } from '../../host/files/file-digest.ts';
import { describeCheck, quickChecks } from '../checks/check-data.ts';
import type { CheckInput } from '../checks/check-rules.ts';
import type { Database } from '../duckdb/database.ts';
import { readSql, runSqlFile } from '../duckdb/sql-files.ts';
import { NEGATIVE_TYPE, PIPELINE_FORMAT } from '../settings.ts';
import {
  describeBadRows,
  type FilteredRows,
  findBadRows,
  type LabelFindings,
  readFindings,
  refuseBadRows,
  type UnlabelledRows,
  writeFindings,
} from './bad-rows.ts';
import type { ExtractOutput } from './extract.ts';
import { attachTables, ensureStage, type StageContext, type StageOutput, writeParquet } from './stage.ts';

/** Settings that shape the labels. `max_bad_rows` decides whether they may be used, not what they are. */
export const labelSettings = (data: ResolvedData) => ({
  use_case: data.use_case,
  ignored_types: [...new Set(data.ignored_types)].sort(),
  labels: data.labels,
  unit: data.unit,
  min_interactions: data.min_interactions,
});

export const labelId = (extractId: string, data: ResolvedData): string =>
  `lb-${shortDigest({ format: PIPELINE_FORMAT, extract: extractId, ...labelSettings(data) })}`;

const MOST_USE_CASES = 10;

export interface LabelCounts extends UnlabelledRows {
  /** Rows of `labelled`. */
  readonly rows: number;
}

export interface LabelOutput extends StageOutput, LabelFindings {}

/** A label of 0 is a dislike, which overrides what came before it: a negative weight must not say otherwise. */
const checkRules = (labels: ResolvedData['labels']): void => {
  for (const [type, { weight, label }] of Object.entries(labels)) {
    if (weight < 0 && label > 0) {
      throw new TtExpError(
        'CONFIG_INVALID',
        `data.labels.${type} has weight ${weight} and label ${label}, expected label 0 beside a negative weight`,
        { hint: 'Give a dislike label 0, and anything else a positive weight.' },
      );
    }
  }
  if (Object.hasOwn(labels, NEGATIVE_TYPE)) {
    throw new TtExpError('CONFIG_INVALID', `data.labels.${NEGATIVE_TYPE} is reserved for drawn negatives`, {
      hint: 'Set data.negatives.weight instead.',
    });
  }
};

/** `investors (1200), films (3)`, the most frequent ones. */
const readUseCases = async (database: Database): Promise<string> => {
  const rows = await database.rows(
    'list the use cases',
    `SELECT use_case, count(*)::DOUBLE AS row_count FROM interactions GROUP BY use_case
      ORDER BY row_count DESC, use_case LIMIT ${MOST_USE_CASES}`,
  );
  return rows.map(({ use_case, row_count }) => `${use_case ?? 'none'} (${row_count})`).join(', ');
};

/** What the filters remove. `No data loaded` where nothing is left. */
const countFiltered = async (database: Database, data: ResolvedData): Promise<FilteredRows> => {
  const { min_interactions, use_case, ignored_types } = data;
  const [counts] = await database.rows('count the interactions', await readSql('028_filter_counts'), {
    min_interactions,
  });
  const count = (name: string): number => Number(counts?.[name]);
  const removed = {
    use_case: count('all_rows') - count('use_case_rows'),
    ignored_types: count('use_case_rows') - count('considered_rows'),
    bad_rows: count('considered_rows') - count('usable_rows'),
    min_interactions: count('usable_rows') - count('kept_rows'),
  };
  if (count('kept_rows') > 0) {
    return removed;
  }
  const useCases = count('use_case_rows') === 0 ? await readUseCases(database) : '';
  const filters = [
    `use_case "${use_case}" removed ${removed.use_case}`,
    ...(ignored_types.length > 0 ? [`ignored_types removed ${removed.ignored_types}`] : []),
    ...(removed.bad_rows > 0 ? [`${removed.bad_rows} were bad rows`] : []),
  ];
  throw new TtExpError(
    'NO_DATA_LOADED',
    `${MESSAGE.noDataLoaded}: of ${count('all_rows')} interactions, ${filters.join(', ')} ` +
      `and min_interactions ${min_interactions} removed ${removed.min_interactions}`,
    {
      hint:
        useCases === ''
          ? 'Lower data.min_interactions, correct data.use_case, or check that the source has interactions.'
          : `Set data.use_case to one that the source has: ${useCases}.`,
      details: {
        all: count('all_rows'),
        ...Object.fromEntries(Object.entries(removed).map(([filter, rows]) => [`removed_by_${filter}`, rows])),
      },
    },
  );
};

/**
 * Makes `labelled` of the tables `users`, `items` and `interactions`, in the order of user, time and id; `interactions`
 * must have that order.
 * Throws CONFIG_INVALID, DATA_INVALID for more bad rows than allowed, those that were not even read (`unread`) among
 * them, NO_DATA_LOADED when the filters leave none.
 */
export const labelTables = async (
  database: Database,
  data: ResolvedData,
  unread: BadRows = NO_BAD_ROWS,
): Promise<LabelCounts> => {
  checkRules(data.labels);
  const { bad, usable } = await findBadRows(database, data);
  refuseBadRows(joinBadRows(unread, bad), data.max_bad_rows, true);
  await runSqlFile(database, `026_usable_${usable}`);
  await runSqlFile(database, '027_user_counts');
  const { use_case, ignored_types, min_interactions } = await countFiltered(database, data);
  const qualifying = await readSql('029a_qualifying_users');
  await database.run(
    'find the users with enough interactions',
    qualifying.replaceAll('{min_interactions}', String(data.min_interactions)),
  );
  await runSqlFile(database, data.unit === 'pair' ? '029b_labelled_pairs' : '029b_labelled_events');
  const [labelled] = await database.rows('count the labels', 'SELECT count(*)::DOUBLE AS row_count FROM labelled');
  const filtered = { use_case, ignored_types, min_interactions };
  return { rows: Number(labelled?.row_count), bad, filtered };
};

/** Logs and answers what quick checks warn of. Throws DATA_INVALID for what no version can be built of. */
const checkQuickly = async (
  context: StageContext,
  database: Database,
  input: CheckInput,
): Promise<readonly string[]> => {
  const failed = await quickChecks(database, input);
  const blocking = failed.filter(({ level }) => level === 'blocking');
  if (blocking.length > 0) {
    throw new TtExpError('DATA_INVALID', `Data cannot be used: ${blocking.map(describeCheck).join('; ')}`, {
      hint: 'Correct these rows in the source; `tt-exp data check` gives the queries that find them.',
      details: { checks: blocking },
    });
  }
  const warnings = failed.map(describeCheck);
  for (const warning of warnings) {
    context.log('warn', warning);
  }
  return warnings;
};

/** Builds the labelled interactions unless they exist. */
export const label = async (
  context: StageContext,
  data: ResolvedData,
  extracted: ExtractOutput,
): Promise<LabelOutput> => {
  const output = await ensureStage(context, {
    kind: 'labels',
    id: labelId(extracted.id, data),
    settings: labelSettings(data),
    fill: async (database, folder) => {
      await attachTables(database, extracted.folder, ['users', 'items', 'interactions']);
      const warnings = await checkQuickly(context, database, { data, schema: extracted.schema, nowMs: context.now() });
      const { rows, ...unlabelled } = await labelTables(database, data, extracted.bad);
      await writeFindings(folder, { ...unlabelled, warnings });
      await writeParquet(database, { file: join(folder, 'labelled.parquet'), sql: 'SELECT * FROM labelled' });
      const what = data.unit === 'pair' ? 'pairs' : 'interactions';
      context.log('info', `labelled ${rows} ${what} of ${extracted.rows} interactions`);
      return rows;
    },
  });
  const { bad, filtered, warnings } = await readFindings(output.folder);
  refuseBadRows(joinBadRows(extracted.bad, bad), data.max_bad_rows, true);
  if (bad.count > 0) {
    context.log('warn', `left out ${bad.count} interactions that cannot be used: ${describeBadRows(bad)}`);
  }
  return { ...output, bad, filtered, warnings };
};
