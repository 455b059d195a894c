import { describe, expect, test } from 'vitest';
import { configDigest } from '../../../../config/digest.ts';
import { loadConfig } from '../../../../config/load.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ExperimentInput } from '../../../../contracts/experiment.ts';
import { experimentIds } from '../../../../contracts/ids.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { completedView, EXPERIMENT_ID, trainingView, trialView, viewOf } from '../../../support/experiment-views.ts';
import type { FakeScript } from '../../../support/fake-cli/fake-platform.ts';
import { createScriptedRuntime, type ScriptedRuntime } from '../../../support/fake-cli/scripted-runtime.ts';

const RANDOM = ['sweep.sampler=random', 'sweep.max_trials=4'];

const inputOf = async (...set: readonly string[]): Promise<ExperimentInput> => {
  const config = await loadConfig('experiments/smoke.json', set);
  return {
    experimentId: EXPERIMENT_ID,
    config,
    configDigest: configDigest(config),
    isFresh: false,
    source: null,
    gitCommit: null,
    user: 'tester',
  };
};

/** Streams hand their text on in a later turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const cli = async (args: readonly string[], script: FakeScript): Promise<ScriptedRuntime & { exitCode: number }> => {
  const fake = createScriptedRuntime(script);
  const exitCode = await runCli(args, fake.runtime);
  await settle();
  return { ...fake, exitCode };
};

const running: FakeScript = { views: [trainingView()] };
const ended: FakeScript = { views: [completedView()] };

describe('ui-cli/steering', () => {
  test.each([
    [['pause', EXPERIMENT_ID], ['pause', EXPERIMENT_ID], 'paused; running trials end their epoch'],
    [['resume', EXPERIMENT_ID], ['resume', EXPERIMENT_ID], 'resumed'],
    [['parallel', EXPERIMENT_ID, '4'], ['setMaxParallel', EXPERIMENT_ID, 4], 'at most 4 trials at once from now on'],
    [['parallel', EXPERIMENT_ID, '1'], ['setMaxParallel', EXPERIMENT_ID, 1], 'at most 1 trial at once from now on'],
    [
      ['cancel', EXPERIMENT_ID, '--trial', 'trial-001'],
      ['cancelTrial', EXPERIMENT_ID, 'trial-001'],
      'trial-001 is cancelled',
    ],
    [['retry', EXPERIMENT_ID], ['retryFailed', EXPERIMENT_ID], 're-runs trial-002'],
  ])('%j makes one request and says what follows', async (args, request, text) => {
    const result = await cli(args, running);
    expect([result.exitCode, result.recorded.steered, result.stdout()]).toEqual([0, [request], '']);
    expect(result.stderr()).toContain(text);
    expect(result.stderr()).toContain(`tt-exp watch ${EXPERIMENT_ID}`);
  });

  test.each([
    [['pause', EXPERIMENT_ID], { paused: true }],
    [['resume', EXPERIMENT_ID], { paused: false }],
    [['parallel', EXPERIMENT_ID, '4'], { max_parallel: 4 }],
    [['cancel', EXPERIMENT_ID], { cancelled: 'experiment' }],
    [['cancel', EXPERIMENT_ID, '--trial', 'trial-001'], { cancelled: 'trial-001' }],
    [['cancel', EXPERIMENT_ID, '--trial', 'trial-001-replicate-2'], { cancelled: 'trial-001-replicate-2' }],
    [['retry', EXPERIMENT_ID], { retried: ['trial-002'], restarted: false }],
  ])('%j --json prints one object', async (args, json) => {
    const result = await cli([...args, '--json'], running);
    expect(JSON.parse(result.stdout())).toEqual({ experiment_id: EXPERIMENT_ID, ...json });
  });

  test.each([
    [['pause', EXPERIMENT_ID], ended, 'got one that is completed, expected one with trials left to train'],
    [['pause', EXPERIMENT_ID], { views: [viewOf('evaluate')] }, 'has finished training (phase evaluate)'],
    [['cancel', EXPERIMENT_ID, '--trial', '3'], running, 'trial: got "3", expected an id such as trial-003'],
    [['parallel', EXPERIMENT_ID, '0'], running, '<n>: got "0", expected a whole number >= 1'],
  ] as const)('%j is refused with 64 where it would do nothing (case %#)', async (args, script, text) => {
    const result = await cli(args, script);
    expect([result.exitCode, result.recorded.steered]).toEqual([64, []]);
    expect(result.stderr()).toContain(text);
    expect(result.stderr()).toContain('hint: ');
  });

  test('what the experiment turns down ends the command with its reason', async () => {
    const steeringError = new TtExpError('USAGE', `experiment ${EXPERIMENT_ID}: no trial has failed`);
    const result = await cli(['retry', EXPERIMENT_ID], { ...running, steeringError });
    expect(result.exitCode).toBe(64);
    expect(result.stderr()).toContain('no trial has failed');
  });

  test('retry starts an ended experiment again, under its own digest', async () => {
    const input = await inputOf();
    const result = await cli(['retry', EXPERIMENT_ID, '--json'], { ...ended, input });
    expect(result.recorded.started).toEqual([
      {
        config: input.config,
        configDigest: input.configDigest,
        isFresh: false,
        source: { experimentId: EXPERIMENT_ID, identity: null },
      },
    ]);
    expect(JSON.parse(result.stdout())).toEqual({
      experiment_id: EXPERIMENT_ID,
      retried: ['trial-002'],
      restarted: true,
    });
  });

  test('retry has nothing to do where every trial has finished', async () => {
    const views = [
      completedView({ trials: [trialView(0, { status: 'completed' }), trialView(1, { status: 'pruned' })] }),
    ];
    const result = await cli(['retry', EXPERIMENT_ID], { views, input: await inputOf() });
    expect([result.exitCode, result.recorded.started]).toEqual([64, []]);
    expect(result.stderr()).toContain('has no failed or cancelled trial');
  });
});

const DATABASE = { host: 'db.example', port: 5432, database: 'app', user: 'reader', options: null };
const OTHER_URL = ['data.source.url_env="OTHER_URL"'];

describe('the database of an experiment', () => {
  const inputOfPostgres = async () => {
    const config = await loadConfig('experiments/postgres.json', []);
    return { ...(await inputOf()), config, configDigest: configDigest(config), source: DATABASE };
  };

  test('retry reads the database that the experiment has read', async () => {
    const result = await cli(['retry', EXPERIMENT_ID], { ...ended, input: await inputOfPostgres() });
    expect(result.recorded.started).toMatchObject([{ source: { experimentId: EXPERIMENT_ID, identity: DATABASE } }]);
  });

  test.each([
    [['training.num_epochs=70'], { experimentId: EXPERIMENT_ID, identity: DATABASE }],
    [OTHER_URL, undefined],
  ])('extend --set %j reads the same database unless it names another variable', async (set, source) => {
    const flags = set.flatMap((one) => ['--set', one]);
    const result = await cli(['extend', EXPERIMENT_ID, ...flags], { ...ended, input: await inputOfPostgres() });
    expect(result.recorded.started.map((started) => started.source)).toEqual([source]);
  });
});

describe('extend', () => {
  test.each([
    [['--epochs', '30'], 'training.num_epochs=30'],
    [['--trials', '9'], 'sweep.max_trials=9'],
    [['--set', 'sweep.scheduler.type=asha'], 'sweep.scheduler.type=asha'],
  ])('extend %j starts the changed config as a new experiment', async (flags, change) => {
    const input = await inputOf(...RANDOM);
    const result = await cli(['extend', EXPERIMENT_ID, ...flags, '--json'], { ...ended, input });
    const { config, configDigest: digest } = await inputOf(...RANDOM, change);
    expect(result.recorded.started).toEqual([{ config, configDigest: digest, isFresh: false, extends: EXPERIMENT_ID }]);
    const { experimentId, workflowId } = experimentIds('smoke', digest);
    expect(JSON.parse(result.stdout())).toEqual({
      experiment_id: experimentId,
      workflow_id: workflowId,
      extends: EXPERIMENT_ID,
      attached: false,
    });
  });

  test('extend --epochs counts from sweep.fixed, and changes it there', async () => {
    const fixed = (epochs: number) => [...RANDOM, `sweep.fixed.training.num_epochs=${epochs}`];
    const extendTo = async (epochs: string) =>
      cli(['extend', EXPERIMENT_ID, '--epochs', epochs], { ...ended, input: await inputOf(...fixed(2)) });
    const { config } = await inputOf(...fixed(3));
    expect((await extendTo('3')).recorded.started).toMatchObject([{ config }]);
    expect((await extendTo('2')).stderr()).toContain('expected more than the 2 it has');
  });

  test('extend prints the old and the new id', async () => {
    const result = await cli(['extend', EXPERIMENT_ID, '--epochs', '30'], { ...ended, input: await inputOf() });
    expect(result.stdout()).toMatch(new RegExp(`^${EXPERIMENT_ID} -> smoke-[0-9a-f]{10}\n$`));
  });

  test.each([
    [[], 'got no change, expected --trials, --epochs or --set'],
    [['--trials', '4'], 'got --trials 4, expected more than the 4 it has'],
    [['--epochs', '1'], 'got --epochs 1, expected more than the'],
    [['--trials', '20000'], '--trials 20000'],
  ])('extend %j starts nothing', async (flags, text) => {
    const result = await cli(['extend', EXPERIMENT_ID, ...flags], { ...ended, input: await inputOf(...RANDOM) });
    expect(result.recorded.started).toEqual([]);
    expect([64, 78]).toContain(result.exitCode);
    expect(result.stderr()).toContain(text);
  });

  test('extend --trials is refused for a grid without max_trials', async () => {
    const result = await cli(['extend', EXPERIMENT_ID, '--trials', '9'], { ...ended, input: await inputOf() });
    expect(result.exitCode).toBe(64);
    expect(result.stderr()).toContain('a grid that tries every point');
  });

  test('extend waits for no running experiment', async () => {
    const result = await cli(['extend', EXPERIMENT_ID, '--epochs', '30'], { ...running, input: await inputOf() });
    expect([result.exitCode, result.recorded.started]).toEqual([64, []]);
    expect(result.stderr()).toContain('got one that is running, expected one that has ended');
  });
});
