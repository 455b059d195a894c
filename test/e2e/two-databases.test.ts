import { readdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT_MS = 600_000;
const USER_COUNT = { a: 60, b: 50 } as const;

/** Each user meets 12 of 40 items, an hour apart; three events are of a type that no config names. */
const tablesOf = (users: number): string => `
  CREATE TABLE users AS SELECT 'u' || n AS user_id FROM generate_series(1, ${users}) AS n;
  CREATE TABLE items AS SELECT 'i' || n AS item_id FROM generate_series(0, 39) AS n;
  CREATE TABLE events AS SELECT 'u' || n AS user_id, 'i' || (n * 7 + k * (1 + n % 3)) % 40 AS item_id,
    timestamp '2025-01-01' + (k * 60 + n) * interval '1 hour' AS at,
    CASE WHEN n <= 3 AND k = 5 THEN 'stare' ELSE 'like' END AS type
  FROM generate_series(1, ${users}) AS n, generate_series(0, 11) AS k;`;

const CONFIG = {
  name: 'one',
  data: {
    source: {
      type: 'postgres',
      users: { table: 'users', features: { id: { kind: 'id' } } },
      items: { table: 'items', features: { id: { kind: 'id' } } },
      interactions: { table: 'events', item: 'item_id', time: 'at', type: 'type' },
    },
    max_bad_rows: 3,
  },
  model: { hidden_dims: [16], embedding_dim: 8 },
  training: { num_epochs: 1, loss: 'in_batch_softmax' },
  gate: { min_ndcg_at_10: 0 },
};

/** A port where nothing listens until `open`; then what is behind it is the Postgres server. */
const closedDoor = async (target: number): Promise<{ port: number; open(): Promise<void>; stop(): Promise<void> }> => {
  const listen = (server: Server, port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  const close = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));
  const probe = createServer();
  await listen(probe, 0);
  const { port } = probe.address() as AddressInfo;
  await close(probe);
  const server = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1');
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
  });
  return { port, open: () => listen(server, port), stop: () => (server.listening ? close(server) : Promise.resolve()) };
};

describe('e2e/two-databases', () => {
  let home: CliHome;
  let folder: string;
  let postgres: TestPostgres;

  beforeAll(async () => {
    home = await createCliHome();
    folder = await temporaryFolder('tt-exp-two-databases-');
    postgres = await startPostgres();
    for (const [database, users] of Object.entries(USER_COUNT)) {
      await postgres.sql(`CREATE DATABASE ${database}`);
      await postgres.sql(tablesOf(users), database);
    }
    await writeFile(join(folder, 'one.json'), JSON.stringify(CONFIG));
  }, TIMEOUT_MS);

  afterAll(async () => {
    await home?.dispose();
    await postgres?.stop();
  }, TIMEOUT_MS);

  it(
    'a run whose server is down waits for it, and never reads the database of a later run',
    async () => {
      const door = await closedDoor(postgres.port);
      const config = join(folder, 'one.json');
      const urlOfA = postgres.url('a').replace(`:${postgres.port}/`, `:${door.port}/`);
      const a = home.start(['run', config, '--json', '--plain'], { DATABASE_URL: urlOfA });
      try {
        await expect.poll(() => a.stderr(), { timeout: TIMEOUT_MS / 2, interval: 200 }).toContain('extract: started');

        const ofB = { DATABASE_URL: postgres.url('b') };
        const attached = await home.run(['run', config, '--json'], ofB);
        expect(attached.exitCode).toBe(78);
        expect(JSON.parse(attached.stdout)).toMatchObject({ status: 'failed', error: { code: 'SOURCE_MISMATCH' } });
        expect(attached.stderr).toContain(`database b, user ${postgres.user}`);

        const b = await home.run(['run', config, '--set', 'name=two', '--json'], ofB);
        expect(b.exitCode, b.stderr).toBe(0);
        expect(JSON.parse(b.stdout).dataset).toMatchObject({ source: { port: postgres.port, database: 'b' } });

        await door.open();
        const { exitCode, stdout, stderr } = await a.finished;
        expect(exitCode, stderr).toBe(0);
        const { dataset, experiment_id, urls } = JSON.parse(stdout);
        expect(dataset.source).toEqual({
          host: '127.0.0.1',
          port: door.port,
          database: 'a',
          user: postgres.user,
          options: null,
        });
        const said = '3 rows left out: 3 × unknown type "stare"';
        expect(dataset.left_out).toEqual({ rows: 3, reasons: [{ reason: 'unknown type "stare"', rows: 3 }] });
        expect((await home.run(['show', experiment_id])).stdout).toContain(said);
        const mlflow = createMlflowReader(urls.mlflow);
        const parent = (await mlflow.runs('one')).find(({ data }) =>
          data.tags?.some(({ key, value }) => key === 'tt.kind' && value === 'experiment'),
        );
        expect(parent?.data.tags).toContainEqual({ key: 'tt.rows_left_out', value: said });
        expect(parent?.data.tags).toContainEqual({
          key: 'tt.source',
          value: `Postgres at 127.0.0.1:${door.port}, database a, user ${postgres.user}`,
        });
        expect(parent?.data.metrics).toContainEqual(expect.objectContaining({ key: 'rows_left_out', value: 3 }));

        const shown = await home.run(['data', 'show', dataset.version]);
        expect(shown.stdout).toContain(said);
        expect(shown.stdout).toContain(`${USER_COUNT.a} users`);
        expect(shown.stdout).toContain(`Postgres at 127.0.0.1:${door.port}, database a, user ${postgres.user}`);

        // One file an experiment; the refused start left none.
        const left = join(home.folder, 'source-variables');
        const texts = await Promise.all((await readdir(left)).map((name) => readFile(join(left, name), 'utf8')));
        expect(texts.map((text) => JSON.parse(text).DATABASE_URL).sort()).toEqual([urlOfA, postgres.url('b')].sort());
      } finally {
        a.child.kill();
        await door.stop();
      }
    },
    TIMEOUT_MS,
  );
});
