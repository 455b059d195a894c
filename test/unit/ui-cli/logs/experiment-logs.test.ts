import { describe, expect, test } from 'vitest';
import type { RecordedEpoch } from '../../../../client/facts-reader.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import {
  blessingView,
  completedView,
  EXPERIMENT_ID,
  progressAt,
  trainingView,
  trialView,
} from '../../../support/experiment-views.ts';
import type { FakeScript } from '../../../support/fake-cli/fake-platform.ts';
import { settle } from '../../../support/fake-cli/fake-runtime.ts';
import { createScriptedRuntime } from '../../../support/fake-cli/scripted-runtime.ts';
import { SMALL_CONFIG } from '../../../support/small-sweep.ts';

const epoch = (number: number, ndcg: number): RecordedEpoch => ({
  ...{ epoch: number, trainLoss: 0.5, valLoss: 0.6, isBest: false, finishedAtMs: Date.UTC(2026, 10, 30, 10, number) },
  validation: { ndcg_at_10: ndcg },
});

const factsOf = ({ progress: _, ...snapshot }: ExperimentView): Pick<FakeScript, 'facts'> => ({
  facts: { config: SMALL_CONFIG, snapshot, origin: 'temporal', extends: null },
});

const logs = async (args: readonly string[], script: FakeScript) => {
  const fake = createScriptedRuntime(script, { serviceLogs: async () => [{ name: 'mlflow', file: '/mlflow.log' }] });
  const exitCode = await runCli(['logs', ...args], fake.runtime);
  await settle();
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr(), lines: fake.stdout().trimEnd().split('\n') };
};

const TWO_EPOCHS = async () => [epoch(1, 0.2), epoch(2, 0.3)];

