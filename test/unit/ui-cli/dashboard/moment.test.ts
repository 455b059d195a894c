/** The history of an experiment that has ended, on its screen. */
import { describe, expect, test } from 'vitest';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import type { TimedCurves } from '../../../../contracts/experiment-facts.ts';
import { momentAt, momentsOf, stepsOf, viewAtMoment } from '../../../../ui-cli/dashboard/screens/experiment/moment.ts';
import { type DrivenDashboard, driveDashboard } from '../../../support/drive-dashboard.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import {
  completedView,
  EXPERIMENT_ID,
  STARTED_AT_MS,
  trainingView,
  trialView,
} from '../../../support/experiment-views.ts';

const at = (seconds: number): number => STARTED_AT_MS + seconds * 1000;
const point = (epoch: number, value: number, seconds: number) => ({ epoch, value, atMs: at(seconds) });

/** trial-000 trains from 10 s to 30 s, trial-001 from 20 s to 40 s and leads in the end; trial-002 is an earlier one's. */
const CURVES: TimedCurves = {
  'trial-000': [point(1, 0.1, 10), point(2, 0.3, 30)],
  'trial-001': [point(1, 0.2, 20), point(2, 0.2, 30), point(3, 0.4, 40)],
  'trial-002': [point(1, 0.35, -500)],
};

const finished = (index: number, value: number, epochs: number) =>
  trialView(index, { status: 'completed', epochLimit: 3, value, result: { ...trainingResult(value), epochs } });

const view: ExperimentView = completedView({
  trials: [
    finished(0, 0.3, 2),
    { ...finished(1, 0.4, 3), reports: [1, 3].map((epoch) => ({ epoch, value: 0.2, sequence: epoch })) },
    trialView(2, { status: 'cached', epochLimit: 3, value: 0.35, result: { ...trainingResult(0.35), epochs: 1 } }),
    trialView(3, { status: 'failed', error: { code: 'TRAINING_DIVERGED', message: 'loss is NaN' } }),
  ],
  bestTrialId: 'trial-001',
});

describe('ui-cli/dashboard/screens/experiment/moment', () => {
  test('moments are the ends of its own epochs, each once', () => {
    expect(momentsOf(view, CURVES)).toEqual([10, 20, 30, 40].map(at));
  });

  test('steps go evenly from the last moment to the first, at most a hundred of them', () => {
    const moments = Array.from({ length: 301 }, (_, second) => second);
    expect(stepsOf(moments)).toBe(100);
    expect([0, 1, 50, 100, 200].map((steps) => momentAt(moments, steps))).toEqual([300, 297, 150, 0, 0]);
    expect([1, 2, 3].map((steps) => momentAt([5, 6, 9], steps))).toEqual([6, 5, 5]);
    expect(momentAt([5], 1)).toBeNull();
    expect(momentAt([], 1)).toBeNull();
  });

  test('a trial that has not ended an epoch waits, one in between trains, one at its end is as it ended', () => {
    const { trials, progress, bestTrialId } = viewAtMoment(view, CURVES, at(30));
    expect(trials.map(({ status }) => status)).toEqual(['completed', 'running', 'cached', 'pending']);
    expect(trials.map(({ value }) => value)).toEqual([0.3, 0.2, 0.35, null]);
    expect(trials[1]).toMatchObject({ result: null, error: null, reports: [{ epoch: 1 }] });
    // The third epoch of three is at work.
    expect(progress).toEqual({ 'trial-001': expect.objectContaining({ epoch: 3, epochs: 3, last: null }) });
    // trial-001 has not ended, whatever it will show.
    expect(bestTrialId).toBe('trial-002');
    expect(trials[3]?.error).toBeNull();
  });

  test('before its first epoch there is nothing but what was known before', () => {
    const { trials, progress } = viewAtMoment(view, CURVES, at(5));
    expect(trials.map(({ status }) => status)).toEqual(['pending', 'pending', 'cached', 'pending']);
    expect(progress).toEqual({});
  });
});

const open = (shown: ExperimentView = view): DrivenDashboard =>
  driveDashboard(
    { screen: 'experiment', experimentId: EXPERIMENT_ID },
    { nowMs: at(100), columns: 120, rows: 30 },
  ).answer('experiment', EXPERIMENT_ID, shown);

/** As the screen asks for it. */
const withHistory = (screen: DrivenDashboard): DrivenDashboard =>
  screen.send({
    kind: 'fed',
    request: { feed: 'history', of: EXPERIMENT_ID },
    value: CURVES,
    atMs: at(100),
  });

const rowsOf = (screen: DrivenDashboard): readonly string[] =>
  screen.lines().filter((line) => /^[> ] trial-\d+ .*\[64,32\]/.test(line));

