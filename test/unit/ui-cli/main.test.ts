import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { configDigest } from '../../../config/digest.ts';
import { loadConfig } from '../../../config/load.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ExperimentView } from '../../../contracts/experiment.ts';
import { GATE_NOT_RUN } from '../../../contracts/gate.ts';
import { experimentIds } from '../../../contracts/ids.ts';
import { runCli } from '../../../ui-cli/main.ts';
import type { CliRuntime } from '../../../ui-cli/runtime.ts';
import { completedView, EXPERIMENT_ID, trainingView, viewOf } from '../../support/experiment-views.ts';
import type { FakeScript } from '../../support/fake-cli/fake-platform.ts';
import { createFakeRuntime, type FakeRuntime } from '../../support/fake-cli/fake-runtime.ts';
import { createScriptedRuntime, type ScriptedRuntime } from '../../support/fake-cli/scripted-runtime.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';
let config = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp cli ');
  config = join(folder, 'demo.json');
  await writeFile(config, '{"name":"demo"}');
});

/** Streams hand their text on in a later turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const cli = async (
  args: readonly string[],
  script: FakeScript = { views: [completedView()] },
  act: (fake: FakeRuntime) => void = () => {},
): Promise<ScriptedRuntime & { exitCode: number }> => {
  const fake = createScriptedRuntime(script);
  const running = runCli(args, fake.runtime);
  act(fake);
  const exitCode = await running;
  await settle();
  return { ...fake, exitCode };
};

const jsonOf = ({ stdout }: FakeRuntime): Record<string, unknown> => JSON.parse(stdout()) as Record<string, unknown>;

const detachSoon = ({ interrupt, stderr }: FakeRuntime): void => {
  const timer = setInterval(() => {
    if (stderr().includes('train: started')) {
      clearInterval(timer);
      interrupt();
    }
  }, 5);
};

describe('usage', () => {
  test('--help lists every command on stdout and ends with 0', async () => {
    const { exitCode, stdout } = await cli(['--help']);
    expect(exitCode).toBe(0);
    const commands = [...stdout().matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    expect(commands).toEqual(
      expect.arrayContaining([
        'run',
        'watch',
        'cancel',
        'approve',
        'reject',
        'list',
        'validate',
        'up',
        'down',
        'status',
        'doctor',
        'worker',
        'data',
      ]),
    );
  });

  test.each([['run'], ['watch'], ['validate'], ['worker'], ['data', 'generate']])(
    '%s --help shows examples',
    async (...command) => {
      const { exitCode, stdout } = await cli([...command, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout()).toContain(`$ tt-exp ${command.join(' ')}`);
    },
  );

  test('--version prints the version alone', async () => {
    const { exitCode, stdout } = await cli(['--version']);
    expect([exitCode, stdout()]).toEqual([0, '9.9.9\n']);
  });

  test('no command prints the help on stderr and ends with 64', async () => {
    const { exitCode, stdout, stderr } = await cli([]);
    expect([exitCode, stdout()]).toEqual([64, '']);
    expect(stderr()).toContain('Usage: tt-exp');
  });

  test.each([
    [['rnu', 'x.json'], 'tt-exp: got the unknown command rnu', 'Did you mean run?'],
    [['data', 'genrate'], 'tt-exp data: got the unknown command genrate', 'Did you mean generate?'],
    [['run', 'x.json', '--jsn'], 'tt-exp run: got the unknown option --jsn', 'Did you mean --json?'],
    [['run'], "tt-exp run: missing required argument 'config'", '`tt-exp run --help`'],
    [['worker'], "tt-exp worker: required option '--queue <name>' not specified", '`tt-exp worker --help`'],
    [['worker', '--queue', 'tt-cpus'], '--queue: got "tt-cpus", expected one of tt-cpu, tt-gpu', '--queue tt-gpu'],
    [['worker', '--queue', 'tt-cpu', '--slots', '0'], '--slots: got "0", expected a whole number >= 1', '--slots 1'],
    [['run', 'x.json', '--timeout', 'soon'], '--timeout: got "soon", expected a duration', '--timeout 30m'],
    [
      ['run', 'x.json', '--set', 'seed'],
      '--set: got "seed", expected <key>=<value>',
      '--set training.learning_rate=0.0005',
    ],
    [['status', 'extra'], "tt-exp status: too many arguments for 'status'", '`tt-exp status --help`'],
  ])('%j ends with 64, an error line and a hint', async (args, error, hint) => {
    const { exitCode, stdout, stderr } = await cli(args);
    expect([exitCode, stdout()]).toEqual([64, '']);
    const [first, second, ...rest] = stderr().trimEnd().split('\n');
    expect(first).toMatch(/^error: /);
    expect(first).toContain(error);
    expect(second).toMatch(/^hint: /);
    expect(second).toContain(hint);
    expect(rest).toEqual([]);
  });

  test('--verbose before a command leaves the mistake with that command', async () => {
    const { exitCode, stderr } = await cli(['--verbose', 'run', 'x.json', '--jsn']);
    expect(exitCode).toBe(64);
    expect(stderr()).toContain('error: tt-exp run: got the unknown option --jsn');
  });

  test('a missing config ends with 66', async () => {
    const { exitCode, stderr } = await cli(['run', join(folder, 'missing.json')]);
    expect(exitCode).toBe(66);
    expect(stderr()).toContain('missing.json: got no such file, expected a JSON config');
  });

  test('an unexpected error asks for --verbose, which shows its stack', async () => {
    for (const [args, hasStack] of [
      [['status'], false],
      [['status', '--verbose'], true],
      [['--verbose', 'status'], true],
    ] as const) {
      const fake = createFakeRuntime({ services: { status: () => Promise.reject(new TypeError('boom')) } });
      expect(await runCli(args, fake.runtime)).toBe(1);
      await settle();
      expect(fake.stderr()).toContain('error: tt-exp failed unexpectedly: TypeError: boom');
      expect(fake.stderr().includes('main.test.ts')).toBe(hasStack);
    }
  });
});

describe('run', () => {
  test('run --json prints exactly one JSON object, progress goes to stderr', async () => {
    const result = await cli(['run', config, '--json'], {
      views: [viewOf('extract'), trainingView(), completedView()],
    });
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toMatchObject({ status: 'completed', gate: { decision: 'promoted' } });
    expect(result.stderr()).toContain('trial-001: epoch 4/10');
    expect(result.recorded).toMatchObject({ opened: [true], closed: 1 });
  });

  test('run starts the resolved config under its digest', async () => {
    const { recorded } = await cli(['run', config, '--json', '--fresh', '--set', 'seed=3']);
    const resolved = await loadConfig(config, ['seed=3']);
    expect(recorded.started).toEqual([{ config: resolved, configDigest: configDigest(resolved), isFresh: true }]);
  });

  test('run without --json prints the summary on stdout', async () => {
    const { exitCode, stdout, stderr } = await cli(['run', config]);
    expect(exitCode).toBe(0);
    expect(stdout()).toContain(`${EXPERIMENT_ID}: completed`);
    expect(stdout()).toContain('http://127.0.0.1:5000/#/experiments/3');
    expect(stderr()).not.toContain('error:');
  });

  test('a rejected model is a result; with --require-promotion it ends with 1', async () => {
    const gate = { ...GATE_NOT_RUN, decision: 'rejected', reasons: ['Too low.'] } as const;
    const script = { views: [completedView({ gate })] };
    expect((await cli(['run', config, '--json'], script)).exitCode).toBe(0);
    const strict = await cli(['run', config, '--json', '--require-promotion'], script);
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
    const result = await cli(['run', config, '--json'], { views: [trainingView({ status: 'failed', error })] });
    expect(result.exitCode).toBe(1);
    expect(jsonOf(result)).toMatchObject({ status: 'failed', error });
    expect(result.stderr()).toContain('error: all trials failed; first cause: X\nhint: Look there.');
  });

  test('a cancelled experiment prints its JSON and ends with 130', async () => {
    const result = await cli(['run', config, '--json'], { views: [trainingView({ status: 'cancelled' })] });
    expect(result.exitCode).toBe(130);
    expect(jsonOf(result)).toMatchObject({ status: 'cancelled', trials: [{}, {}, {}] });
  });

  test('a cancellation on request is told as such, not as an error, and how to finish the rest', async () => {
    const view = trainingView({ status: 'cancelled' });
    const result = await cli(['run', config, '--plain'], { views: [view] });
    expect(result.exitCode).toBe(130);
    expect(result.stderr()).toContain(
      `experiment ${view.experimentId}: cancelled on request; finished trials are kept\n`,
    );
    expect(result.stderr()).toContain('hint: Finish it with `tt-exp retry ');
    expect(result.stderr()).not.toContain('error:');
  });

  test('Ctrl-C during a pause says that the experiment stays paused, and how to resume it', async () => {
    const view = trainingView({ sweep: { isPaused: true, maxParallel: 2, halt: null, trialCount: 3 } });
    const result = await cli(['run', config, '--json'], { views: [view] }, detachSoon);
    expect(result.exitCode).toBe(130);
    expect(result.stderr()).toMatch(
      /detached: experiment (demo-[0-9a-f]{10}) stays paused\nresume it: tt-exp resume \1\n/,
    );
    expect(result.stderr()).not.toContain('keeps running');
  });

  test('Ctrl-C detaches: 130, how to watch and cancel, and the JSON of what was seen', async () => {
    const result = await cli(['run', config, '--json'], { views: [trainingView()] }, detachSoon);
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
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    );
    const running = runCli(['run', config, '--json'], fake.runtime);
    await expect.poll(() => fake.listeners()).toBe(1);
    fake.interrupt();
    expect(await running).toBe(130);
    await settle();
    expect(jsonOf(fake)).toMatchObject({ status: 'cancelled', error: { code: 'INTERRUPTED' } });
    expect(fake.recorded.started).toEqual([]);
    expect(fake.listeners()).toBe(0);
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
    const result = await cli(['run', config, '--detach']);
    const { experimentId } = experimentIds('demo', configDigest(await loadConfig(config)));
    expect([result.exitCode, result.stdout()]).toEqual([0, `${experimentId}\n`]);
    expect(result.recorded.started).toHaveLength(1);
  });

  test('--detach from an experiment that is paused already says that it stays paused', async () => {
    const view = trainingView({ sweep: { isPaused: true, maxParallel: 2, halt: null, trialCount: 3 } });
    const result = await cli(['run', config, '--detach'], { views: [view], isAttached: true });
    expect(result.exitCode).toBe(0);
    expect(result.stderr()).toMatch(
      /detached: experiment (demo-[0-9a-f]{10}) stays paused\nresume it: tt-exp resume \1\n/,
    );
  });

  test('--timeout detaches with 75 and its JSON says detached', async () => {
    const result = await cli(['run', config, '--json', '--timeout', '200ms'], { views: [trainingView()] });
    expect(result.exitCode).toBe(75);
    expect(jsonOf(result)).toMatchObject({ status: 'detached', error: { code: 'TIMED_OUT' } });
    expect(result.stderr()).toContain('tt-exp watch demo-');
    expect(result.stderr()).toMatch(
      /error: Stopped watching after 0\.2 s; experiment demo-[0-9a-f]{10} is still running\n/,
    );
  });

  test('a gate that awaits approval ends the watching with how to decide', async () => {
    const gate = { ...GATE_NOT_RUN, decision: 'awaiting_approval', reasons: ['Good.'] } as const;
    const result = await cli(['run', config], { views: [completedView({ status: 'running', phase: 'gate', gate })] });
    expect(result.exitCode).toBe(0);
    expect(result.stdout()).toContain(`tt-exp approve ${EXPERIMENT_ID}`);
  });

  test('services that fail to start give an error, a JSON and no experiment', async () => {
    const platformError = new TtExpError('SERVICE_START_FAILED', 'mlflow: ended with status 1', {
      hint: 'See the log.',
    });
    const result = await cli(['run', config, '--json'], { views: [], platformError });
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
    const { stderr } = await cli(['run', config], { views: [], platformError });
    expect(stderr().trim().split('\n').slice(-2)).toEqual([
      'error: Rows cannot be used: got 3 bad rows',
      'hint: Correct them.',
    ]);
  });

  test('a bad config with --json prints one object with every problem and ends with 78', async () => {
    const result = await cli(['run', config, '--json', '--set', 'seed=-1', '--set', 'sead=1']);
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

describe('other commands', () => {
  test('watch attaches without starting services, by a beginning that only one id has', async () => {
    const result = await cli(['watch', 'demo', '--json']);
    expect(result.exitCode).toBe(0);
    expect(jsonOf(result)).toMatchObject({ experiment_id: EXPERIMENT_ID, status: 'completed' });
    expect(result.recorded.opened).toEqual([false]);
  });

  test('an id that nothing has ends with 66 and the nearest id', async () => {
    const result = await cli(['cancel', 'demmo-012345678']);
    expect(result.exitCode).toBe(66);
    expect(result.stderr()).toContain(`Did you mean ${EXPERIMENT_ID}?`);
    expect(result.recorded.cancelled).toEqual([]);
  });

  test('cancel asks for the cancellation of that experiment', async () => {
    const result = await cli(['cancel', EXPERIMENT_ID]);
    expect([result.exitCode, result.recorded.cancelled]).toEqual([0, [EXPERIMENT_ID]]);
  });

  test('approve and reject pass decision, person and reason on', async () => {
    const approved = await cli(['approve', EXPERIMENT_ID, '--reason', 'fine']);
    expect(approved.recorded.decisions).toEqual([[EXPERIMENT_ID, { isApproved: true, by: 'tester', reason: 'fine' }]]);
    const rejected = await cli(['reject', EXPERIMENT_ID]);
    expect(rejected.recorded.decisions).toEqual([[EXPERIMENT_ID, { isApproved: false, by: 'tester', reason: '' }]]);
  });

  test('validate judges every file and ends with the code of the first bad one', async () => {
    const bad = join(folder, 'bad.json');
    await writeFile(bad, '{"name":"bad","sead":1}');
    const result = await cli(['validate', config, bad, join(folder, 'none.json')]);
    expect(result.exitCode).toBe(78);
    expect(result.stdout()).toMatch(/demo\.json: valid \(demo-[0-9a-f]{10}\)\n$/);
    expect(result.stderr()).toContain('did you mean "seed"?');
    expect(result.stderr()).toContain('none.json: got no such file');
    const json = await cli(['validate', config, bad, '--json']);
    expect(jsonOf(json)).toMatchObject({
      configs: [
        { is_valid: true, problems: [] },
        { is_valid: false, problems: [{ line: 1, path: 'sead' }] },
      ],
    });
  });

  test('doctor ends with 69 when a needed part is missing, and names the remedy', async () => {
    const check = {
      part: 'python',
      chosen: 'none',
      version: null,
      address: null,
      status: 'missing',
      remedy: 'Install python3.',
    } as const;
    const doctor = async () => ({ checks: [check], isUsable: false, runs: null });
    const fake = createFakeRuntime({ services: { doctor } });
    expect(await runCli(['doctor'], fake.runtime)).toBe(69);
    await settle();
    expect(fake.stdout()).toContain('hint: python: Install python3.');
  });

  test('doctor --repair names what it closed and left, and asks for a word on databases that are lost', async () => {
    const run = { runId: 'r1', name: 'trial-000', workflowId: 'w', temporalId: 'db-1', reason: 'its workflow is gone' };
    const runs = {
      isRepaired: true,
      abandoned: [run],
      left: [{ ...run, runId: 'r2', temporalId: 'db-2', reason: 'why' }],
    };
    const asked: unknown[] = [];
    const doctor = async (request: object) => {
      asked.push(request);
      return { checks: [], isUsable: true, runs };
    };
    const fake = createFakeRuntime({ services: { doctor } });
    expect(await runCli(['doctor', '--repair', '--lost', 'db-0'], fake.runtime)).toBe(0);
    expect(await runCli(['doctor', '--lost', 'db-0'], fake.runtime)).toBe(64);
    await settle();
    expect(asked).toEqual([{ isRepair: true, lost: ['db-0'] }]);
    expect(fake.stdout()).toContain('closed: run trial-000 (r1): its workflow is gone');
    expect(fake.stdout()).toContain('left alone: run trial-000 (r2): why');
    expect(fake.stdout()).toContain('tt-exp doctor --repair --lost db-2');
    expect(fake.stdout()).not.toContain('--lost db-1');
  });

  test('worker serves until Ctrl-C, then ends with 0', async () => {
    const fake = createFakeRuntime({
      runWorker: ({ signal, onReady, queue, slots }) =>
        new Promise((resolve) => {
          expect([queue, slots]).toEqual(['tt-gpu', 2]);
          signal.addEventListener('abort', () => resolve());
          onReady();
        }),
    });
    const running = runCli(['worker', '--queue', 'tt-gpu', '--slots', '2'], fake.runtime);
    await expect.poll(() => fake.stderr()).toContain('serving tt-gpu with 2 slots');
    fake.interrupt();
    expect(await running).toBe(0);
  });

  test('data generate passes its numbers and an absolute folder on', async () => {
    const requests: unknown[] = [];
    const fake = createFakeRuntime({
      generateData: async (request) => {
        requests.push(request);
        return { folder: request.folder, files: ['users.parquet'], users: 20, items: 30, interactions: 99 };
      },
    });
    const args = [
      'data',
      'generate',
      '--users',
      '20',
      '--startups',
      '30',
      '--interactions',
      '40',
      '--seed',
      '5',
      '--to',
      folder,
    ];
    expect(await runCli(args, fake.runtime)).toBe(0);
    await settle();
    expect(requests).toEqual([
      { users: 20, startups: 30, interactions: 40, seed: 5, format: 'parquet', folder, isForced: false },
    ]);
    expect(fake.stdout()).toContain('20 users, 30 items, 99 events');
    expect(await runCli([...args, '--force'], fake.runtime)).toBe(0);
    expect(requests).toHaveLength(2);
    expect(requests[1]).toMatchObject({ folder, isForced: true });
  });
});
