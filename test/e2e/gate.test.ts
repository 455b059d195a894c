/** `gate` beside the real thing: the same verdict as an experiment's last step, and nothing moved by asking. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateVerdict, SeedNoise } from '../../contracts/gate.ts';
import { openDatabase, sqlText } from '../../pipeline/duckdb/database.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { createMlflowReader, type MlflowRun, tagsOf } from '../support/mlflow-rest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT_MS = 300_000;

interface Ran {
  readonly gate: GateVerdict;
  readonly best: { readonly run_id: string };
  readonly model: { readonly version: string };
  readonly experiment_id: string;
  readonly urls: { readonly mlflow: string };
}

describe('e2e/gate', () => {
  let home: CliHome;
  let folder = '';

  beforeAll(async () => {
    home = await createCliHome();
    folder = await temporaryFolder('tt-exp-gate-');
  }, TIMEOUT_MS);

  afterAll(async () => {
    await home?.dispose();
  });

  const ok = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const { exitCode, stdout, stderr } = await home.run(args);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout) as Answer;
  };

  const config = async (name: string, training: object, ofGate: object = {}, ofModel: object = {}): Promise<string> => {
    const file = join(folder, `${name}.json`);
    const data = { source: { type: 'synthetic', users: 60, startups: 40, interactions: 900 }, text_encoder: 'hashed' };
    const model = { hidden_dims: [16], embedding_dim: 8, ...ofModel };
    const gate = { model_name: 'two-tower', min_ndcg_at_10: 0, confidence: 0.9, ...ofGate };
    await writeFile(file, JSON.stringify({ name, data, model, gate, training: { batch_size: 64, ...training } }));
    return file;
  };

  const meansOf = async (file: string) => {
    const database = await openDatabase({
      ...{ file: ':memory:', spillFolder: join(folder, 'spill') },
      ...{ memoryLimitMegabytes: 256, threads: 1 },
    });
    try {
      const [row] = await database.rows(
        'average what users came to',
        `SELECT count(*) AS users, avg(ndcg_candidate) AS candidate, avg(ndcg_replicate_2) AS replicate,
          avg(ndcg_champion) AS champion FROM read_parquet(${sqlText(file)})`,
      );
      const of = (name: string): number => Number(row?.[name]);
      return { users: of('users'), candidate: of('candidate'), replicate: of('replicate'), champion: of('champion') };
    } finally {
      database.close();
    }
  };

  it(
    'says of a version what the experiment said of it, and of the champion that it is one; aliases stay',
    async () => {
      const first = await ok<Ran>('run', await config('first', { num_epochs: 1 }), '--json');
      expect(first.gate.decision).toBe('promoted');
      const file = await config('second', { num_epochs: 3, loss: 'in_batch_softmax' });
      const second = await ok<Ran>('run', file, '--json');
      const before = await ok<object>('models', '--json');

      const champion = `two-tower/${first.model.version}`;
      const candidate = `two-tower/${second.model.version}`;
      const asked = await ok<GateVerdict>('gate', candidate, '--against', champion, '--config', file, '--json');
      const { decision, ci, p_value, users, power, rules, reasons } = second.gate;
      expect(asked).toMatchObject({ decision, ci, p_value, users, power, rules, reasons });

      // Asked without a config: by the candidate's own experiment, to the champion that it found.
      const own = await ok<GateVerdict & { readonly settings: object }>(
        'gate',
        candidate,
        '--against',
        champion,
        '--json',
      );
      expect(own).toMatchObject({ decision, ci, p_value, reasons });
      expect(own.settings).toMatchObject({ source: 'experiment', name: second.experiment_id, reason: null });

      const { reasons: said } = await ok<GateVerdict>('gate', 'two-tower@champion', '--json');
      expect(said.at(-1)).toMatch(/^Version \d+ is the champion already\.$/);

      const trial = `${second.experiment_id}/trial-000`;
      const byTrial = await ok<GateVerdict>('gate', trial, '--model-name', 'two-tower', '--config', file, '--json');
      expect(byTrial.candidate?.run_id).toBe(second.best.run_id);

      const { subjects } = await ok<{ readonly subjects: readonly { readonly name: string }[] }>(
        ...['compare', champion, trial, '--json'],
      );
      expect(subjects.map(({ name }) => name)).toEqual([champion, trial]);

      const measured = await ok<{ readonly users: number; readonly false_promotions: { readonly rate: number } }>(
        ...['gate', 'calibrate', candidate, '--against', champion, '--config', file, '--json'],
      );
      expect(measured.users).toBe(users);
      // Some 60 users: the level is 5 %, and 1,000 tests promote no tenth of all without a gain.
      expect(measured.false_promotions.rate).toBeLessThan(0.1);

      expect(await ok<object>('models', '--json')).toEqual(before);
    },
    TIMEOUT_MS,
  );

  it(
    'with replicates the interval holds for the settings; a repeated run takes the same trainings again',
    async () => {
      const replicated = await config('replicated', { num_epochs: 2 }, { model_name: 'replicated', replicates: 2 });
      const bar = await config('bar', { num_epochs: 1, batch_size: 32 }, { model_name: 'replicated' });
      await ok<Ran>('run', bar, '--json');
      const { gate, best, urls } = await ok<Ran>('run', replicated, '--json');
      expect(gate.seed_noise).toEqual({ replicates: 2, sd: expect.any(Number) });
      expect((gate.seed_noise as SeedNoise).sd).toBeGreaterThan(0);

      const mlflow = createMlflowReader(urls.mlflow);
      const replicates = async () =>
        (await mlflow.runs('replicated')).flatMap((run) => {
          const { 'tt.replicate_of': of, 'tt.trial_id': trial } = tagsOf(run);
          return of === undefined ? [] : [{ of, trial, status: run.info.status, id: run.info.run_id }];
        });
      const trained = await replicates();
      expect(trained).toMatchObject([{ of: 'trial-000', trial: 'trial-000-replicate-2', status: 'FINISHED' }]);

      // Both trainings have a column, from which the verdict follows.
      const file = join(folder, 'gate_users.parquet');
      await writeFile(file, await mlflow.artifactBytes(best.run_id, 'gate_users.parquet'));
      const { users, candidate, replicate, champion } = await meansOf(file);
      expect(users).toBe(gate.users);
      expect(candidate).toBeCloseTo(gate.candidate?.ndcg_at_10 ?? -1, 12);
      // Of two numbers it is their distance over the root of 2.
      expect((gate.seed_noise as SeedNoise).sd).toBeCloseTo(Math.abs(candidate - replicate) / Math.SQRT2, 12);
      expect(gate.ci?.mean).toBeCloseTo((candidate + replicate) / 2 - champion, 12);

      // Asked again, the same trainings are taken; with another number of them the answer says what there is.
      const { run_id: bar_id } = gate.champion ?? { run_id: '' };
      const asked = await ok<GateVerdict & { readonly replicates: object }>(
        'gate',
        best.run_id,
        '--against',
        bar_id,
        '--json',
      );
      expect(asked).toMatchObject({ ci: gate.ci, seed_noise: gate.seed_noise, replicates: { asked: 2, used: 2 } });
      const more = await ok<object>(
        ...['gate', best.run_id, '--against', bar_id, '--set', 'gate.replicates=3', '--json'],
      );
      expect(more).toMatchObject({ replicates: { asked: 3, used: 2 } });

      const again = await ok<Ran>('run', replicated, '--json');
      expect(again.best.run_id).toBe(best.run_id);
      expect(await replicates()).toEqual(trained);
    },
    TIMEOUT_MS,
  );

  it(
    'a guard rejects; made champion by hand, that version is judged so; one that cannot be read is superseded for a reason',
    async () => {
      const training = { num_epochs: 1 };
      const ofGate = { model_name: 'guarded' };
      const first = await ok<Ran>('run', await config('guarded', training, ofGate), '--json');
      // A loss of nearly everything is accepted: the larger files alone are against it.
      const guarded = {
        ...{ ...ofGate, rule: 'non_inferior', margin: 0.9 },
        guards: [{ metric: 'model_size_mb', tolerance: 0.1 }],
      };
      const larger = await config('larger', training, guarded, { hidden_dims: [64] });
      const { gate, model } = await ok<Ran>('run', larger, '--json');
      expect(gate.decision).toBe('rejected');
      expect(gate.rules.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(['guard:model_size_mb']);
      expect(gate.reasons.at(-1)).toMatch(/^Not promoted: a loss of .* is ruled out .*, but guard model_size_mb fails/);

      const mlflow = createMlflowReader(first.urls.mlflow);
      await mlflow.moveAlias('guarded', 'champion', model.version);
      const judged = async (): Promise<string> =>
        (await ok<{ readonly gate_by_hand: string | null }>('models', 'show', `guarded/${model.version}`, '--json'))
          .gate_by_hand ?? '';
      await expect
        .poll(judged, { timeout: 120_000, interval: 1000 })
        .toMatch(/^would have been rejected because .*, but guard model_size_mb fails/);

      // Registered without a run: nobody can evaluate it.
      await mlflow.moveAlias('guarded', 'champion', await mlflow.createVersion('guarded'));
      const superseding = { ...ofGate, unreadable_champion: 'supersede', supersede_reason: 'registered without a run' };
      const last = await ok<Ran>('run', await config('superseding', { num_epochs: 2 }, superseding), '--json');
      expect(last.gate.decision).toBe('promoted');
      expect(last.gate.reasons.at(-1)).toMatch(
        /cannot be compared with: .*; it is superseded: registered without a run\.$/,
      );
      const { entries } = await ok<{
        readonly entries: readonly { readonly action: string; readonly reason: string }[];
      }>(...['models', 'history', 'guarded', '--json']);
      expect(entries.at(-1)).toMatchObject({
        action: 'supersede',
        to: last.model.version,
        reason: expect.stringContaining('registered without a run'),
      });
    },
    TIMEOUT_MS,
  );

  it(
    'an experiment cancelled while a replicate trains leaves no run open',
    async () => {
      const gate = { model_name: 'cancelled', replicates: 2 };
      // So many epochs that the replicate still trains when the cancellation arrives.
      const { experiment_id: id, urls } = await ok<Ran>(
        ...[
          'run',
          await config('cancelled', { num_epochs: 300, early_stopping_patience: 300 }, gate),
          '--detach',
          '--json',
        ],
      );
      const mlflow = createMlflowReader(urls.mlflow);
      const replicate = async (): Promise<MlflowRun | undefined> =>
        (await mlflow.runs('cancelled').catch((): readonly MlflowRun[] => [])).find(
          (run) => tagsOf(run)['tt.replicate_of'] === 'trial-000',
        );
      const waiting = { timeout: 120_000, interval: 100 };
      await expect.poll(async () => (await replicate())?.data.metrics?.length ?? 0, waiting).toBeGreaterThan(0);
      expect((await home.run(['cancel', id])).exitCode).toBe(0);
      const ended = JSON.parse((await home.run(['watch', id, '--json'])).stdout) as Ran & {
        readonly problems: unknown;
      };
      expect(ended).toMatchObject({ status: 'cancelled', gate: { decision: 'not_run' }, problems: [] });
      expect((await replicate())?.info.status).toBe('KILLED');
      const statuses = (await mlflow.runs('cancelled')).map(({ info }) => info.status);
      expect(statuses).not.toContain('RUNNING');
    },
    TIMEOUT_MS,
  );
});
