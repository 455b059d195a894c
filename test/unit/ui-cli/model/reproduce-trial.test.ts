import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type {
  ReproductionReport,
  ReproductionRequest,
  TrainingComparison,
} from '../../../../contracts/reproduction.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { ModelRuntime } from '../../../../ui-cli/model/model-runtime.ts';
import { datasetSummary, resolvedConfig } from '../../../support/experiment-fixtures.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';
import { createScriptedRuntime } from '../../../support/fake-cli/scripted-runtime.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const { seed, model, training } = resolvedConfig();

const EQUAL: TrainingComparison = {
  verdict: 'equal',
  tolerance: 0,
  values: 44,
  firstDifference: null,
  largestDifference: null,
  isModelEqual: true,
};

const DIFFERENCE = {
  source: 'metrics',
  epoch: 2,
  metric: 'val_loss',
  recorded: 0.25,
  reproduced: 0.5,
  difference: 0.25,
} as const;

const reportOf = (change: Partial<ReproductionReport> = {}): ReproductionReport => ({
  runId: RUN,
  experimentId: 'demo-0123456789',
  trialId: 'trial-001',
  dataset: datasetSummary,
  settings: { seed, model, training, relevanceThreshold: 0.4 },
  epochs: { recorded: 2, reproduced: 2 },
  seconds: 3,
  outOfMemory: null,
  comparison: EQUAL,
  circumstances: [
    { name: 'training_code', recorded: 'abcdef0123456789', here: 'abcdef0123456789', isEqual: true },
    { name: 'git_commit', recorded: 'aaaa', here: 'bbbb', isEqual: false },
    { name: 'threads', recorded: null, here: '1', isEqual: null },
  ],
  ...change,
});

const cli = async (args: readonly string[], reproduceTraining: ModelRuntime['reproduceTraining']) => {
  const fake = createScriptedRuntime({ views: [] }, { reproduceTraining });
  const exitCode = await runCli(['reproduce', ...args], fake.runtime);
  await new Promise((done) => setImmediate(done));
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr(), listeners: fake.listeners() };
};

const answered = (args: readonly string[], change: Partial<ReproductionReport> = {}) =>
  cli(args, async () => reportOf(change));

