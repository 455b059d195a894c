import { readdir } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TtExpError, toErrorRecord } from '../../../contracts/errors.ts';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { createPostgresTables } from '../../../pipeline/sources/postgres/postgres-tables.ts';
import { eventually } from '../../support/eventually.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { columnsAs, inQuery, inTable, withDuckdb } from '../../support/raw-tables.ts';

const SECRET = 'pw:not/to@be?told';
const ENDLESS = inQuery('SELECT repeat(md5(generate_series(1, 100000000)::text), 30) AS id');

interface Attempt {
  readonly location: ResolvedLocation;
  readonly column?: string;
  readonly url?: string;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  /** Runs while the table is being attached. */
  readonly meanwhile?: () => Promise<void>;
}

/** A server for one test, on a port of its own. */
const listening = async (
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};

describe('pipeline/postgres-tables', () => {
  let postgres: TestPostgres;
  const userUrl = (user: string, password = SECRET): string =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${postgres.port}/postgres`;

  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.sql(`
      CREATE SCHEMA app; CREATE SCHEMA hidden;
      CREATE TABLE app.users AS SELECT 'u1' AS id, 'x' AS secret;
      CREATE TABLE hidden.items AS SELECT 'i1' AS id;
      CREATE SEQUENCE app.numbers;
      CREATE ROLE reader LOGIN PASSWORD '${SECRET}';
      GRANT USAGE ON SCHEMA app TO reader; GRANT SELECT (id) ON app.users TO reader;`);
  });

  afterAll(async () => {
    await postgres?.stop();
  });

  /** The error of an attempt, after proof that it tells no password and leaves no half table and no file. */
  const failureOf = (attempt: Attempt): Promise<TtExpError> =>
    withDuckdb(async (database, folder) => {
      const workFolder = join(folder, 'work');
      const tables = createPostgresTables({
        source: { url_env: 'DATABASE_URL', timeout_seconds: attempt.timeoutSeconds ?? 60 },
        environment: { DATABASE_URL: attempt.url ?? postgres.url() },
        workFolder,
        ...(attempt.signal === undefined ? {} : { signal: attempt.signal }),
      });
      const columns = columnsAs('scalar', attempt.column ?? 'id');
      const attached = tables.attach(database, { target: 'raw', location: attempt.location, columns }).then(
        () => null,
        (error: unknown) => error,
      );
      await attempt.meanwhile?.();
      const error = await attached;
      await tables.close();
      if (!(error instanceof TtExpError)) {
        throw error ?? new Error('it did not fail');
      }
      const told = JSON.stringify([toErrorRecord(error), error.stack, String(error.cause)]);
      for (const secret of [SECRET, postgres.password]) {
        expect(told).not.toContain(secret);
        expect(told).not.toContain(encodeURIComponent(secret));
      }
      expect(await database.rows('list tables', 'SELECT table_name FROM duckdb_tables()')).toEqual([]);
      expect(await readdir(workFolder).catch(() => [])).toEqual([]);
      return error;
    });

  it('pipeline/sources/postgres/postgres-tables: a missing table is told with those that exist', async () => {
    expect(await failureOf({ location: inTable('app.user') })).toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(
        /^Postgres at 127\.0\.0\.1:\d+, database postgres: could not read app\.user: relation "app\.user" does not exist$/,
      ),
      hint: 'Correct app.user in data.source; the database has: app.users, hidden.items.',
    });
  });

  it('pipeline/sources/postgres/postgres-tables: a missing column is told with those that exist', async () => {
    expect(await failureOf({ location: inTable('app.users'), column: 'name' })).toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('column "name" does not exist'),
      hint: 'Correct the column in data.source; app.users has: id, secret.',
    });
  });

  it.each([
    ['a table', inTable('app.users'), 'secret', 'GRANT SELECT ON "app"."users" TO "reader"'],
    ['a schema', inTable('hidden.items'), 'id', 'GRANT USAGE ON SCHEMA "hidden" TO "reader"'],
    ['a query', inQuery('SELECT secret AS id FROM app.users'), 'id', 'grant SELECT on it to the role "reader"'],
  ])(
    'pipeline/sources/postgres/postgres-tables: a missing right to %s names the role and the remedy',
    async (_what, location, column, hint) => {
      expect(await failureOf({ location, column, url: userUrl('reader') })).toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining('permission denied'),
        hint: expect.stringContaining(hint),
      });
    },
  );

  it('pipeline/sources/postgres/postgres-tables: the right to the columns that are read is enough', () =>
    withDuckdb(async (database, folder) => {
      const tables = createPostgresTables({
        source: { url_env: 'URL', timeout_seconds: 60 },
        environment: { URL: userUrl('reader') },
        workFolder: folder,
      });
      await tables.attach(database, {
        target: 'raw',
        location: inTable('app.users'),
        columns: columnsAs('scalar', 'id'),
      });
      await tables.close();
      expect(await database.rows('read', 'SELECT * FROM raw')).toEqual([{ id: 'u1', place: 'app.users row 1' }]);
    }));

  it.each([
    [
      'a wrong password',
      () => userUrl('reader', `wrong ${SECRET}`),
      'password authentication failed for user "reader"',
    ],
    ['no password', () => `postgres://reader@127.0.0.1:${postgres.port}/postgres`, 'client password must be a string'],
    ['an unknown database', () => postgres.url('nowhere'), 'database "nowhere" does not exist'],
    ['TLS that the server lacks', () => `${postgres.url()}?sslmode=no-verify`, 'does not support SSL'],
    ['a certificate that is not there', () => `${postgres.url()}?sslrootcert=/nowhere.crt`, 'ENOENT'],
  ])('pipeline/sources/postgres/postgres-tables: %s is an error of the environment', async (_what, url, message) => {
    expect(await failureOf({ location: inTable('app.users'), url: url() })).toMatchObject({
      code: 'ENVIRONMENT_INVALID',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('DATABASE_URL'),
    });
  });

  it.each([
    ['a port where nobody listens', '127.0.0.1:1', 'ECONNREFUSED'],
    ['a host that does not exist', 'no-such-host.invalid', 'no-such-host.invalid'],
  ])('pipeline/sources/postgres/postgres-tables: %s is unreachable', async (_what, host, message) => {
    const url = `postgres://reader:${encodeURIComponent(SECRET)}@${host}/app`;
    expect(await failureOf({ location: inTable('app.users'), url, timeoutSeconds: 2 })).toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      message: expect.stringContaining(message),
    });
  });

  it('pipeline/sources/postgres/postgres-tables: a server that takes the connection and says nothing is unreachable', async () => {
    const silent = await listening(() => undefined);
    try {
      const url = `postgres://reader:${encodeURIComponent(SECRET)}@127.0.0.1:${silent.port}/app`;
      expect(await failureOf({ location: inTable('app.users'), url, timeoutSeconds: 1 })).toMatchObject({
        code: 'SERVICE_UNREACHABLE',
        message: expect.stringContaining('no answer for 1 s'),
      });
    } finally {
      await silent.close();
    }
  });

  it('pipeline/sources/postgres/postgres-tables: a query that takes longer than the limit is unreachable, and the server ends it', async () => {
    const location = inQuery('SELECT pg_sleep(600)::text AS id');
    expect(await failureOf({ location, timeoutSeconds: 1 })).toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      message: expect.stringContaining('statement timeout'),
      hint: expect.stringContaining('timeout_seconds (1)'),
    });
  });

  it.each([
    ['writes', 'WITH gone AS (DELETE FROM app.users RETURNING id) SELECT id FROM gone'],
    ['draws from a sequence', "SELECT nextval('app.numbers')::text AS id"],
    ['is several statements', "SELECT 'u1' AS id) AS query; DELETE FROM app.users; SELECT id FROM (SELECT 'u1' AS id"],
    ['is no SQL', 'SELEC id'],
    ['calls what fails', 'SELECT (1 / (i - 1))::text AS id FROM generate_series(1, 2) AS series(i)'],
  ])('pipeline/sources/postgres/postgres-tables: a query that %s is refused', async (_what, query) => {
    expect(await failureOf({ location: inQuery(query) })).toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('the query'),
    });
    expect((await postgres.sql('SELECT id FROM app.users')).rows).toEqual([{ id: 'u1' }]);
  });

  it.each([
    [
      'first',
      "SELECT CASE i WHEN 1 THEN repeat('x', 40000000) ELSE 'y' END AS id FROM generate_series(1, 3) AS series(i)",
      3,
    ],
    ['last', "SELECT repeat('x', 40000000) AS id", 1],
  ])(
    'pipeline/sources/postgres/postgres-tables: a row that is too long for the buffer is told, and not lost, where it is the %s one',
    async (_what, query, rows) => {
      expect(await failureOf({ location: inQuery(query) })).toMatchObject({
        code: 'DATA_INVALID',
        message: `the query: not all of its ${rows} rows could be loaded: each may have less than 16 MiB of text`,
      });
    },
  );

  const copying = async () => {
    await eventually(
      'a copy of more than 1000 rows',
      async () => (await postgres.sql('SELECT command, tuples_processed FROM pg_stat_progress_copy')).rows,
      (rows) => rows.some(({ command, tuples_processed: done }) => command === 'COPY TO' && Number(done) > 1000),
    );
  };

  it('pipeline/sources/postgres/postgres-tables: a server that ends the connection in the middle leaves nothing behind', async () => {
    const error = await failureOf({
      location: ENDLESS,
      meanwhile: async () => {
        await copying();
        await postgres.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_progress_copy');
      },
    });
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  });

  it('pipeline/sources/postgres/postgres-tables: a connection that breaks in the middle leaves nothing behind', async () => {
    const proxy = await listening((socket) => {
      const onward = connect(postgres.port, '127.0.0.1');
      onward.on('error', () => undefined);
      let bytes = 0;
      onward.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes > 1_000_000) {
          socket.destroy();
          onward.destroy();
        }
      });
      socket.pipe(onward).pipe(socket);
    });
    try {
      const url = postgres.url().replace(`:${postgres.port}/`, `:${proxy.port}/`);
      expect(await failureOf({ location: ENDLESS, url })).toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    } finally {
      await proxy.close();
    }
  });

  it.each([
    ['streams', ENDLESS, copying],
    ['waits', inQuery('SELECT pg_sleep(600)::text AS id'), () => sleeping()],
  ])(
    'pipeline/sources/postgres/postgres-tables: an abort ends a query that %s, on the server too',
    async (_what, location, itRuns) => {
      const controller = new AbortController();
      const error = await failureOf({
        location,
        signal: controller.signal,
        meanwhile: async () => {
          await itRuns();
          controller.abort();
        },
      });
      expect(error).toMatchObject({ code: 'INTERRUPTED' });
      await eventually('the end of the query on the server', ourSessions, (rows) => rows.length === 0);
    },
  );

  const ourSessions = async () =>
    (await postgres.sql("SELECT state, wait_event FROM pg_stat_activity WHERE application_name = 'tt-exp'")).rows;

  const sleeping = async () => {
    await eventually('a query that sleeps', ourSessions, (rows) =>
      rows.some(({ wait_event: waits }) => waits === 'PgSleep'),
    );
  };

  it('pipeline/sources/postgres/postgres-tables: an abort before the first table opens no connection', async () => {
    expect(await failureOf({ location: inTable('app.users'), signal: AbortSignal.abort() })).toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});
