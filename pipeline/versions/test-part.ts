/** What tells whether the users of a test part were looked at before. */
import { TtExpError } from '../../contracts/errors.ts';
import type { TestPart } from '../../contracts/test-part-looks.ts';
import { shortDigest } from '../../host/files/file-digest.ts';
import { readSql } from '../duckdb/sql-files.ts';
import { NEGATIVE_TYPE, NO_TIME } from '../settings.ts';
import type { FoundVersion } from './find-version.ts';
import { attachVersion, type VersionsContext, withVersionDatabase } from './version-tables.ts';

/** Negatives are left out: they were drawn, no user met them. Throws DATASET_CORRUPT. */
export const readTestPart = (context: VersionsContext, found: FoundVersion): Promise<TestPart> =>
  withVersionDatabase(context, undefined, async (database) => {
    await attachVersion(database, found, { prefix: 'v', tables: ['samples'] });
    await database.run(
      'find the rows of the test part',
      `CREATE TABLE test_rows AS SELECT DISTINCT user_id, item_id, occurred_at FROM v_samples
        WHERE part = 'test' AND type <> $negative_type`,
      { negative_type: NEGATIVE_TYPE },
    );
    const describe = (await readSql('045_test_part')).replaceAll('{no_time}', NO_TIME);
    const digest = (await readSql('010_digest_table')).replaceAll('{table}', 'test_rows');
    const [part] = await database.rows('describe the test part', describe);
    const [rows] = await database.rows('digest the test part', digest);
    if (part === undefined || rows === undefined) {
      throw new TtExpError('INTERNAL', `test part of ${found.version}: got no row, expected one`);
    }
    return {
      dataset_version: found.version,
      starts_at: String(part.starts_at),
      ends_at: String(part.ends_at),
      rows_digest: shortDigest(rows),
      users: Number(part.users),
    };
  });