describe('ui-cli/dashboard/screens/experiment: history', () => {
  test('< asks for the history once, and shows the moment, in UTC, with the way back', () => {
    const first = open();
    expect(first.asked()).not.toContain(`history:${EXPERIMENT_ID}`);
    const asking = first.press('<');
    expect(asking.asked()).toContain(`history:${EXPERIMENT_ID}`);
    expect(asking.lines().at(-1)).toMatch(/^Asking for the history … {2}Esc now/);
    expect(asking.text()).not.toContain('as of');
    const shown = withHistory(asking);
    // 2023-11-14 22:13:20Z is STARTED_AT_MS.
    expect(shown.lines().at(-1)).toMatch(/^2023-11-14 22:13:50Z {2}< earlier {2}> later {2}Esc now/);
    expect(shown.text()).toContain('as of 2023-11-14 22:13:50Z');
    expect(shown.text()).toContain('2 of 4 trials finished, 1 cached; best trial-002 NDCG@10 0.3500');
    expect(rowsOf(shown).map((row) => row.slice(2, 40).split(/ +/).slice(0, 3))).toEqual([
      ['trial-002', 'best', expect.anything()],
      ['trial-000', expect.anything(), expect.anything()],
      ['trial-001', 'running', '2/3'],
      ['trial-003', 'pending', '0'],
    ]);
  });

  test('no trial has been compared with the champion before the gate had its turn', () => {
    const ci = { mean: 0.013, low: -0.009, high: 0.036, confidence: 0.95 };
    const judged = open({ ...view, gate: { ...view.gate, ci } });
    expect(judged.text()).toMatch(/vs champion[\s\S]*trial-001 best .*\+0\.0130 \[−0\.0090, \+0\.0360\]/);
    const shown = withHistory(judged.press('<'));
    expect(shown.text()).toMatch(/as of [\s\S]*trial-002 best/);
    expect(shown.text()).not.toMatch(/vs champion|\+0\.0130/);
  });

  test('> comes back to the end, Esc at once, and < stops at the first moment', () => {
    const second = withHistory(open().press('<')).press('<');
    expect(second.text()).toContain('as of 2023-11-14 22:13:40Z');
    expect(second.press('>').text()).toContain('as of 2023-11-14 22:13:50Z');
    expect(second.press('>', '>').text()).not.toContain('as of');
    expect(second.press('escape').lines()[0]).toContain(EXPERIMENT_ID);
    expect(second.press('escape').text()).not.toContain('as of');
    const begin = second.press('<', '<');
    expect(begin.text()).toContain('as of 2023-11-14 22:13:30Z');
    expect(begin.text()).toContain('This is the first moment that is recorded.');
  });

  test('curves end at the moment, whatever their metric', () => {
    const points = [1, 2, 3].map((step) => ({ step, value: step / 10, timestampMs: at(10 + 10 * step) }));
    const curve = (screen: DrivenDashboard) => screen.answer('curve', 'run-1/val_loss', points).text();
    const cursor = withHistory(open().press('<')).press('m', 'j', 'j');
    expect(curve(cursor)).toMatch(/val loss[\s\S]*> trial-001 0\.2$/m);
    expect(curve(cursor.press('escape'))).toMatch(/^> trial-001 0\.3$/m);
  });

  test('ui-cli/dashboard/screens/experiment/event-lines: events end at the moment, with a time or without', () => {
    const shown = withHistory(open().press('<')).press('v', 'v', 'v');
    const events = (screen: DrivenDashboard): readonly string[] =>
      screen.lines().flatMap((line) => /(?:[\d:]{8}Z|no time|before) {2}([\w-]+: \w+)/.exec(line)?.[1] ?? []);
    // At 30 s: training began at 4.1 s, trial-000 ended, trial-001 trains, and trial-003 shows nothing before the end.
    expect(events(shown).slice(0, 7)).toEqual([
      ...['tensorflow: native', 'trial-002: cached', 'trial-001: started', 'trial-000: completed'],
      ...['trial-000: started', 'train: started', 'encode: finished'],
    ]);
    expect(shown.text()).toContain('  no time  trial-001: started');
    expect(shown.text()).toContain('22:13:24Z  train: started');
    // At 10 s trial-001 waits; trial-000 trains.
    const early = shown.press('<', '<');
    expect(events(early).slice(0, 4)).toEqual([
      ...['tensorflow: native', 'trial-002: cached', 'trial-000: started', 'train: started'],
    ]);
    // One that was cancelled in training has no finished phase after the moment.
    const { timings, ...cancelled } = completedView({ ...view, status: 'cancelled', phase: 'train' });
    const { train: _, evaluate: _e, register: _r, gate: _g, ...finished } = timings;
    const stopped = withHistory(open({ ...cancelled, timings: finished } as ExperimentView).press('<'));
    expect(events(stopped.press('v', 'v', 'v'))[0]).toBe('tensorflow: native');
    const now = shown.press('escape');
    expect(events(now)[0]).toBe('experiment: completed');
    expect(now.text()).toContain('   before  experiment: completed');
  });

  test('of one that runs, and of one that has ended one epoch, no earlier moment is shown', () => {
    const running = open(trainingView());
    expect(running.press('<').asked()).not.toContain(`history:${EXPERIMENT_ID}`);
    const short = open()
      .press('<')
      .send({
        ...{ kind: 'fed', request: { feed: 'history', of: EXPERIMENT_ID }, atMs: at(100) },
        value: { 'trial-000': [point(1, 0.1, 10)] },
      });
    expect(short.text()).not.toContain('as of');
    expect(short.press('<').text()).toContain('No earlier moment is recorded.');
  });
});
