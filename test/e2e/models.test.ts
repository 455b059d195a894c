import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { readLedger, recordPath } from '../../registry/ledger/read-ledger.ts';
import { createTracking } from '../../tracking/index.ts';
import { type CliHome, type CliResult, createCliHome } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';
import { openTerminal } from '../support/terminal.ts';

const TIMEOUT_MS = 600_000;
const NAME = 'two-tower-smoke';

interface Version {
  readonly version: string;
  readonly aliases: readonly string[];
  readonly ndcg_at_10: number;
  readonly size_mb: number;
  readonly verdict: string;
}

interface Model {
  readonly name: string;
  readonly aliases: { readonly champion: string | null; readonly previous: string | null };
  readonly versions: readonly Version[];
}

describe('e2e/models', () => {
  let home: CliHome;
  let mlflow = '';

  const run = (...args: readonly string[]): Promise<CliResult> => home.run(args);

  const json = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const result = await run(...args, '--json');
    expect(result.exitCode, result.stderr).toBe(0);
    return JSON.parse(result.stdout) as Answer;
  };

  const model = async (...args: readonly string[]): Promise<Model> => {
    const { models } = await json<{ models: readonly Model[] }>('models', NAME, ...args);
    const [only] = models;
    if (only === undefined || models.length > 1) {
      throw new Error(`expected one model, got ${models.length}`);
    }
    return only;
  };

  const entries = async (): Promise<readonly LedgerEntry[]> =>
    (await json<{ entries: readonly LedgerEntry[] }>('models', 'history', NAME)).entries;

  /** Champion by MLflow, by the ledger and by the list. */
  const champions = async () => [
    await createMlflowReader(mlflow).aliasVersion(NAME, 'champion'),
    (await entries()).findLast(({ alias }) => alias === 'champion')?.to,
    (await model()).aliases.champion,
  ];

  beforeAll(async () => {
    home = await createCliHome();
    const first = await json<{ urls: { mlflow: string } }>('run', 'experiments/smoke.json');
    mlflow = first.urls.mlflow;
    // Trained for one epoch: the gate rejects it.
    await json('run', 'experiments/smoke.json', '--set', 'name=second', '--set', 'training.num_epochs=1');
  }, TIMEOUT_MS);

  afterAll(async () => {
    await home?.dispose();
  });

  it(
    'a question on a terminal is answered there',
    async () => {
      const command = [process.execPath, 'dist/bin/tt-exp.js', 'models', 'archive', `${NAME}/2`, '--reason', 'x'];
      const terminal = openTerminal(command, { columns: 80, rows: 24, environment: home.environment });
      await eventually('the question', terminal.output, (text) => text.includes('[y/N]'));
      terminal.press('n\r');
      expect(await terminal.exitCode).toBe(1);
      expect(terminal.output()).toContain('nothing was moved');
    },
    TIMEOUT_MS,
  );

  it(
    'versions are promoted, rolled back and archived by hand; list, ledger and MLflow agree after each move',
    async () => {
      const before = await model();
      expect(before.versions.map(({ version, verdict, aliases }) => [version, verdict, aliases])).toEqual([
        ['2', 'rejected', []],
        ['1', 'promoted', ['champion']],
      ]);
      expect(before.versions.every(({ size_mb, ndcg_at_10 }) => size_mb > 0.01 && ndcg_at_10 > 0)).toBe(true);

      const asked = await run('models', 'promote', `${NAME}/2`, '--reason', 'a test');
      expect([asked.exitCode, asked.stderr]).toEqual([64, expect.stringContaining('--yes')]);
      expect(await champions()).toEqual(['1', '1', '1']);

      const promoted = await run('models', 'promote', `${NAME}/2`, '--reason', 'a test', '--yes', '--json');
      expect(promoted.stderr).toContain('champion from version 1 to version 2\n');
      expect(promoted.stderr).toContain('previous none → 1\nwarning: the gate rejected it:');
      const move = JSON.parse(promoted.stdout) as LedgerEntry;
      expect(move).toMatchObject({ name: NAME, alias: 'champion', from: '1', to: '2' });
      expect((await entries()).at(-1)).toMatchObject({
        ...{ seq: move.seq, digest: move.digest, action: 'promote', reason: 'a test' },
        evidence: {
          compared_with: '1',
          champion_at_request: '1',
          verdict_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      });
      expect(await champions()).toEqual(['2', '2', '2']);

      const back = ['models', 'rollback', NAME, '--reason', 'back', '--yes'] as const;
      expect(await json(...back)).toMatchObject({ from: '2', to: '1' });
      expect(await champions()).toEqual(['1', '1', '1']);
      expect(await json(...back)).toMatchObject({ from: '1', to: '2' });
      expect(await champions()).toEqual(['2', '2', '2']);

      const atPromotion = (await entries()).at(-3)?.at ?? '';
      expect((await model('--as-of', atPromotion)).aliases).toMatchObject({ champion: '2', previous: '1' });
      expect(
        await json('show', `${NAME}@champion`, '--as-of', new Date(Date.parse(atPromotion) - 1).toISOString()),
      ).toMatchObject({ version: '1' });

      const refused = await run('models', 'archive', `${NAME}@champion`, '--yes');
      expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('is champion')]);
      expect(await json('models', 'archive', `${NAME}/1`, '--yes')).toMatchObject({ alias: null, from: '1', to: null });
      const nowhere = await run(...back);
      expect([nowhere.exitCode, nowhere.stdout]).toEqual([1, '']);
      expect((await model()).aliases).toMatchObject({ champion: '2', previous: null });
    },
    TIMEOUT_MS,
  );

  it(
    'a champion that is copied can be evaluated; looking works with Temporal down, and moving says what to do',
    async () => {
      const folder = join(home.folder, 'copy');
      expect(await json('models', 'pull', `${NAME}@champion`, '--to', folder)).toMatchObject({ version: '2', folder });
      const evaluated = await json<{ metrics: { model: { ndcg_at_10: number } } }>('evaluate', '--model', folder);
      const [newest] = (await model()).versions;
      expect(evaluated.metrics.model.ndcg_at_10).toBeCloseTo(newest?.ndcg_at_10 ?? 0, 10);

      const elsewhere = { TT_EXP_HOME: join(home.folder, 'other'), MLFLOW_TRACKING_URI: mlflow };
      const listed = await home.run(['models', NAME, '--json'], elsewhere);
      expect(JSON.parse(listed.stdout)).toEqual({ models: [await model()] });
      const moved = await home.run(['models', 'rollback', NAME, '--reason', 'x', '--yes'], elsewhere);
      expect([moved.exitCode, moved.stderr]).toEqual([69, expect.stringContaining('tt-exp up')]);
    },
    TIMEOUT_MS,
  );

  it(
    'a record that was edited and a file that was changed are named, with exit code 65',
    async () => {
      const whole = await run('models', 'verify', NAME);
      expect([whole.exitCode, whole.stdout]).toEqual([0, expect.stringContaining('intact')]);
      const tracking = createTracking({ trackingUri: mlflow });
      try {
        const ledger = await readLedger(tracking, NAME);
        const { run_id: runId = '' } = ledger?.entries[1]?.evidence ?? {};
        const users = join(home.folder, 'gate_users.parquet');
        expect(await tracking.getArtifactFile(runId, 'gate_users.parquet', users)).toBe(true);
        await tracking.putArtifactText(runId, 'gate_users.parquet', 'other users');
        const edit = await run('models', 'verify', NAME);
        expect([edit.exitCode, edit.stderr]).toEqual([
          65,
          expect.stringContaining(`gate_users.parquet of run ${runId}, which record 2 rests on, was changed`),
        ]);
        await tracking.putArtifactFile(runId, 'gate_users.parquet', users);
        expect((await run('models', 'verify', NAME)).exitCode).toBe(0);
        const second = ledger?.entries.find(({ seq }) => seq === 2);
        const edited = JSON.stringify({ ...second, reason: 'another one' });
        await tracking.putArtifactText(ledger?.runId ?? '', recordPath(2), edited);
      } finally {
        await tracking.close();
      }
      const broken = await run('models', 'verify', NAME);
      expect([broken.exitCode, broken.stderr]).toEqual([
        65,
        expect.stringContaining(`error: ledger of ${NAME}: record 2 was edited`),
      ]);
      expect(await json('models', 'history', NAME)).toMatchObject({ intact: false });
    },
    TIMEOUT_MS,
  );
});
