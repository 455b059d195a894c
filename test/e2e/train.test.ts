/** `train` and `evaluate` as a user gives them: a real compute child, and a real MLflow where one is asked for. */
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, sqlText } from '../../pipeline/duckdb/database.ts';
import { type CliHome, createCliHome, type RunningCli } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { createMlflowReader, tagsOf } from '../support/mlflow-rest.ts';
import { processesOf } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT_MS = 300_000;

const FILES = [
  'checkpoints/latest.ckpt',
  'config.json',
  'encoder.json',
  'history.json',
  'model/item_tower/model.json',
  'model/item_tower/weights.bin',
  'model/manifest.json',
  'model/user_tower/model.json',
  'model/user_tower/weights.bin',
  'test_metrics.json',
];

interface Trained {
  readonly status: string;
  readonly model: { readonly folder: string; readonly files: readonly string[]; readonly digest: string };
  readonly dataset: { readonly version: string };
  readonly epochs: number;
  readonly resumed_from_epoch: number | null;
  readonly test: { readonly model: Readonly<Record<string, number>>; readonly baselines: object };
  readonly run: { readonly run_id: string; readonly experiment: string; readonly url: string } | null;
}

describe('e2e/train', () => {
  let home: CliHome;
  let folder = '';
  let config = '';

  beforeAll(async () => {
    home = await createCliHome();
    folder = await temporaryFolder('tt-exp-models-');
    config = join(folder, 'small.json');
    await writeFile(
      config,
      JSON.stringify({
        name: 'small',
        data: { source: { type: 'synthetic', users: 60, startups: 40, interactions: 800 } },
        model: { hidden_dims: [16], embedding_dim: 8 },
        training: { num_epochs: 2, batch_size: 64, early_stopping_patience: 60 },
      }),
    );
  });

  afterAll(async () => {
    await home?.dispose();
  });

  const trainArgs = (name: string, ...more: readonly string[]): readonly string[] => [
    'train',
    '--config',
    config,
    '--output-dir',
    folder,
    '--model-name',
    name,
    '--device',
    'cpu',
    ...more,
  ];

  const train = async (name: string, ...more: readonly string[]): Promise<Trained> => {
    const { exitCode, stdout, stderr } = await home.run([...trainArgs(name, ...more), '--json']);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout) as Trained;
  };

  /** The formula of docs/metrics.md, in SQL over the exported rows. */
  const ndcgOfRankings = async (file: string): Promise<number> => {
    const database = await openDatabase({
      file: ':memory:',
      spillFolder: join(folder, 'spill'),
      memoryLimitMegabytes: 256,
      threads: 1,
    });
    try {
      const [row] = await database.rows(
        'compute NDCG@10',
        `WITH ideal AS (
          SELECT "user", relevance, row_number() OVER (PARTITION BY "user" ORDER BY relevance DESC) AS place
          FROM read_parquet(${sqlText(file)}) WHERE relevance > 0
        ), best AS (
          SELECT "user", sum(relevance / log2(place + 1)) AS dcg FROM ideal WHERE place <= 10 GROUP BY ALL
        ), found AS (
          SELECT "user", sum(relevance / log2(rank + 1)) FILTER (WHERE rank <= 10) AS dcg
          FROM read_parquet(${sqlText(file)}) GROUP BY ALL
        )
        SELECT avg(found.dcg / best.dcg) AS ndcg FROM found JOIN best USING ("user")`,
      );
      return Number(row?.ndcg);
    } finally {
      database.close();
    }
  };

  const until = async ({ stderr, child }: RunningCli, text: string): Promise<void> => {
    const seen = await eventually(
      `"${text}" on stderr, or the end`,
      () => ({ exitCode: child.exitCode, stderr: stderr() }),
      (now) => now.exitCode !== null || now.stderr.includes(text),
      { withinMs: TIMEOUT_MS / 2, everyMs: 20 },
    );
    expect(seen.stderr, `exit code ${seen.exitCode}`).toContain(text);
  };

  it(
    '--no-track writes every file, prints the lines, starts no server; evaluate finds the same metrics',
    async () => {
      const { exitCode, stdout, stderr } = await home.run(trainArgs('plain', '--no-track'));
      expect(exitCode, stderr).toBe(0);
      for (const line of [
        /^Split: train=\d+, val=\d+, test=\d+$/m,
        /^Feature dimensions:\n {2}User: 512\n {2}Startup: 468$/m,
        /^Starting training\.\.\.\n {2}Epochs: 2\n {2}Batch size: 64\n {2}Learning rate: 0\.001$/m,
        /^ {2}Device: cpu \(.+\)$/m,
        /^Epoch 1\/2\n(?:.*\n){4} {4}NDCG@10: 0\.\d{4}\n {4}precision@10: /m,
        /^ {2}New best model! NDCG@10: 0\.\d{4}$/m,
        /^Training completed!\n {2}Best epoch: [12]/m,
        /^ {2}test +model +oracle +popularity .*\n {2}NDCG@10 +0\.\d{4} +0\.\d{4} /m,
      ]) {
        expect(stdout).toMatch(line);
      }
      const written = (await readdir(join(folder, 'plain'), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + '/plain/'.length));
      expect(written.sort()).toEqual(FILES);
      expect(await readdir(folder)).toEqual(['plain', 'small.json']);
      expect(await processesOf(home.folder, '')).toEqual([]);

      const test = JSON.parse(await readFile(join(folder, 'plain', 'test_metrics.json'), 'utf8'));
      for (const model of ['plain', 'plain/model']) {
        const evaluated = await home.run(['evaluate', '--model', join(folder, model), '--json']);
        expect(evaluated.exitCode, evaluated.stderr).toBe(0);
        expect(JSON.parse(evaluated.stdout)).toMatchObject({
          split: 'test',
          dataset: { version: test.dataset_version },
          metrics: { model: test.model, baselines: test.baselines },
        });
      }

      const file = join(folder, 'rankings.parquet');
      const exported = await home.run(['evaluate', '--model', join(folder, 'plain'), '--export-rankings', file]);
      expect(exported.exitCode, exported.stderr).toBe(0);
      expect(exported.stdout).toMatch(/^ {2}cold \(< 5 met\) +\d+ /m);
      expect(exported.stdout).toMatch(/^Expected calibration error: 0\.\d{4}$/m);
      expect(await ndcgOfRankings(file)).toBeCloseTo(test.model.ndcg_at_10, 6);
      const nowhere = await home.run([
        ...['evaluate', '--model', join(folder, 'plain')],
        ...['--export-rankings', join(folder, 'no', 'file.parquet')],
      ]);
      expect(nowhere.exitCode).toBe(64);
      expect(nowhere.stderr).toContain('expected a file in a folder that exists');
      await rm(file);

      const again = join(folder, 'plain', 'config.json');
      const repeated = await home.run([
        ...['train', '--config', again, '--output-dir', folder, '--model-name', 'again'],
        ...['--device', 'cpu', '--no-track', '--json'],
      ]);
      expect(repeated.exitCode, repeated.stderr).toBe(0);
      const weights = 'model/user_tower/weights.bin';
      expect(await readFile(join(folder, 'again', weights))).toEqual(await readFile(join(folder, 'plain', weights)));
    },
    TIMEOUT_MS,
  );

  it(
    'killed, interrupted and given again it ends with the bits of an uninterrupted training',
    async () => {
      const more = ['--epochs', '40', '--no-track'];
      const whole = await train('whole', ...more);
      const killed = home.start([...trainArgs('cut', ...more), '--json']);
      await until(killed, 'Epoch 2/40');
      const second = await home.run([...trainArgs('cut', ...more)]);
      expect([second.exitCode, second.stderr]).toEqual([64, expect.stringContaining('is training it')]);
      killed.child.kill('SIGKILL');
      await killed.finished;
      expect(await readdir(folder)).not.toContain('cut');

      const other = await home.run([...trainArgs('cut', ...more, '--lr', '0.5')]);
      expect([other.exitCode, other.stderr]).toEqual([64, expect.stringContaining('unfinished training')]);

      const interrupted = home.start([...trainArgs('cut', ...more), '--json']);
      await until(interrupted, 'Resuming training after epoch');
      interrupted.child.kill('SIGINT');
      expect((await interrupted.finished).exitCode).toBe(130);

      const resumed = await train('cut', ...more);
      expect(resumed.resumed_from_epoch).toBeGreaterThanOrEqual(2);
      expect([resumed.epochs, resumed.model.digest]).toEqual([whole.epochs, whole.model.digest]);
      expect(resumed.test).toEqual(whole.test);
    },
    TIMEOUT_MS,
  );

  it(
    'a damaged model, encoder or checkpoint is named with its remedy, an unknown model or version with 66',
    async () => {
      const { model, dataset } = await train('damaged', '--no-track');
      const evaluate = (...more: readonly string[]) => home.run(['evaluate', '--model', model.folder, ...more]);
      expect((await evaluate('--data', 'ds-fff')).exitCode).toBe(66);
      expect((await home.run(['evaluate', '--model', join(folder, 'nothing')])).exitCode).toBe(66);

      const weights = join(model.folder, 'model', 'item_tower', 'weights.bin');
      const bytes = await readFile(weights);
      await truncate(weights, 100);
      expect(await evaluate()).toMatchObject({
        exitCode: 66,
        stderr: expect.stringMatching(/item_tower\/weights\.bin that differs from its recorded digest.*\nhint: /),
      });
      await writeFile(weights, bytes);

      const encoderFile = join(model.folder, 'encoder.json');
      const encoder = JSON.parse(await readFile(encoderFile, 'utf8'));
      const narrow = { ...encoder.user, dim: encoder.user.dim - 1, blocks: encoder.user.blocks.slice(0, -1) };
      await writeFile(encoderFile, JSON.stringify({ ...encoder, user: narrow }));
      expect(await evaluate()).toMatchObject({
        exitCode: 66,
        stderr: expect.stringContaining(`${encoderFile} differs from the digest recorded in its manifest`),
      });
      // As a model from before that digest was recorded.
      const manifestFile = join(model.folder, 'model', 'manifest.json');
      const { encoder_sha256: _recorded, ...older } = JSON.parse(await readFile(manifestFile, 'utf8'));
      await writeFile(manifestFile, JSON.stringify(older));
      expect(await evaluate()).toMatchObject({
        exitCode: 65,
        stderr: expect.stringContaining('user features are 511 wide, expected 512'),
      });

      const cut = home.start([
        ...trainArgs('broken', '--epochs', '40', '--no-track', '--data', dataset.version),
        '--json',
      ]);
      await until(cut, 'Epoch 1/40');
      cut.child.kill('SIGKILL');
      await cut.finished;
      const checkpoint = join(folder, '.broken.training', 'batch-64', 'checkpoints', 'latest.ckpt');
      await truncate(checkpoint, 2000);
      const resumed = await home.run(trainArgs('broken', '--epochs', '40', '--no-track', '--data', dataset.version));
      expect(resumed).toMatchObject({ exitCode: 65, stderr: expect.stringContaining(checkpoint) });
      expect(resumed.stderr).toContain('hint: Remove the file and run again');
    },
    TIMEOUT_MS,
  );

  it(
    'a plain file of interactions is trained on by ids; one without the needed columns ends with 65',
    async () => {
      const { dataset } = await train('source', '--no-track');
      const file = join(folder, 'interactions.csv');
      const exported = await home.run(['data', 'export', dataset.version, '--to', file]);
      expect(exported.exitCode, exported.stderr).toBe(0);
      const { model } = await train('by-ids', '--no-track', '--data', file);
      const evaluated = await home.run(['evaluate', '--model', model.folder, '--data', file]);
      expect(evaluated.exitCode, evaluated.stderr).toBe(0);
      // The same file with the same seed is the same version: nothing to warn of.
      expect(evaluated.stderr).not.toContain('warning');
      expect(evaluated.stdout).toContain('User: id embedding only');

      const bad = join(folder, 'bad.csv');
      await writeFile(bad, 'user,score\nu,1\n');
      const refused = await home.run(trainArgs('bad', '--no-track', '--data', bad));
      expect(refused).toMatchObject({ exitCode: 65, stderr: expect.stringContaining('expected one for the item') });
    },
    TIMEOUT_MS,
  );

  it(
    'is a finished run in MLflow, which is started without Temporal; a killed training goes on in its run',
    async () => {
      const killed = home.start([...trainArgs('tracked', '--epochs', '20'), '--json']);
      await until(killed, 'Epoch 2/20');
      killed.child.kill('SIGINT');
      expect((await killed.finished).exitCode).toBe(130);
      const { stdout } = await home.run(['status', '--json']);
      const { services } = JSON.parse(stdout) as { services: readonly { name: string; address: string }[] };
      expect(services.map(({ name }) => name)).toEqual(['mlflow']);
      const mlflow = createMlflowReader(services[0]?.address ?? '');
      expect((await mlflow.runs('small')).map(({ info }) => info.status)).toEqual(['KILLED']);

      const trained = await train('tracked', '--epochs', '20');
      const [run, ...others] = await mlflow.runs('small');
      expect([run?.info.run_id, others]).toEqual([trained.run?.run_id, []]);
      expect(run?.info.status).toBe('FINISHED');
      expect(run === undefined ? {} : tagsOf(run)).toMatchObject({
        'tt.kind': 'training',
        'tt.dataset_version': trained.dataset.version,
      });
      const points = await mlflow.history(trained.run?.run_id ?? '', 'val_ndcg_at_10');
      expect(points.map(({ step }) => step)).toEqual(Array.from({ length: trained.epochs }, (_, epoch) => epoch + 1));
      const tested = run?.data.metrics?.find(({ key }) => key === 'test_ndcg_at_10');
      expect(tested?.value).toBeCloseTo(trained.test.model.ndcg_at_10 ?? Number.NaN, 10);
      expect(await mlflow.artifacts(trained.run?.run_id ?? '')).toEqual(
        expect.arrayContaining(['config.json', 'encoder.json', 'history.json', 'model', 'test_metrics.json']),
      );

      const ofRun = await home.run(['evaluate', '--model', trained.run?.run_id ?? '', '--json']);
      expect(JSON.parse(ofRun.stdout)).toMatchObject({ metrics: { model: trained.test.model } });

      const unknown = await home.run(['evaluate', '--model', 'nobody@champion']);
      expect(unknown).toMatchObject({ exitCode: 66, stderr: expect.stringContaining('neither a folder nor a model') });
    },
    TIMEOUT_MS,
  );
});
