import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { MESSAGE } from '../../contracts/names.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import type { Database } from '../duckdb/database.ts';
import { readSql, runSqlFile } from '../duckdb/sql-files.ts';
import { LABEL_RULES, PIPELINE_FORMAT } from '../settings.ts';
import { shortDigest } from '../store/file-digest.ts';
import type { ExtractOutput } from './extract.ts';
import { attachTables, ensureStage, type StageContext, type StageOutput, writeParquet } from './stage.ts';

export const labelSettings = (data: ResolvedData) => ({
  use_case: data.use_case,
  min_interactions: data.min_interactions,
  labels: LABEL_RULES,
});

export const labelId = (extractId: string, data: ResolvedData): string =>
  `lb-${shortDigest({ format: PIPELINE_FORMAT, extract: extractId, ...labelSettings(data) })}`;

const refuseBroken = async (database: Database, data: ResolvedData): Promise<void> => {
  const problems = await database.rows('check the interactions', await readSql('021_broken_interactions'), {
    use_case: data.use_case,
  });
  if (problems.length > 0) {
    const all = problems.map(({ problem, row_count, example }) => `${row_count} with ${problem} (${example})`);
    throw new TtExpError('DATA_INVALID', `Interactions cannot be used: ${all.join('; ')}`, {
      hint: 'Correct these rows in the source.',
      details: { problems },
    });
  }
};

/** `No data loaded`, with the filter that removed the rows. Returns the number of interactions that are left. */
const countQualifying = async (database: Database, data: ResolvedData): Promise<number> => {
  const [counts] = await database.rows('count the interactions', await readSql('022_filter_counts'), {
    use_case: data.use_case,
    min_interactions: data.min_interactions,
  });
  const all = Number(counts?.all_rows);
  const ofUseCase = Number(counts?.use_case_rows);
  const kept = Number(counts?.kept_rows);
  if (kept === 0) {
    throw new TtExpError(
      'NO_DATA_LOADED',
      `${MESSAGE.noDataLoaded}: of ${all} interactions, use_case "${data.use_case}" removed ${all - ofUseCase} ` +
        `and min_interactions ${data.min_interactions} removed ${ofUseCase - kept}`,
      {
        hint: 'Lower data.min_interactions, correct data.use_case, or check that the source has interactions.',
        details: { all, removed_by_use_case: all - ofUseCase, removed_by_min_interactions: ofUseCase - kept },
      },
    );
  }
  return kept;
};

/**
 * Makes the table `labelled` of the tables `users`, `items` and `interactions`. Returns its number of rows.
 * Throws DATA_INVALID for rows that cannot be used, NO_DATA_LOADED when the filters leave none.
 */
export const labelTables = async (database: Database, data: ResolvedData): Promise<number> => {
  const rules = Object.entries(LABEL_RULES).map(([type, rule]) => ({ type, ...rule }));
  await runSqlFile(database, '020_label_rules', { rules: JSON.stringify(rules) });
  await refuseBroken(database, data);
  const rows = await countQualifying(database, data);
  await runSqlFile(database, '023_labelled', { use_case: data.use_case, min_interactions: data.min_interactions });
  return rows;
};

/** Builds the labelled interactions unless they exist. */
export const label = (context: StageContext, data: ResolvedData, extracted: ExtractOutput): Promise<StageOutput> =>
  ensureStage(context, {
    kind: 'labels',
    id: labelId(extracted.id, data),
    settings: labelSettings(data),
    fill: async (database, folder) => {
      await attachTables(database, extracted.folder, ['users', 'items', 'interactions']);
      const rows = await labelTables(database, data);
      await writeParquet(database, {
        file: join(folder, 'labelled.parquet'),
        sql: 'SELECT * FROM labelled ORDER BY user_id, occurred_at, interaction_id',
      });
      context.log('info', `labelled ${rows} of ${extracted.rows} interactions`);
      return rows;
    },
  });
