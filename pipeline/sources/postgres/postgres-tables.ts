/** The tables of a Postgres database as text: all of them out of one snapshot, each streamed through a file. */
import { join } from 'node:path';
import type { ResolvedPostgres } from '../../../contracts/resolved-config.ts';
import type { Database } from '../../duckdb/database.ts';
import { withTemporaryFolder } from '../../store/publish-folder.ts';
import type { RawRequest, RawTables, SourceOrigin } from '../raw-tables.ts';
import { readConnectionSettings } from './connection-settings.ts';
import { describeRelation } from './describe-relation.ts';
import { loadCopy } from './load-copy.ts';
import { openPostgresSession, type PostgresSession } from './postgres-session.ts';
import { copySql, relationOf, UNKNOWN_TYPE } from './relation.ts';
import { isOlderSql } from './time-filter.ts';

export interface PostgresTablesOptions {
  readonly source: Pick<ResolvedPostgres, 'url_env' | 'timeout_seconds'>;
  /** Variables of the process: the address of the database is among them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For one table at a time, in a temporary folder below it. */
  readonly workFolder: string;
  readonly signal?: AbortSignal;
}

/**
 * Connects with the first table. Errors: ENVIRONMENT_INVALID (address, login), SERVICE_UNREACHABLE (unreachable, slow,
 * gone in the middle: then the table does not exist), DATA_INVALID (tables, columns, permissions), INTERRUPTED.
 */
export const createPostgresTables = (options: PostgresTablesOptions): RawTables => {
  const { source, environment, workFolder, signal } = options;
  const origins = new Map<string, SourceOrigin>();
  let opened: Promise<PostgresSession> | null = null;
  const open = (): Promise<PostgresSession> => {
    opened ??= openPostgresSession({
      settings: readConnectionSettings(environment, source.url_env),
      timeoutSeconds: source.timeout_seconds,
      ...(signal === undefined ? {} : { signal }),
    });
    return opened;
  };

  const attach = async (database: Database, request: RawRequest): Promise<void> => {
    const { target, location, since } = request;
    const relation = relationOf(location);
    const session = await open();
    const columns = request.columns.map(({ column }) => column);
    // The time's type decides how it can be compared.
    const wanted = since === undefined ? columns : [...columns, since.column];
    const { types, hasRowAddress } = await describeRelation(session, relation, wanted);
    const timeType = types[columns.length];
    const leftOut = since === undefined || timeType === undefined ? null : isOlderSql(since, timeType);
    const sql = copySql({ relation, columns: request.columns, types, hasRowAddress, leftOut });
    await withTemporaryFolder(workFolder, async (folder) => {
      const file = join(folder, 'rows.csv');
      const copied = await session.copyToFile({ what: `read ${relation.name}`, relation }, sql, file);
      await loadCopy(database, { file, copied, target, columns, hasRowAddress, relationName: relation.name });
    });
    origins.set(relation.sql, { name: `${session.server}: ${location.query ?? relation.name}` });
  };

  return {
    attach,
    countOlder: async (_database, location, bound) => {
      const relation = relationOf(location);
      const session = await open();
      const { types } = await describeRelation(session, relation, [bound.column]);
      const isOlder = isOlderSql(bound, types[0] ?? UNKNOWN_TYPE);
      const { rows } = await session.query(
        { what: `count rows of ${relation.name}`, relation },
        `SELECT count(*) AS older FROM ${relation.sql} WHERE ${isOlder}`,
      );
      return Number(rows[0]?.older);
    },
    describe: () => Promise.resolve([...origins.values()]),
    brokenRows: () => Promise.resolve([]),
    close: async () => {
      // An attempt to open that failed has closed itself.
      const session = await opened?.catch(() => null);
      await session?.close();
    },
  };
};