describe('ui-cli/logs of experiments', () => {
  test('an experiment: what has happened, phases with their times, and no epochs', async () => {
    const { exitCode, lines } = await logs([EXPERIMENT_ID], { views: [], ...factsOf(completedView()) });
    expect(exitCode).toBe(0);
    expect(lines[0]).toBe('2023-11-14 22:13:20  info   prepare: started');
    expect(lines[1]).toBe('2023-11-14 22:13:20  info   prepare: finished after 0.5 s');
    expect(lines).toContain(`${' '.repeat(19)}  info   trial-000: started (learning_rate 0.001, hidden_dims [64,32])`);
    expect(lines.find((line) => line.includes('TRAINING_DIVERGED'))).toContain('  error  trial-002: failed');
    expect(lines.at(-1)).toContain('experiment: completed');
    expect(lines.join()).not.toContain('epoch 1');
  });

  test('an experiment whose blessing is tried again: which attempt, and the last error', async () => {
    const { steps, ...view } = blessingView(2);
    const { facts } = factsOf(view);
    const script = { views: [], facts: { ...facts, ...(steps === undefined ? {} : { steps }) } as FakeScript['facts'] };
    const { lines } = await logs([EXPERIMENT_ID], script as FakeScript);
    expect(lines.find((line) => line.includes('blessing'))).toContain(
      'warn   gate: blessing, attempt 3 of 10; last error: DISK_FULL: no room for a bundle',
    );
  });

  test('an experiment: trials have the times of their runs; where MLflow does not answer, a note says so', async () => {
    const view = completedView();
    const runId = view.trials[0]?.runId ?? '';
    const times = { startTimeMs: Date.UTC(2026, 10, 30, 9), endTimeMs: Date.UTC(2026, 10, 30, 10) };
    const { lines, stderr } = await logs([EXPERIMENT_ID], {
      ...{ views: [], ...factsOf(view) },
      trialTimes: { [runId]: times },
    });
    expect(lines.find((line) => line.includes('trial-000: started'))).toMatch(/^2026-11-30 09:00:00 /);
    expect(lines.find((line) => line.includes('trial-000: completed'))).toMatch(/^2026-11-30 10:00:00 /);
    expect(stderr).toBe('');
    const down = await logs([EXPERIMENT_ID], {
      ...{ views: [], ...factsOf(view) },
      trialTimes: new TtExpError('SERVICE_UNREACHABLE', 'MLflow http://x: no usable answer'),
    });
    expect(down.stderr).toBe('note: times of trials are not shown: MLflow http://x: no usable answer\n');
    expect(down.lines).toHaveLength(lines.length);
  });

  test('a trial: its begin, each epoch with its time, and its end', async () => {
    const script = { views: [], ...factsOf(completedView()), epochs: TWO_EPOCHS };
    const { lines } = await logs([`${EXPERIMENT_ID}/trial-000`], script);
    expect(lines.map((line) => line.replace(/^.{19} {2}/, ''))).toEqual([
      'info   trial-000: started (learning_rate 0.001, hidden_dims [64,32])',
      'info   trial-000: epoch 1/2 train_loss 0.5000 val_loss 0.6000 NDCG@10 0.2000',
      'info   trial-000: epoch 2/2 train_loss 0.5000 val_loss 0.6000 NDCG@10 0.3000',
      'info   trial-000: completed, best NDCG@10 0.3100 at epoch 2 of 2, 1.0 s',
    ]);
    expect(lines[1]).toMatch(/^2026-11-30 10:01:00 {2}/);
    const json = await logs([`${EXPERIMENT_ID}/trial-000`, '--lines', '2', '--json'], script);
    expect(json.lines.map((line) => JSON.parse(line))).toMatchObject([
      { source: `${EXPERIMENT_ID}/trial-000`, time: '2026-11-30T10:02:00.000Z', level: 'info' },
      { time: null },
    ]);
    const late = await logs([`${EXPERIMENT_ID}/trial-000`, '--since', '2026-11-30T10:02'], script);
    expect(late.lines).toHaveLength(2);
  });

  test('-f goes on with what happens, tells no epoch twice, and ends with the trial', async () => {
    const { exitCode, lines } = await logs(['-f', `${EXPERIMENT_ID}/trial-000`], {
      ...factsOf(trainingView({ trials: [trialView(0, { status: 'running' })] })),
      views: [
        trainingView({ trials: [trialView(0, { status: 'running' })], progress: { 'trial-000': progressAt(1) } }),
        trainingView({ trials: [trialView(0, { status: 'completed', result: trainingResult(0.31) })] }),
      ],
      epochs: (() => {
        const answers = [[epoch(1, 0.2)], [epoch(1, 0.2), epoch(2, 0.3)]];
        return async () => answers.shift() ?? [];
      })(),
    });
    expect(exitCode).toBe(0);
    expect(lines.map((line) => /trial-000: (started|epoch \d|completed)/.exec(line)?.[1])).toEqual([
      'started',
      'epoch 1',
      'epoch 2',
      'completed',
    ]);
  });

  test('without MLflow a trial has its begin and end, and a note', async () => {
    const { exitCode, lines, stderr } = await logs([`${EXPERIMENT_ID}/trial-000`], {
      ...factsOf(completedView()),
      views: [],
      epochs: async () => {
        throw new TtExpError('SERVICE_UNREACHABLE', 'MLflow is away');
      },
    });
    expect([exitCode, lines.length]).toEqual([0, 2]);
    expect(stderr).toBe('note: epochs are not shown: MLflow is away\n');
  });

  test('a trial that is none, and an experiment that is none, name what there is', async () => {
    const script = { views: [], ...factsOf(completedView()) };
    const trial = await logs([`${EXPERIMENT_ID}/trial-009`], script);
    expect([trial.exitCode, trial.stderr]).toEqual([
      66,
      expect.stringContaining('hint: Did you mean trial-002? It has trial-000 to trial-002.'),
    ]);
    const experiment = await logs(['dmo-0123456789'], { views: [] });
    expect(experiment.exitCode).toBe(66);
  });
});
