/** The pane of an experiment that says who trains, and what it takes; and what its leaderboard says of the gate. */
import { describe, expect, test } from 'vitest';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import type { RecordedUsage } from '../../../../contracts/experiment-facts.ts';
import type { ServicesStatus } from '../../../../contracts/services.ts';
import { type DrivenDashboard, driveDashboard } from '../../../support/drive-dashboard.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import {
  completedView,
  EXPERIMENT_ID,
  progressAt,
  STARTED_AT_MS,
  trainingView,
  trialView,
} from '../../../support/experiment-views.ts';
import { comparedVerdict } from '../../../support/gate-verdicts.ts';

const worker = (name: string, change: object = {}) => ({
  ...{ name, kind: 'worker', state: 'healthy', pid: 7, version: null, address: null, uiUrl: null },
  ...{ uptimeSeconds: 120, restarts: 0, logFile: null, lastError: null, ...change },
});

const STATUS = {
  home: '/home',
  supervisor: { state: 'running', pid: 1, elsewhere: null, startedAtMs: 0, logFile: '' },
  services: [
    { ...worker('mlflow'), kind: 'mlflow' },
    worker('worker-tt-cpu-1'),
    worker('worker-tt-gpu-1', { state: 'failed', restarts: 3, lastError: 'ended with 1' }),
  ],
} as ServicesStatus;

/** An epoch takes 2 s, and 6 of 10 are left; trial-000 took 1 s for 2 epochs. */
const view = trainingView({
  trials: [
    trialView(0, { status: 'completed', result: trainingResult(0.31) }),
    trialView(1, { status: 'running', epochLimit: 10 }),
    trialView(2),
  ],
  sweep: { isPaused: false, maxParallel: 3, halt: null, trialCount: 3 },
  progress: { 'trial-001': progressAt(4, { pace: { epochSeconds: 2, setupSeconds: 1 } }) },
});

const open = (shown: ExperimentView): DrivenDashboard =>
  driveDashboard(
    { screen: 'experiment', experimentId: EXPERIMENT_ID },
    { nowMs: STARTED_AT_MS, columns: 130, rows: 40 },
  ).answer('experiment', EXPERIMENT_ID, shown);

describe('ui-cli/dashboard/screens/experiment/work', () => {
  test('says of trainings that no worker has begun what they wait for', () => {
    const below = (shown: ExperimentView) =>
      /slots at work.*\n(.*)/.exec(open(shown).press('v', 'v', 'v', 'v').text())?.[1];
    const slots = 'for a slot of a worker; other experiments may have them';
    expect(below({ ...view, progress: {} })).toBe(`trial-001 begins, or waits ${slots}`);
    const all = (isInFlight: boolean) =>
      trainingView({
        trials: [0, 1, 2].map((place) => trialView(place, { status: 'running', isInFlight })),
        progress: isInFlight ? view.progress : {},
      });
    expect(below(all(true))).toBe(`2 begin, or wait ${slots}`);
    // One that has stopped where it is, and those of which a worker has told, wait for none.
    expect(below(all(false))).toBe('Asking for the workers …');
    expect(below(view)).toBe('Asking for the workers …');
  });

  test('asks for workers and usage only while it is shown', () => {
    const others = open(view).asked();
    expect(others.some((feed) => /^(services|usage):/.test(feed))).toBe(false);
    expect(open(view).press('v', 'v', 'v', 'v').asked()).toEqual(
      expect.arrayContaining(['services:', `usage:${EXPERIMENT_ID}`]),
    );
  });

  test('shows slots, workers, and each training with processor, memory, device and the time that is left', () => {
    const lines = open(view)
      .press('v', 'v', 'v', 'v')
      .answer('services', '', STATUS)
      .answer('usage', EXPERIMENT_ID, { 'trial-001': { cpuPercent: 151.6, memoryMegabytes: 1312.2, epoch: 4 } })
      .lines();
    const text = lines.join('\n');
    expect(text).toContain('[work]\n1 of 3 slots at work; TensorFlow native, libtensorflow 2.21.0');
    expect(text).toMatch(/worker-tt-cpu-1 +healthy +2 min 00 s +0\n/);
    expect(text).toMatch(/worker-tt-gpu-1 +failed +2 min 00 s +3 +ended with 1\n/);
    expect(text).not.toMatch(/^mlflow/m);
    expect(text).toMatch(/^trial-001 +running +4 +152 % +1,312 MB +native +2\.0 s +12 s$/m);
    // Nothing is recorded of what it took.
    expect(text).toMatch(/^trial-000 +completed +2 +– +– +\w+ +0\.5 s +–$/m);
    // It has not begun.
    expect(lines.filter((line) => /^trial-002/.test(line))).toEqual([]);
  });

  test('a training on a GPU has its use too, and one of which the driver tells nothing a dash', () => {
    const onGpu = { ...view, tensorflow: { backend: 'gpu', library: 'libtensorflow 2.21.0' } } as ExperimentView;
    const own = { cpuPercent: 101, memoryMegabytes: 900, epoch: 4 };
    const gpu = { gpuPercent: 86.6, gpuMemoryMegabytes: 30_517, gpuMemoryPercent: 37.4 };
    const shown = (usage: RecordedUsage): string =>
      open(onGpu).press('v', 'v', 'v', 'v').answer('usage', EXPERIMENT_ID, { 'trial-001': usage }).text();
    expect(shown({ ...own, ...gpu })).toMatch(/^trial +state +epoch +CPU +memory +GPU +GPU memory +device +/m);
    expect(shown({ ...own, ...gpu })).toMatch(
      /^trial-001 +running +4 +101 % +900 MB +87 % +30,517 MB \(37 %\) +gpu +/m,
    );
    expect(shown({ ...own, gpuMemoryMegabytes: 512 })).toMatch(
      /^trial-001 +running +4 +101 % +900 MB +– +512 MB +gpu +/m,
    );
    expect(shown(own)).toMatch(/^trial-001 +running +4 +101 % +900 MB +– +– +gpu +/m);
  });

  test('says so where no worker runs here', () => {
    const text = open(view)
      .press('v', 'v', 'v', 'v')
      .answer('services', '', { ...STATUS, services: [] })
      .text();
    expect(text).toContain('No worker runs in this home.');
  });
});

describe('ui-cli/dashboard/screens/experiment: vs champion', () => {
  test('the trial that the gate has compared has the difference to the champion with its interval', () => {
    const ci = { mean: 0.0123, low: -0.001, high: 0.025, confidence: 0.95 };
    const text = open(completedView({ gate: comparedVerdict({ ci }) })).text();
    expect(text).toMatch(/NDCG@10 +vs champion/);
    expect(text).toMatch(/trial-000 best .*\+0\.0123 \[−0\.0010, \+0\.0250\]/);
    expect(open(completedView()).text()).not.toContain('vs champion');
  });
});
