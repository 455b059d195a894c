/** A trainer that is frozen past its time-out and wakes up after its successor has started. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome, type RunningCli } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';
import { processesOf } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT_MS = 600_000;
const EPOCHS = 150;

interface Address {
  readonly name: string;
  readonly address: string;
}

interface EpochOfHistory {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly finishedAtMs: number;
}

describe('e2e/fencing', () => {
  let home: CliHome;
  let configFolder: string;
  let successor: RunningCli | undefined;
  const frozen = new Set<number>();

  beforeAll(async () => {
    home = await createCliHome();
    configFolder = await temporaryFolder('tt-exp-configs-');
  });

  const thaw = (): void => {
    for (const pid of frozen) {
      process.kill(pid, 'SIGCONT');
    }
    frozen.clear();
  };

  afterAll(async () => {
    thaw();
    successor?.child.kill('SIGTERM');
    await successor?.finished;
    await home?.dispose();
  });

  const attemptsOf = async (): Promise<readonly string[]> => {
    const trials = join(home.folder, 'trials');
    const [trial] = await readdir(trials).catch(() => []);
    return trial === undefined ? [] : (await readdir(join(trials, trial))).sort();
  };

  it(
    'a worker and its child that wake up after their successor started change nothing in MLflow or on disk',
    async () => {
      const smoke = JSON.parse(await readFile('experiments/smoke.json', 'utf8')) as Record<string, unknown>;
      const file = join(configFolder, 'frozen.json');
      const training = { num_epochs: EPOCHS, early_stopping_patience: EPOCHS };
      await writeFile(
        file,
        JSON.stringify({ ...smoke, $schema: undefined, name: 'frozen', training, sweep: undefined }),
      );
      const running = home.start(['run', file, '--json']);
      await expect.poll(() => running.stderr(), { timeout: 120_000, interval: 100 }).toMatch(/epoch \d+\//);
      const first = await attemptsOf();
      expect(first).toHaveLength(1);

      // The child last: it must not report anything that its worker, frozen already, would read later as fresh.
      for (const pid of await processesOf(home.folder, 'worker-tt-gpu')) {
        frozen.add(pid);
        process.kill(pid, 'SIGSTOP');
      }
      const { stdout } = await home.run(['status', '--json']);
      const { services } = JSON.parse(stdout) as { services: readonly Address[] };
      const addressOf = (name: string): string => services.find((service) => service.name === name)?.address ?? '';
      const environment = {
        TEMPORAL_ADDRESS: addressOf('temporal'),
        MLFLOW_TRACKING_URI: addressOf('mlflow'),
      };
      successor = home.start(['worker', '--queue', 'tt-gpu'], environment);
      await eventually(
        'a checkpoint of the successor',
        attemptsOf,
        (names) => names.some((one) => !first.includes(one)),
        {
          withinMs: 120_000,
        },
      );
      // Once the successor has a checkpoint in the store, it has removed what the first one left.
      await eventually(
        'the end of what the first left',
        attemptsOf,
        (names) => !names.some((one) => first.includes(one)),
        {
          withinMs: 120_000,
        },
      );
      thaw();

      const result = await running.finished;
      expect(result.exitCode, result.stderr).toBe(0);
      const summary = JSON.parse(result.stdout) as {
        readonly urls: { readonly mlflow: string };
        readonly trials: readonly { run_id: string; status: string; resumed_from_epoch: number; epochs: number }[];
      };
      const [trial] = summary.trials;
      expect(trial).toMatchObject({ status: 'completed', epochs: EPOCHS });
      expect(trial?.resumed_from_epoch).toBeGreaterThan(0);

      const runId = trial?.run_id ?? '';
      const mlflow = createMlflowReader(summary.urls.mlflow);
      const points = await mlflow.history(runId, 'train_loss');
      // Names sort by attempt; a loaded machine may have needed more than one successor.
      const newest = (await attemptsOf()).at(-1) ?? '';
      expect(first).not.toContain(newest);
      const folder = join(home.folder, 'trials', (await readdir(join(home.folder, 'trials')))[0] ?? '', newest);
      const history = JSON.parse(await readFile(join(folder, 'history.json'), 'utf8')) as readonly EpochOfHistory[];
      const expected = history.map(({ epoch, trainLoss, finishedAtMs }) => [epoch, trainLoss, finishedAtMs]);
      expect(points.map(({ step, value, timestamp }) => [step, value, timestamp])).toEqual(expected);
      // What the frozen worker was sending then may arrive late; it takes it back.
      await expect
        .poll(() => mlflow.artifacts(runId, 'checkpoints/b256-auto'), { timeout: 30_000, interval: 200 })
        .toEqual([`checkpoints/b256-auto/${newest}.ckpt`]);
    },
    TIMEOUT_MS,
  );
});