describe('ui-cli/reproduce', () => {
  // The list of experiments has demo-0123456789 and other-abcdefabcd.
  test.each([
    ['demo', 'demo-0123456789'],
    ['demo-01', 'demo-0123456789'],
    ['demo/trial-003', 'demo-0123456789/trial-003'],
    ['tt-exp/demo/0123456789/trial-003', 'tt-exp/demo/0123456789/trial-003'],
    ['gone-0123456789', 'gone-0123456789'],
    [RUN, RUN],
  ])('ui-cli/reproduce: takes %s for %s', async (given, run) => {
    const asked: string[] = [];
    const { exitCode } = await cli([given], async (request) => {
      asked.push(request.run);
      return reportOf();
    });
    expect([exitCode, asked]).toEqual([0, [run]]);
  });

  test('ui-cli/reproduce: a training that is equal ends with 0 and says what was compared', async () => {
    const { exitCode, stdout, listeners } = await answered([RUN]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`Reproduced: 44 values of 2 epochs are equal bit by bit; the model's files are equal.
  Run: ${RUN} (trial-001 of demo-0123456789)
  Dataset version: ds-0123456789abcdef
  Time: 3.0 s

               recorded      here
training code  abcdef012345  abcdef012345
git commit     aaaa          bbbb          differs
threads        –             1             not known
`);
    expect(listeners).toBe(0);
  });

  test('ui-cli/reproduce: a difference ends with 1 and names epoch, metric, both values and the largest', async () => {
    const comparison = { ...EQUAL, verdict: 'differs', firstDifference: DIFFERENCE, largestDifference: DIFFERENCE };
    const { exitCode, stdout } = await answered([RUN], { comparison } as Partial<ReproductionReport>);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("Not reproduced: of 44 values of 2 epochs some differ; the model's files are equal.\n");
    expect(stdout).toContain("First difference: epoch 2, val_loss: 0.25 in the run's metrics, 0.5 here\n");
    expect(stdout).toContain('Largest difference: 0.25, val_loss of epoch 2\n');
    // Another commit with the same training code explains nothing.
    expect(stdout).toContain('Nothing recorded explains it');
  });

  test('ui-cli/reproduce: where the circumstances differ they may explain the difference', async () => {
    const comparison = { ...EQUAL, verdict: 'differs', isModelEqual: false } as const;
    const circumstances = [{ name: 'threads', recorded: '1', here: '2', isEqual: false }] as const;
    const { stdout } = await answered([RUN], { comparison, circumstances });
    expect(stdout).toContain("Not reproduced: 44 values of 2 epochs are equal, but the model's files differ.\n");
    expect(stdout).toContain('The differences above may explain it.\n');
  });

  test('ui-cli/reproduce: within a tolerance it ends with 0', async () => {
    const requests: ReproductionRequest[] = [];
    const comparison = {
      ...EQUAL,
      verdict: 'within_tolerance',
      tolerance: 1e-6,
      isModelEqual: false,
      firstDifference: { ...DIFFERENCE, difference: 1e-9 },
    } as const;
    const { exitCode, stdout } = await cli([RUN, '--tolerance', '1e-6'], async (request) => {
      requests.push(request);
      return reportOf({ comparison });
    });
    expect(exitCode).toBe(0);
    expect(requests).toMatchObject([{ run: RUN, tolerance: 1e-6 }]);
    expect(stdout).toContain("44 values of 2 epochs are equal within 0.000001; the model's files differ.");
  });

  test('ui-cli/reproduce: tells of fewer epochs, and of memory that had run out', async () => {
    const { stdout } = await answered([RUN], {
      epochs: { recorded: 2, reproduced: 1 },
      outOfMemory: 'batch_size halved to 128',
    });
    expect(stdout).toContain('  Epochs: 2 recorded, 1 here\n');
    expect(stdout).toContain('  Memory ran out: batch_size halved to 128\n');
  });

  test('ui-cli/reproduce: --json prints one object, with progress on stderr', async () => {
    const comparison = { ...EQUAL, verdict: 'differs', firstDifference: DIFFERENCE } as const;
    const { exitCode, stdout, stderr } = await cli(['demo-0123456789/trial-001', '--json'], async ({ onEvent }) => {
      onEvent({ kind: 'dataset', dataset: datasetSummary, useCase: 'developer_startup' });
      return reportOf({ comparison });
    });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      run_id: RUN,
      experiment_id: 'demo-0123456789',
      trial_id: 'trial-001',
      dataset_version: 'ds-0123456789abcdef',
      epochs: { recorded: 2, reproduced: 2 },
      seconds: 3,
      out_of_memory: null,
      verdict: 'differs',
      tolerance: 0,
      values: 44,
      first_difference: DIFFERENCE,
      largest_difference: null,
      model_equal: true,
      circumstances: [
        { name: 'training_code', recorded: 'abcdef0123456789', here: 'abcdef0123456789', equal: true },
        { name: 'git_commit', recorded: 'aaaa', here: 'bbbb', equal: false },
        { name: 'threads', recorded: null, here: '1', equal: null },
      ],
      settings: { seed, model, training, relevanceThreshold: 0.4 },
    });
    expect(stderr).toContain('Loaded 1000 samples');
  });

  test('ui-cli/reproduce: Ctrl-C ends with 130 and says that nothing was kept', async () => {
    const fake = createFakeRuntime({
      reproduceTraining: ({ signal }) => {
        fake.interrupt();
        return Promise.reject(signal.reason);
      },
    });
    expect(await runCli(['reproduce', RUN], fake.runtime)).toBe(130);
    await new Promise((done) => setImmediate(done));
    expect(fake.stderr()).toContain('it starts from the beginning');
  });

  test('ui-cli/reproduce: an error ends with its own code', async () => {
    const failing = async (): Promise<never> => {
      throw new TtExpError('RUN_NOT_FOUND', 'run: got one that nobody knows');
    };
    expect((await cli([RUN], failing)).exitCode).toBe(66);
  });

  test.each(['-1', 'some', ''])('ui-cli/reproduce: --tolerance "%s" ends with 64', async (tolerance) => {
    const { exitCode, stderr } = await answered([RUN, `--tolerance=${tolerance}`]);
    expect(exitCode).toBe(64);
    expect(stderr).toContain('expected a number >= 0');
  });
});
