import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killEverything, pidsOf } from '../chaos/home-processes.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { createMlflowReader, type MlflowRun, tagsOf } from '../support/mlflow-rest.ts';
import { withPeakMemory } from '../support/peak-memory.ts';
import { processesOf } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RUN_TIMEOUT_MS = 600_000;

/** Plain output names the newest epoch of each look, so not every epoch has a line. */
const LATER_EPOCH = /epoch (?:[2-9]|\d\d+)\//;

/** Long enough to be interrupted in the middle. */
const LONG_TRAINING = { num_epochs: 50, early_stopping_patience: 50 };
const ALL_EPOCHS = Array.from({ length: LONG_TRAINING.num_epochs }, (_, epoch) => epoch + 1);

interface Summary {
  readonly experiment_id: string;
  readonly workflow_id: string;
  readonly status: string;
  readonly dataset: {
    readonly version: string;
    readonly samples: number;
    readonly splits: Readonly<Record<'train' | 'validation' | 'test', number>>;
    readonly label_distribution: Readonly<Record<string, number>>;
    readonly embedding_coverage: number;
    readonly feature_dims: { readonly user: number; readonly item: number };
  };
  readonly trials: readonly {
    readonly trial_id: string;
    readonly run_id: string;
    readonly status: string;
    readonly params: Readonly<Record<string, unknown>>;
    readonly best_epoch: number;
    readonly epochs: number;
    readonly val: Readonly<Record<string, number>>;
    readonly resumed_from_epoch: number | null;
  }[];
  readonly best: { readonly trial_id: string; readonly run_id: string };
  readonly test: {
    readonly model: Readonly<Record<string, number>>;
    readonly baselines: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
  readonly gate: { readonly decision: string; readonly reasons: readonly string[] };
  readonly model: { readonly name: string; readonly version: string; readonly aliases: readonly string[] };
  readonly urls: { readonly mlflow: string; readonly temporal: string };
  readonly tensorflow: { readonly backend: string; readonly library: string };
}

describe('e2e/run', () => {
  let home: CliHome;
  let configFolder: string;

  beforeAll(async () => {
    home = await createCliHome({ TT_STALL_SECONDS: '20' });
    configFolder = await temporaryFolder('tt-exp-configs-');
  });

  afterAll(async () => {
    await home?.dispose();
  });

  const writeConfig = async (name: string, change: object): Promise<string> => {
    const smoke = JSON.parse(await readFile('experiments/smoke.json', 'utf8')) as Record<string, unknown>;
    const file = join(configFolder, `${name}.json`);
    await writeFile(file, JSON.stringify({ ...smoke, $schema: undefined, name, ...change }));
    return file;
  };

  const runJson = async (args: readonly string[]): Promise<Summary> => {
    const result = await home.run(['run', ...args, '--json']);
    expect(result.exitCode, result.stderr).toBe(0);
    return JSON.parse(result.stdout) as Summary;
  };

  const mlflowUri = async (): Promise<string> => {
    const { stdout } = await home.run(['status', '--json']);
    const { services } = JSON.parse(stdout) as { services: readonly { name: string; address: string }[] };
    return services.find(({ name }) => name === 'mlflow')?.address ?? '';
  };

  const reader = (summary: Summary) => createMlflowReader(summary.urls.mlflow);

  const trialRuns = async (summary: Summary, name: string): Promise<readonly MlflowRun[]> =>
    (await reader(summary).runs(name)).filter((run) => tagsOf(run)['tt.kind'] === 'trial');

  it(
    'the smoke sweep trains, logs, tests, registers and promotes, and prints one JSON object',
    async () => {
      const summary = await runJson(['experiments/smoke.json']);
      expect(summary.status).toBe('completed');
      expect(summary.trials.map(({ status }) => status)).toEqual(['completed', 'completed']);
      expect(summary.dataset.feature_dims).toEqual({ user: 512, item: 468 });
      const { train, validation, test } = summary.dataset.splits;
      expect(train + validation + test).toBe(summary.dataset.samples);
      expect(Object.keys(summary.test.baselines).sort()).toEqual([
        'content',
        'item_knn',
        'oracle',
        'popularity',
        'random',
      ]);
      expect(summary.gate.decision).toBe('promoted');
      expect(summary.model.aliases).toContain('champion');

      const mlflow = reader(summary);
      const runs = await mlflow.runs('smoke');
      expect(runs.map(({ info }) => info.status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
      for (const trial of summary.trials) {
        const run = await mlflow.run(trial.run_id);
        expect(tagsOf(run)).toMatchObject({
          'tt.experiment_id': summary.experiment_id,
          'tt.trial_id': trial.trial_id,
          'tt.workflow_id': summary.workflow_id,
          'tt.dataset_version': summary.dataset.version,
          'tt.tensorflow_backend': summary.tensorflow.backend,
        });
        const points = await mlflow.history(trial.run_id, 'val_ndcg_at_10');
        expect(points.map(({ step }) => step)).toEqual(Array.from({ length: trial.epochs }, (_, epoch) => epoch + 1));
        const best = points.find(({ step }) => step === trial.best_epoch);
        expect(best?.value).toBeCloseTo(trial.val.ndcg_at_10 ?? Number.NaN, 10);
        expect(await mlflow.artifacts(trial.run_id)).toEqual(
          expect.arrayContaining(['config.json', 'encoder.json', 'history.json', 'model']),
        );
      }
      expect(await mlflow.aliasVersion(summary.model.name, 'champion')).toBe(summary.model.version);
      const testMetric = (await mlflow.run(summary.best.run_id)).data.metrics?.find(
        ({ key }) => key === 'test_ndcg_at_10',
      );
      expect(testMetric?.value).toBeCloseTo(summary.test.model.ndcg_at_10 ?? Number.NaN, 10);

      const { run_id: bestRun } = summary.best;
      const page = await mlflow.artifactText(bestRun, 'gate.html');
      expect(page).toContain(`<h1>${summary.model.name} version ${summary.model.version}: promoted</h1>`);
      const parent = tagsOf(await mlflow.run(bestRun))['mlflow.parentRunId'] ?? '';
      expect(await mlflow.artifactText(parent, 'gate.html')).toBe(page);
      const address = `#/experiments/${await mlflow.experimentId('smoke')}/runs/${bestRun}/artifacts/gate.html?workflowType=machine_learning`;
      const [version] = await mlflow.modelVersions(summary.model.name);
      expect(version?.description).toMatch(/^trial-\d+ of smoke-/);
      expect(version?.description).toContain(`[Gate: promoted](${address})`);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'the same sweep again re-uses dataset and trials, makes no new trial run and no new model version',
    async () => {
      const first = await runJson(['experiments/smoke.json']);
      const again = await runJson(['experiments/smoke.json', '--require-promotion']);
      expect(again.trials.map(({ status }) => status)).toEqual(['cached', 'cached']);
      expect(again.dataset.version).toBe(first.dataset.version);
      expect(again.best).toEqual(first.best);
      expect(again.gate.decision).toBe('promoted');
      expect(again.gate.reasons).toEqual([`Version ${first.model.version} is the champion already.`]);
      const tags = tagsOf(await reader(again).run(again.best.run_id));
      expect(tags['tt.gate_reasons']).toContain('Promoted: there is no champion to compare with.');
      expect(await trialRuns(again, 'smoke')).toHaveLength(2);
      expect(await reader(again).modelVersions(first.model.name)).toHaveLength(1);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'a training worker killed with -9 costs at most the running epoch and doubles nothing',
    async () => {
      const file = await writeConfig('killed', { training: LONG_TRAINING });
      const running = home.start(['run', file, '--json']);
      await expect.poll(() => running.stderr(), { timeout: 120_000, interval: 100 }).toMatch(LATER_EPOCH);
      const victims = await processesOf(home.folder, 'worker-tt-gpu');
      expect(victims.length).toBeGreaterThan(0);
      for (const pid of victims) {
        process.kill(pid, 'SIGKILL');
      }
      const result = await running.finished;
      expect(result.exitCode, result.stderr).toBe(0);
      const summary = JSON.parse(result.stdout) as Summary;
      expect(summary.trials.map(({ status }) => status)).toEqual(['completed', 'completed']);
      expect(summary.trials.some(({ resumed_from_epoch }) => resumed_from_epoch !== null)).toBe(true);
      expect(await trialRuns(summary, 'killed')).toHaveLength(2);
      for (const trial of summary.trials) {
        const points = await reader(summary).history(trial.run_id, 'train_loss');
        expect(points.map(({ step }) => step)).toEqual(ALL_EPOCHS);
      }
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'a training child that hangs is killed, and its trial goes on from the last checkpoint',
    async () => {
      const file = await writeConfig('hung', { training: LONG_TRAINING, sweep: undefined });
      const running = home.start(['run', file, '--json']);
      await expect.poll(() => running.stderr(), { timeout: 120_000, interval: 100 }).toMatch(LATER_EPOCH);
      const [child = Number.NaN] = await pidsOf(home.folder, 'training child');
      process.kill(child, 'SIGSTOP');
      const result = await running.finished;
      expect(result.exitCode, result.stderr).toBe(0);
      await expect.poll(() => pidsOf(home.folder, 'training child'), { timeout: 20_000 }).toEqual([]);
      const summary = JSON.parse(result.stdout) as Summary;
      const [trial] = summary.trials;
      expect(trial?.status).toBe('completed');
      expect(trial?.resumed_from_epoch).toBeGreaterThan(0);
      const points = await reader(summary).history(trial?.run_id ?? '', 'train_loss');
      expect(points.map(({ step }) => step)).toEqual(ALL_EPOCHS);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'after the death of every process, as at a reboot, `tt-exp up` lets the sweep go on to its end',
    async () => {
      const file = await writeConfig('rebooted', { training: LONG_TRAINING });
      const running = home.start(['run', file, '--json']);
      await expect.poll(() => running.stderr(), { timeout: 120_000, interval: 100 }).toMatch(LATER_EPOCH);
      await killEverything(home.folder);
      await running.finished;
      const up = await home.run(['up']);
      expect(up.exitCode, up.stderr).toBe(0);
      const result = await home.run(['watch', 'rebooted', '--json']);
      expect(result.exitCode, result.stderr).toBe(0);
      const summary = JSON.parse(result.stdout) as Summary;
      expect(summary.trials.map(({ status }) => status)).toEqual(['completed', 'completed']);
      expect(summary.trials.some(({ resumed_from_epoch }) => resumed_from_epoch !== null)).toBe(true);
      const runs = await reader(summary).runs('rebooted');
      expect(runs.map(({ info }) => info.status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
      for (const trial of summary.trials) {
        const points = await reader(summary).history(trial.run_id, 'train_loss');
        expect(points.map(({ step }) => step)).toEqual(ALL_EPOCHS);
      }
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'after the death of every process when the model version appears the sweep ends soon after the restart, with one version',
    async () => {
      const gate = { model_name: 'registered', min_ndcg_at_10: 0 };
      const file = await writeConfig('registered', { sweep: undefined, gate });
      const mlflow = createMlflowReader(await mlflowUri());
      const running = home.start(['run', file, '--json']);
      await expect
        .poll(async () => (await mlflow.modelVersions('registered')).length, { timeout: 300_000, interval: 10 })
        .toBe(1);
      await killEverything(home.folder);
      await running.finished;
      const up = await home.run(['up']);
      expect(up.exitCode, up.stderr).toBe(0);
      // Against the ten minutes that a short step may take: nobody waits for those.
      const result = await home.run(['watch', 'registered', '--json', '--timeout', '5m']);
      expect(result.exitCode, result.stderr).toBe(0);
      const summary = JSON.parse(result.stdout) as Summary;
      expect(summary.gate.decision).toBe('promoted');
      expect(await reader(summary).modelVersions('registered')).toHaveLength(1);
      expect(await reader(summary).aliasVersion('registered', 'champion')).toBe('1');
      const runs = await reader(summary).runs('registered');
      expect(runs.map(({ info }) => info.status)).toEqual(['FINISHED', 'FINISHED']);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'the baseline on default data keeps what the design promises of statistics, quality and memory',
    async () => {
      const { result, peakMebibytes } = await withPeakMemory(
        () => pidsOf(home.folder, 'training child'),
        () => runJson(['experiments/baseline.json']),
      );
      const { dataset, test, trials } = result;
      expect(peakMebibytes).toBeGreaterThan(100);
      expect(peakMebibytes).toBeLessThan(1024);
      expect(trials).toHaveLength(1);
      expect(dataset.samples).toBeGreaterThanOrEqual(15_000);
      expect(dataset.samples).toBeLessThanOrEqual(20_000);
      expect(dataset.embedding_coverage).toBeGreaterThan(0.95);
      const expectedShares = { '1.0': 15, '0.9': 7.5, '0.8': 10, '0.6': 17.5, '0.4': 35, '0.0': 15 };
      for (const [label, expected] of Object.entries(expectedShares)) {
        const share = ((dataset.label_distribution[label] ?? 0) / dataset.samples) * 100;
        expect(Math.abs(share - expected), `share of label ${label}`).toBeLessThanOrEqual(1.5);
      }
      const ndcg = (name: string): number => test.baselines[name]?.ndcg_at_10 ?? Number.NaN;
      expect(test.model.ndcg_at_10).toBeGreaterThanOrEqual(0.4);
      expect(test.model.hit_rate_at_10).toBeGreaterThanOrEqual(0.6);
      expect(test.model.recall_at_10).toBeGreaterThanOrEqual(0.3);
      expect(test.model.precision_at_10).toBeGreaterThanOrEqual(0.2);
      expect(ndcg('oracle')).toBeGreaterThanOrEqual(0.55);
      expect(ndcg('oracle')).toBeLessThanOrEqual(0.75);
      expect(ndcg('popularity')).toBeLessThanOrEqual(0.15);
      expect(ndcg('content')).toBeLessThanOrEqual(0.35);
      expect(ndcg('random')).toBeLessThanOrEqual(0.1);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'two runs of one config at once are one experiment, and go on when both commands are killed with -9',
    async () => {
      const file = await writeConfig('twice', { training: LONG_TRAINING });
      const both = [home.start(['run', file, '--json']), home.start(['run', file, '--json'])];
      for (const running of both) {
        await expect.poll(() => running.stderr(), { timeout: 120_000, interval: 100 }).toMatch(LATER_EPOCH);
      }
      for (const running of both) {
        running.child.kill('SIGKILL');
        await running.finished;
      }
      const uri = await mlflowUri();
      const mlflow = createMlflowReader(uri);
      await expect
        .poll(async () => (await mlflow.runs('twice')).map(({ info }) => info.status), {
          timeout: 120_000,
          interval: 500,
        })
        .toEqual(['FINISHED', 'FINISHED', 'FINISHED']);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'Ctrl-C detaches and the sweep goes on; paused and resumed it repeats no epoch; cancel leaves no run RUNNING',
    async () => {
      const file = await writeConfig('detached', { training: { num_epochs: 500, early_stopping_patience: 500 } });
      const running = home.start(['run', file, '--json']);
      await expect.poll(() => running.stderr(), { timeout: 120_000, interval: 100 }).toMatch(LATER_EPOCH);
      running.child.kill('SIGINT');
      const detached = await running.finished;
      expect(detached.exitCode).toBe(130);
      const summary = JSON.parse(detached.stdout) as Summary;
      expect(summary.status).toBe('detached');
      expect(detached.stderr).toContain(`tt-exp watch ${summary.experiment_id}`);
      expect(detached.stderr).toContain(`tt-exp cancel ${summary.experiment_id}`);

      const listed = await home.run(['list', '--json']);
      expect(listed.stdout).toContain(summary.experiment_id);
      const beginnings = async (): Promise<readonly number[]> => {
        const log = await readFile(join(home.folder, 'logs', 'worker-tt-gpu-1.log'), 'utf8');
        return [...log.matchAll(/: (?:begins|after epoch (\d+))/g)].map(([, epoch]) => Number(epoch ?? 0));
      };
      const before = await beginnings();
      expect((await home.run(['pause', summary.experiment_id])).exitCode).toBe(0);
      await expect.poll(() => pidsOf(home.folder, 'training child'), { timeout: 60_000 }).toEqual([]);
      expect((await home.run(['resume', summary.experiment_id])).exitCode).toBe(0);
      await expect
        .poll(async () => (await beginnings()).length, { timeout: 60_000 })
        .toBeGreaterThanOrEqual(before.length + 2);
      // One of them at least had trained an epoch when the command was interrupted.
      expect(Math.max(...(await beginnings()).slice(before.length))).toBeGreaterThan(0);

      const cancelled = await home.run(['cancel', summary.experiment_id]);
      expect(cancelled.exitCode, cancelled.stderr).toBe(0);
      await expect
        .poll(async () => (await reader(summary).runs('detached')).map(({ info }) => info.status), {
          timeout: 60_000,
          interval: 500,
        })
        .toEqual(['KILLED', 'KILLED', 'KILLED']);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'down stops everything that the home started, up goes on with its data',
    async () => {
      expect((await home.run(['down'])).exitCode).toBe(0);
      expect(await processesOf(home.folder, '')).toEqual([]);
      const again = await runJson(['experiments/smoke.json']);
      expect(again.trials.map(({ status }) => status)).toEqual(['cached', 'cached']);
    },
    RUN_TIMEOUT_MS,
  );
});
