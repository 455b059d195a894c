import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { loadGenerated } from '../support/postgres-tables.ts';
import { writeGeneratedSqlite } from '../support/sqlite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RUN_TIMEOUT_MS = 600_000;
const MOVIELENS = '../shared/data/movielens-small';
const SIZE = ['--users', '120', '--startups', '80', '--interactions', '2000', '--seed', '7'];

interface Summary {
  readonly status: string;
  readonly dataset: {
    readonly version: string;
    readonly samples: number;
    readonly splits: Readonly<Record<'train' | 'validation' | 'test', number>>;
    readonly feature_dims: { readonly user: number; readonly item: number };
  };
  readonly gate: { readonly decision: string; readonly reasons: readonly string[] };
  readonly test: {
    readonly model: { readonly ndcg_at_10: number };
    readonly baselines: Readonly<Record<string, { readonly ndcg_at_10: number }>>;
  };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Small enough for a test: two epochs of a small model. */
const SHORT = [
  ...['--set', 'model.hidden_dims=[32]', '--set', 'model.embedding_dim=16'],
  ...['--set', 'training.num_epochs=2', '--set', 'gate.min_ndcg_at_10=0'],
];

describe('e2e/sources', () => {
  let home: CliHome;
  let folder: string;

  beforeAll(async () => {
    home = await createCliHome();
    folder = await temporaryFolder('tt-exp-sources-');
  });

  afterAll(async () => {
    await home?.dispose();
  });

  const runJson = async (args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Summary> => {
    const result = await home.run(['run', ...args, '--json'], environment);
    expect(result.exitCode, result.stderr).toBe(0);
    return JSON.parse(result.stdout) as Summary;
  };

  it(
    'experiments/postgres.json runs on a Postgres with the generated tables, started after the workers',
    async () => {
      // The workers are up before anybody has said where Postgres is.
      expect((await home.run(['up'])).exitCode).toBe(0);
      const generated = await home.run(['data', 'generate', ...SIZE, '--format', 'csv', '--to', join(folder, 'csv')]);
      expect(generated.exitCode, generated.stderr).toBe(0);
      let postgres: TestPostgres | null = null;
      try {
        postgres = await startPostgres();
        await loadGenerated(postgres, join(folder, 'csv'));
        const summary = await runJson(['experiments/postgres.json', ...SHORT], { DATABASE_URL: postgres.url() });
        expect(summary.status).toBe('completed');
        expect(summary.dataset.feature_dims).toEqual({ user: 512, item: 468 });
        expect(Object.keys(summary.test.baselines).sort()).toEqual([
          'content',
          'item_knn',
          'oracle',
          'popularity',
          'random',
        ]);
        const logs = await readFile(join(home.folder, 'logs', 'worker-tt-cpu-1.log'), 'utf8');
        expect(logs).not.toContain(postgres.password);

        const synthetic = await runJson([
          'experiments/smoke.json',
          ...SHORT,
          ...['--set', 'sweep.space={"training.learning_rate":{"choice":[0.001]}}'],
        ]);
        expect(summary.dataset.version).toBe(synthetic.dataset.version);
      } finally {
        await postgres?.stop();
      }
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'the same rows as CSV, Parquet and SQLite are the same dataset version',
    async () => {
      const versions: string[] = [];
      for (const format of ['csv', 'parquet'] as const) {
        const target = join(folder, `same-${format}`);
        const generated = await home.run(['data', 'generate', ...SIZE, '--format', format, '--to', target]);
        expect(generated.exitCode, generated.stderr).toBe(0);
        versions.push((await runJson([join(target, 'experiment.json'), ...SHORT])).dataset.version);
      }
      const sqlite = await writeGeneratedSqlite(join(folder, 'same-csv'), join(folder, 'app.db'));
      const file = join(folder, 'sqlite.json');
      await writeFile(file, JSON.stringify(sqlite));
      versions.push((await runJson([file, ...SHORT])).dataset.version);
      expect(new Set(versions).size).toBe(1);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'experiments/movielens.json trains on the real files above popularity',
    async ({ skip }) => {
      if (!(await isThere(MOVIELENS))) {
        skip(`${MOVIELENS} is missing: the real ratings are no part of this repository`);
      }
      const summary = await runJson(['experiments/movielens.json', '--set', 'training.num_epochs=2']);
      expect(summary.status).toBe('completed');
      // 21 columns of genres and 100 of tags; users are ids alone.
      expect(summary.dataset.feature_dims).toEqual({ user: 0, item: 121 });
      expect(Object.keys(summary.test.baselines)).not.toContain('oracle');
      const { model, baselines } = summary.test;
      expect(model.ndcg_at_10).toBeGreaterThan(baselines.popularity?.ndcg_at_10 ?? Number.NaN);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'a set in the u.data, u.user, u.item layout goes through with a config alone',
    async () => {
      const place = join(folder, 'ml-layout');
      await mkdir(place);
      const genres = ['unknown', 'Action', 'Comedy', 'Drama'];
      const users = Array.from(
        { length: 60 },
        (_, user) =>
          `${user + 1}|${20 + (user % 40)}|${user % 2 === 0 ? 'M' : 'F'}|${['artist', 'doctor'][user % 2]}|1${user}`,
      );
      // Titles in Latin-1, as in the original layout.
      const items = Array.from({ length: 40 }, (_, item) => {
        const flags = genres.map((_genre, genre) => (genre === item % genres.length ? 1 : 0));
        return `${item + 1}|Amélie ${item} (1995)|01-Jan-1995||http://example.org/${item}|${flags.join('|')}`;
      });
      const ratings = Array.from({ length: 1800 }, (_, row) => {
        const user = (row * 7) % 60;
        const item = (row * 11 + Math.floor(row / 60)) % 40;
        return `${user + 1}\t${item + 1}\t${1 + ((user + item) % 5)}\t${881_250_949 + row * 3600}`;
      });
      await writeFile(join(place, 'u.user'), `${users.join('\n')}\n`);
      await writeFile(join(place, 'u.item'), Buffer.from(`${items.join('\n')}\n`, 'latin1'));
      await writeFile(join(place, 'u.data'), `${ratings.join('\n')}\n`);
      const config = {
        name: 'ml-layout',
        data: {
          use_case: 'films',
          source: {
            type: 'files',
            users: {
              path: join(place, 'u.user'),
              format: 'csv',
              csv: { delimiter: '|', columns: ['user_id', 'age', 'gender', 'occupation', 'zip'] },
              features: {
                age: { kind: 'numeric' },
                gender: { kind: 'categorical', width: 3 },
                occupation: { kind: 'categorical', width: 22 },
                id: { kind: 'id' },
              },
            },
            items: {
              path: join(place, 'u.item'),
              format: 'csv',
              csv: {
                delimiter: '|',
                encoding: 'latin-1',
                columns: ['item_id', 'title', 'released', 'video', 'url', ...genres],
              },
              features: { genres: { kind: 'multi_categorical', columns: genres, width: 5 }, id: { kind: 'id' } },
            },
            interactions: {
              path: join(place, 'u.data'),
              format: 'csv',
              csv: { delimiter: '\t', columns: ['user_id', 'item_id', 'rating', 'timestamp'] },
              time: 'timestamp',
              time_unit: 's',
              rating: {
                column: 'rating',
                rules: [
                  { at_least: 4, type: 'like' },
                  { at_least: 3, type: 'view' },
                  { at_least: 0, type: 'dislike' },
                ],
              },
            },
          },
          split: { method: 'temporal' },
        },
        gate: { model_name: 'two-tower-films' },
      };
      const file = join(folder, 'ml-layout.json');
      await writeFile(file, JSON.stringify(config));
      const summary = await runJson([file, ...SHORT]);
      expect(summary.status).toBe('completed');
      expect(summary.dataset.feature_dims).toEqual({ user: 1 + 3 + 22, item: 5 });
      expect(summary.dataset.splits.test).toBeGreaterThan(0);
      expect(summary.gate.decision).toBe('promoted');

      // This champion knows no texts: it cannot rank the synthetic data.
      const other = [
        ...['experiments/smoke.json', ...SHORT],
        ...['--set', 'sweep.space={"training.learning_rate":{"choice":[0.001]}}'],
        ...['--set', 'gate.model_name=two-tower-films'],
      ];
      const kept = await runJson([...other, '--set', 'gate.unreadable_champion=keep']);
      expect([kept.status, kept.gate.decision]).toEqual(['completed', 'rejected']);
      expect(kept.gate.reasons.join(' ')).toContain('cannot be compared with');

      const retrained = await runJson(other);
      expect(retrained.status).toBe('completed');
      expect(['promoted', 'rejected']).toContain(retrained.gate.decision);
      expect(retrained.gate.reasons.join(' ')).toContain('recorded settings, trained on this data');
    },
    RUN_TIMEOUT_MS,
  );
});
