import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';

const TIMEOUT_MS = 600_000;

/** Two trials, of which the second is ended after its first epoch; rates that allow more epochs later. */
const CONFIG = [
  'experiments/smoke.json',
  ...['sweep.scheduler.type=asha', 'sweep.scheduler.reduction=2', 'training.schedule=constant'].flatMap((set) => [
    '--set',
    set,
  ]),
];

interface Trial {
  readonly trial_id: string;
  readonly status: string;
  readonly epochs: number;
  readonly run_id: string;
}

interface Reproduction {
  readonly values: number;
  readonly circumstances: readonly { readonly name: string; readonly equal: boolean | null }[];
}

describe('e2e/steer', () => {
  let home: CliHome;

  beforeAll(async () => {
    home = await createCliHome();
  });

  afterAll(async () => {
    await home?.dispose();
  });

  const json = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const result = await home.run([...args, '--json']);
    expect(result.exitCode, result.stderr).toBe(0);
    return JSON.parse(result.stdout) as Answer;
  };

  const refused = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stderr } = await home.run(args);
    expect(exitCode).toBe(64);
    return stderr;
  };

  it(
    'a sweep is paused, steered, resumed, explained, replayed, extended and reproduced',
    async () => {
      const { experiment_id: id } = await json<{ experiment_id: string }>('run', ...CONFIG, '--detach');

      expect(await json('pause', id)).toMatchObject({ paused: true });
      expect(await json('show', id)).toMatchObject({ status: 'running', sweep: { paused: true } });
      expect(await json('list')).toMatchObject({ experiments: [{ experiment_id: id, status: 'paused' }] });
      expect(await json('parallel', id, '1')).toMatchObject({ max_parallel: 1 });
      expect(await refused('cancel', id, '--trial', 'trial-009')).toContain('expected a trial that has not ended');
      expect(await refused('retry', id)).toContain('no trial has failed');
      expect(await json('resume', id)).toMatchObject({ paused: false });

      const ended = await json<{ status: string; trials: readonly Trial[]; urls: { mlflow: string } }>('watch', id);
      expect(ended.status).toBe('completed');
      expect(ended.trials).toMatchObject([
        { status: 'completed', epochs: 4, reused: false },
        { status: 'pruned', epochs: 1, reason: expect.stringContaining('number 2 of 2 trials') },
      ]);
      expect(await refused('pause', id)).toContain('got one that is completed');
      expect(await home.run(['cancel', id])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(`experiment ${id} has already ended (completed)`),
      });

      expect(await json('why', id, 'trial-001')).toMatchObject({
        rungs: [{ epoch: 1, decision: 'prune' }],
        standing: { place: 2, is_best: false },
        differences: [],
      });
      // Reports are compared with MLflow's own histories as well.
      expect(await json('replay', id)).toMatchObject({
        agrees: true,
        counts: { report: { agrees: 6, differs: 0 }, rung: { agrees: 3 }, gate: { agrees: 1 } },
      });
      expect(await json('replay', id, '--set', 'sweep.scheduler.type=none')).toMatchObject({
        epochs: { least: 4, most: 8 },
        is_best_certain: false,
        trials: [{ outcome: 'completed' }, { outcome: 'unknown' }],
      });

      const longer = await json<{ experiment_id: string; extends: string }>('extend', id, '--epochs', '6');
      expect(longer.extends).toBe(id);
      const { trials } = await json<{ trials: readonly Trial[] }>('watch', longer.experiment_id);
      expect(trials).toMatchObject([
        { status: 'completed', epochs: 6 },
        { status: 'pruned', epochs: 1, reused: true },
      ]);
      expect(await json('show', longer.experiment_id)).toMatchObject({ extends: id, best: 'trial-000' });

      // It went on from the fourth epoch; trained straight it must give the same bits.
      const again = await json<Reproduction>('reproduce', `${longer.experiment_id}/trial-000`);
      expect(again).toMatchObject({ verdict: 'equal', epochs: { recorded: 6, reproduced: 6 }, model_equal: true });
      // 11 metrics of 6 epochs, from two sources.
      expect(again.values).toBe(132);
      expect(again.circumstances.filter(({ equal }) => !equal)).toEqual([]);

      const { run_id: runId = '' } = ended.trials[0] ?? {};
      await createMlflowReader(ended.urls.mlflow).logMetric(runId, { key: 'val_loss', value: 7, step: 3 });
      const { exitCode, stdout } = await home.run(['reproduce', runId]);
      expect(exitCode).toBe(1);
      expect(stdout).toContain("First difference: epoch 3, val_loss: 7 in the run's metrics, ");
      expect(stdout).toContain('Nothing recorded explains it');
    },
    TIMEOUT_MS,
  );
});
