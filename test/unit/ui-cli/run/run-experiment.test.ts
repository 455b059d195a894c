import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { configDigest } from '../../../../config/digest.ts';
import { loadConfig } from '../../../../config/load.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { GATE_NOT_RUN } from '../../../../contracts/gate.ts';
import { experimentIds } from '../../../../contracts/ids.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { CliRuntime } from '../../../../ui-cli/runtime.ts';
import { completedView, EXPERIMENT_ID, trainingView, viewOf } from '../../../support/experiment-views.ts';
import { createFakeRuntime, type FakeRuntime, jsonOf, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { createScriptedRuntime, runScripted } from '../../../support/fake-cli/scripted-runtime.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

let folder = '';
let config = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp cli ');
  config = join(folder, 'demo.json');
  await writeFile(config, '{"name":"demo"}');
});

const detachSoon = ({ interrupt, stderr }: FakeRuntime): void => {
  const timer = setInterval(() => {
    if (stderr().includes('train: started')) {
      clearInterval(timer);
      interrupt();
    }
  }, 5);
};

describe('run', () => {
  test('run --json prints exactly one JSON object, progress goes to stderr', async () => {
    const result = await runScripted(['run', config, '--json'], {
      views: [viewOf('extract'), trainingView(), completedView()],
    });
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toMatchObject({ status: 'completed', gate: { decision: 'promoted' } });
    expect(result.stderr()).toContain('trial-001: epoch 4/10');
    expect(result.recorded).toMatchObject({ opened: [true], closed: 1 });
  });

  test('run starts the resolved config under its digest', async () => {
    const { recorded } = await runScripted(['run', config, '--json', '--fresh', '--set', 'seed=3']);
    const resolved = await loadConfig(config, ['seed=3']);
    expect(recorded.started).toEqual([{ config: resolved, configDigest: configDigest(resolved), isFresh: true }]);
  });

  test('run without --json prints the summary on stdout', async () => {
    const { exitCode, stdout, stderr } = await runScripted(['run', config]);
    expect(exitCode).toBe(0);
    expect(stdout()).toContain(`${EXPERIMENT_ID}: completed`);
    expect(stdout()).toContain('http://127.0.0.1:5000/#/experiments/3');
    expect(stderr()).not.toContain('error:');
  });

  test('a model that was renamed in MLflow is told at the start and at the end, and so is that nobody knows', async () => {
    const asked: string[] = [];
    const renamedTo = async (name: string) => {
      asked.push(name);
      return 'better ranker';
    };
    const run = await runScripted(['run', config, '--plain'], { views: [completedView()], renamedTo });
    expect(run.exitCode).toBe(0);
    expect(asked).toHaveLength(1);
    expect(run.stderr().match(/is called better ranker now/g)).toHaveLength(2);
    expect(run.stderr()).toContain('set gate.model_name to "better ranker"');
    const unknown = await runScripted(['run', config, '--json'], {
      ...{ views: [completedView()] },
      renamedTo: () => Promise.reject(new TtExpError('SERVICE_UNREACHABLE', 'MLflow is gone')),
    });
    expect([unknown.exitCode, unknown.recorded.started.length]).toEqual([0, 1]);
    expect(unknown.stderr()).toContain('renamed in MLflow is not known: MLflow is gone');
  });

  test('a rejected model is a result; with --require-promotion it ends with 1', async () => {
    const gate = { ...GATE_NOT_RUN, decision: 'rejected', reasons: ['Too low.'] } as const;
    const script = { views: [completedView({ gate })] };
    expect((await runScripted(['run', config, '--json'], script)).exitCode).toBe(0);
    const strict = await runScripted(['run', config, '--json', '--require-promotion'], script);
    expect(strict.exitCode).toBe(1);
    expect(jsonOf(strict)).toMatchObject({ status: 'completed', error: { code: 'PROMOTION_REQUIRED' } });
    expect(strict.stderr()).toContain('expected promoted');
  });

  test('a failed experiment prints its JSON and ends with the exit code of its error', async () => {
    const error = {
      code: 'ALL_TRIALS_FAILED',
      message: 'all trials failed; first cause: X',
      hint: 'Look there.',
    } as const;
    const result = await runScripted(['run', config, '--json'], { views: [trainingView({ status: 'failed', error })] });
    expect(result.exitCode).toBe(1);
    expect(jsonOf(result)).toMatchObject({ status: 'failed', error });
    expect(result.stderr()).toContain('error: all trials failed; first cause: X\nhint: Look there.');
  });

  test('a cancelled experiment prints its JSON and ends with 130', async () => {
    const result = await runScripted(['run', config, '--json'], { views: [trainingView({ status: 'cancelled' })] });
    expect(result.exitCode).toBe(130);
    expect(jsonOf(result)).toMatchObject({ status: 'cancelled', trials: [{}, {}, {}] });
  });

  test('a cancellation on request is told as such, not as an error, and how to finish the rest', async () => {
    const view = trainingView({ status: 'cancelled' });
    const result = await runScripted(['run', config, '--plain'], { views: [view] });
    expect(result.exitCode).toBe(130);
    expect(result.stderr()).toContain(
      `experiment ${view.experimentId}: cancelled on request; finished trials are kept\n`,
    );
    expect(result.stderr()).toContain('hint: Finish it with `tt-exp retry ');
    expect(result.stderr()).not.toContain('error:');
  });

  test('Ctrl-C during a pause says that the experiment stays paused, and how to resume it', async () => {
    const view = trainingView({ sweep: { isPaused: true, maxParallel: 2, halt: null, trialCount: 3 } });
    const result = await runScripted(['run', config, '--json'], { views: [view] }, detachSoon);
    expect(result.exitCode).toBe(130);
    expect(result.stderr()).toMatch(
      /detached: experiment (demo-[0-9a-f]{10}) stays paused\nresume it: tt-exp resume \1\n/,
    );
    expect(result.stderr()).not.toContain('keeps running');
  });

  test('Ctrl-C detaches: 130, how to watch and cancel, and the JSON of what was seen', async () => {
    const result = await runScripted(['run', config, '--json'], { views: [trainingView()] }, detachSoon);
    const { experimentId } = experimentIds('demo', configDigest(await loadConfig(config)));
    expect(result.exitCode).toBe(130);
    expect(jsonOf(result)).toMatchObject({
      status: 'detached',
      experiment_id: experimentId,
      trials: [{}, { epochs: 4 }, {}],
    });
    expect(result.stderr()).toContain(`tt-exp watch ${experimentId}`);
    expect(result.stderr()).toContain(`tt-exp cancel ${experimentId}`);
    expect(result.recorded).toMatchObject({ cancelled: [], closed: 1 });
  });

  test('Ctrl-C while services start ends with 130 and leaves no experiment behind', async () => {
    const fake = createScriptedRuntime(
      { views: [] },
      {
        openPlatform: ({ signal }) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new TtExpError('INTERRUPTED', 'building: interrupted'))),
          ),
      },
    );
    const running = runCli(['run', config, '--json'], fake.runtime);
    await expect.poll(() => fake.listeners()).toBe(1);
    fake.interrupt();
    expect(await running).toBe(130);
    await settle();
    expect(jsonOf(fake)).toMatchObject({ status: 'cancelled', error: { code: 'INTERRUPTED' } });
    expect(fake.stderr()).toContain('error: The start was interrupted: no experiment was started by this command.\n');
    expect(fake.stderr()).toContain('`tt-exp down` stops them. Run the same command again');
    expect(fake.stderr()).not.toContain('building');
    expect(fake.recorded.started).toEqual([]);
    expect(fake.listeners()).toBe(0);
  });

  test('--timeout while services start is told as such, whatever step it has ended', async () => {
    const fake = createScriptedRuntime(
      { views: [] },
      {
        openPlatform: ({ signal }) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new TtExpError('INTERRUPTED', 'building: interrupted'))),
          ),
      },
    );
    expect(await runCli(['run', config, '--timeout', '20ms'], fake.runtime)).toBe(75);
    await settle();
    expect(fake.stderr()).toContain('the limit of --timeout');
    expect(fake.recorded.started).toEqual([]);
  });

  test('a second Ctrl-C ends what does not stop in order', async () => {
    const fake = createFakeRuntime({ openPlatform: () => new Promise(() => {}) });
    const running = runCli(['run', config], fake.runtime);
    await expect.poll(() => fake.listeners()).toBe(1);
    fake.interrupt();
    fake.interrupt();
    expect(await running).toBe(130);
  });

  test('Ctrl-C detaches at once even while the server does not answer', async () => {
    const fake = createScriptedRuntime({ views: [] });
    const hang: AsyncIterator<ExperimentView> = { next: () => new Promise(() => {}) };
    const runtime: CliRuntime = {
      ...fake.runtime,
      openPlatform: async (options) => {
        const platform = await fake.runtime.openPlatform(options);
        const watch = () => ({ [Symbol.asyncIterator]: () => hang });
        return { ...platform, experiments: { ...platform.experiments, watch } };
      },
    };
    const running = runCli(['run', config, '--json'], runtime);
    await expect.poll(() => fake.stderr()).toContain('started');
    fake.interrupt();
    expect(await running).toBe(130);
    await settle();
    expect(jsonOf(fake)).toMatchObject({ status: 'detached', trials: [] });
    expect(fake.recorded.closed).toBe(1);
  });

  test('--detach prints the id alone and ends with 0', async () => {
    const result = await runScripted(['run', config, '--detach']);
    const { experimentId } = experimentIds('demo', configDigest(await loadConfig(config)));
    expect([result.exitCode, result.stdout()]).toEqual([0, `${experimentId}\n`]);
    expect(result.recorded.started).toHaveLength(1);
  });

  test('--detach from an experiment that is paused already says that it stays paused', async () => {
    const view = trainingView({ sweep: { isPaused: true, maxParallel: 2, halt: null, trialCount: 3 } });
    const result = await runScripted(['run', config, '--detach'], { views: [view], isAttached: true });
    expect(result.exitCode).toBe(0);
    expect(result.stderr()).toMatch(
      /detached: experiment (demo-[0-9a-f]{10}) stays paused\nresume it: tt-exp resume \1\n/,
    );
  });

  test('--timeout detaches with 75 and its JSON says detached', async () => {
    const result = await runScripted(['run', config, '--json', '--timeout', '200ms'], { views: [trainingView()] });
    expect(result.exitCode).toBe(75);
    expect(jsonOf(result)).toMatchObject({ status: 'detached', error: { code: 'TIMED_OUT' } });
    expect(result.stderr()).toContain('tt-exp watch demo-');
    expect(result.stderr()).toMatch(
      /error: Stopped watching after 0\.2 s; experiment demo-[0-9a-f]{10} is still running\n/,
    );
  });

  test('an experiment that ends while its candidate awaits approval says how to decide', async () => {
    const gate = { ...GATE_NOT_RUN, decision: 'awaiting_approval', reasons: ['Good.'] } as const;
    const result = await runScripted(['run', config], {
      views: [completedView({ gate })],
    });
    expect(result.exitCode).toBe(0);
    expect(result.stdout()).toContain(`tt-exp approve ${EXPERIMENT_ID}`);
  });

  test('services that fail to start give an error, a JSON and no experiment', async () => {
    const platformError = new TtExpError('SERVICE_START_FAILED', 'mlflow: ended with status 1', {
      hint: 'See the log.',
    });
    const result = await runScripted(['run', config, '--json'], { views: [], platformError });
    expect(result.exitCode).toBe(69);
    expect(jsonOf(result)).toMatchObject({ status: 'failed', error: { code: 'SERVICE_START_FAILED' }, trials: [] });
    expect(result.recorded.started).toEqual([]);
  });

  test('an error about rows has one line for the error and one for the remedy', async () => {
    const platformError = new TtExpError('DATA_INVALID', 'Rows cannot be used: got 3 bad rows', {
      hint: 'Correct them.',
      details: {
        count: 3,
        problems: ['no user id', 'no time'].map((problem) => ({ problem, count: 1, examples: [] })),
      },
    });
    const { stderr } = await runScripted(['run', config], { views: [], platformError });
    expect(stderr().trim().split('\n').slice(-2)).toEqual([
      'error: Rows cannot be used: got 3 bad rows',
      'hint: Correct them.',
    ]);
  });

  test('a bad config with --json prints one object with every problem and ends with 78', async () => {
    const result = await runScripted(['run', config, '--json', '--set', 'seed=-1', '--set', 'sead=1']);
    expect(result.exitCode).toBe(78);
    expect(jsonOf(result)).toMatchObject({
      status: 'failed',
      experiment_id: null,
      error: { code: 'CONFIG_INVALID', details: { problems: [{ path: 'sead' }, { path: 'seed' }] } },
    });
    expect(result.stderr()).toContain('--set seed=-1: seed: got -1, expected a whole number >= 0');
    expect(result.recorded.opened).toEqual([]);
  });

  test('--dry-run prints data, trials and sizes and starts nothing', async () => {
    const fake = createScriptedRuntime(
      { views: [] },
      {
        planExperiment: async () => ({
          trials: [{ trialId: 'trial-000', params: { 'model.embedding_dim': 4 } }],
          total: 1,
          rungs: [[1, 3, 50]],
          data: {
            source: 'synthetic',
            size: { users: 350, items: 250, engagements: 7500, samples: { low: 9000, high: 11_000 } },
            featureDims: { user: 10, item: 20 },
          },
          notes: ['data.source names /x.csv, which does not exist.'],
        }),
      },
    );
    expect(await runCli(['run', config, '--dry-run', '--json', '--set', 'model.hidden_dims=[8]'], fake.runtime)).toBe(
      0,
    );
    await settle();
    // Towers: (10+1)*8 + (8+1)*4 = 124 and (20+1)*8 + (8+1)*4 = 204. Steps: 10,000 * 0.7 / 256 = 27.3.
    expect(JSON.parse(fake.stdout())).toMatchObject({
      trials: [
        { trial_id: 'trial-000', weights: 328, epochs: 50, steps_per_epoch: 28, params: { 'model.embedding_dim': 4 } },
      ],
      rungs: [[1, 3, 50]],
      data: { feature_dims: { user: 10, item: 20 } },
      notes: ['data.source names /x.csv, which does not exist.'],
      config: { model: { hidden_dims: [8] } },
    });
    expect(fake.recorded.opened).toEqual([]);
  });

  test('--dry-run says after which epochs the scheduler may end a trial', async () => {
    const everyEpoch = Array.from({ length: 50 }, (_, index) => index + 1);
    const fake = createFakeRuntime({
      planExperiment: async () => ({
        trials: [],
        total: 0,
        rungs: [[1, 3, 50], everyEpoch, [50]],
        data: { source: 'synthetic', size: null, featureDims: { user: null, item: null } },
        notes: ['what will not go as it reads'],
      }),
    });
    const asha = 'sweep={"space":{"training.batch_size":{"choice":[8]}},"scheduler":{"type":"asha","reduction":3}}';
    expect(await runCli(['run', config, '--dry-run', '--set', asha], fake.runtime)).toBe(0);
    await settle();
    expect(fake.stdout()).toContain(
      [
        'Scheduler: asha',
        '  looks at trials after epochs 1 and 3 of 50 and stops the lower two thirds',
        '  looks at trials after epochs 1, 2, 3, 4, 5, 6, … of 50 and stops the lower two thirds',
        '  trials train up to 50 epochs',
        '',
      ].join('\n'),
    );
    expect(fake.stdout()).toMatch(/\n\nnote: what will not go as it reads\n$/);
  });
});
