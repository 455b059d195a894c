import { EventEmitter } from 'node:events';
import { render as renderOn } from 'ink';
import { render } from 'ink-testing-library';
import { afterEach, describe, expect, test } from 'vitest';
import { trialIdOf } from '../../contracts/ids.ts';
import type { ServiceProgress } from '../../contracts/services.ts';
import type { SweepControl } from '../../contracts/sweep.ts';
import type { LiveKey } from '../../ui-cli/live/live-keys.ts';
import { initialLiveState, type LiveState } from '../../ui-cli/live/live-state.ts';
import { LiveView } from '../../ui-cli/live/live-view.tsx';
import { reduceLive } from '../../ui-cli/live/reduce-live.ts';
import { NO_COLOURS } from '../../ui-cli/live/theme.ts';
import { trainingResult } from '../support/experiment-fixtures.ts';
import {
  completedView,
  EXPERIMENT_ID,
  progressAt,
  replicatingView,
  STARTED_AT_MS,
  trainingView,
  trialView,
} from '../support/experiment-views.ts';

/** Enough for all there is to show. */
const ROWS = 60;

const mounted: { unmount: () => void }[] = [];

afterEach(() => {
  for (const app of mounted.splice(0)) {
    app.unmount();
  }
});

const mount = (state: LiveState, columns: number, onKey: (key: LiveKey) => void = () => {}) => {
  const sized = reduceLive(state, { kind: 'resize', size: { columns, rows: ROWS } });
  const app = render(<LiveView state={sized} theme={NO_COLOURS} hasKeys={true} onKey={onKey} />);
  mounted.push(app);
  return app;
};

/** A terminal at which nobody types. */
const silentInput = () =>
  Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: () => {},
    setEncoding: () => {},
    read: () => null,
    ref: () => {},
    unref: () => {},
  });

/** The last frame on a terminal of that size; ink-testing-library's is always 100 wide. */
const frameOf = (state: LiveState, columns: number, hasKeys = false, rows = ROWS): string => {
  const frames: string[] = [];
  const stdout = Object.assign(new EventEmitter(), { columns, write: (frame: string) => frames.push(frame) });
  const app = renderOn(
    <LiveView
      state={reduceLive(state, { kind: 'resize', size: { columns, rows } })}
      theme={NO_COLOURS}
      hasKeys={hasKeys}
      onKey={() => {}}
    />,
    {
      stdout: stdout as unknown as NodeJS.WriteStream,
      stdin: silentInput() as unknown as NodeJS.ReadStream,
      debug: true,
      patchConsole: false,
    },
  );
  app.unmount();
  return frames.at(-1) ?? '';
};

const PACE = { epochSeconds: 5, setupSeconds: 8 };
/** The rest of trial-001, and trial-002. */
const SWEEP = { isPaused: false, maxParallel: 1, halt: null, trialCount: 3, left: { epochs: 20, trainings: 2 } };

const links = ['mlflow http://127.0.0.1:5000', 'temporal http://127.0.0.1:8233/namespaces/default/workflows/x'];

/**
 * trial-001 is at epoch 4 of 10, and an epoch of it takes 5 s: 30 s. With the 2 epochs of trial-000, of 0.5 s each, an
 * epoch takes 3.5 s on the mean. trial-002 is to come: loading takes 8 s, and 16 epochs are left: 64 s.
 */
const training = (): LiveState => {
  const start = reduceLive(initialLiveState(STARTED_AT_MS), { kind: 'started', experimentId: EXPERIMENT_ID, links });
  const early = trainingView({ progress: { 'trial-001': progressAt(2) } });
  const first = reduceLive(start, { kind: 'view', view: early, atMs: STARTED_AT_MS + 5000 });
  const late = trainingView({
    progress: { 'trial-001': progressAt(4, { epoch: 5, step: 0, pace: PACE }) },
    sweep: SWEEP,
  });
  return reduceLive(first, { kind: 'view', view: late, atMs: STARTED_AT_MS + 15_000 });
};

const provisioning = (): LiveState => {
  const events: readonly ServiceProgress[] = [
    { part: 'temporal', step: 'ready', message: 'temporal 1.32 on 127.0.0.1:7233' },
    { part: 'mlflow', step: 'download', message: 'mlflow 3.17.2 and its packages', percent: 50 },
  ];
  return events.reduce<LiveState>(
    (state, service) => reduceLive(state, { kind: 'service', service }),
    initialLiveState(STARTED_AT_MS),
  );
};

const sweepView = (change: Partial<SweepControl> = {}) => {
  const ended = Array.from({ length: 10 }, (_, index) =>
    trialView(index, {
      trialId: trialIdOf(index),
      ...(index < 7
        ? { status: 'completed', result: trainingResult(0.2 + index / 100), value: 0.2 + index / 100 }
        : {
            status: 'pruned',
            reason: '0.11 at epoch 3 is number 9 of 9 trials at this rung; only the best 3 (1/3) go on',
            reports: [{ epoch: 3, value: 0.11, sequence: index }],
          }),
    }),
  );
  const failed = trialView(10, {
    trialId: trialIdOf(10),
    status: 'failed',
    error: { code: 'TRAINING_DIVERGED', message: 'loss is NaN, expected a number' },
  });
  const running = Array.from({ length: 8 }, (_, place) =>
    trialView(11 + place, {
      trialId: trialIdOf(11 + place),
      status: 'running',
      reports: place < 2 ? [{ epoch: 3, value: 0.2, sequence: 20 + place }] : [],
    }),
  );
  const pending = Array.from({ length: 6 }, (_, place) => trialView(19 + place, { trialId: trialIdOf(19 + place) }));
  return trainingView({
    trials: [...ended, failed, ...running, ...pending],
    bestTrialId: 'trial-006',
    progress: { 'trial-013': progressAt(4), 'trial-014': progressAt(2) },
    sweep: { isPaused: false, maxParallel: 3, halt: null, trialCount: 40, ...change },
  });
};

const steered = (): LiveState =>
  reduceLive(initialLiveState(STARTED_AT_MS), { kind: 'view', view: sweepView(), atMs: STARTED_AT_MS + 15_000 });

describe('ui-cli/live-view', () => {
  test.each([80, 50])("names the gate's replicate that trains, and what all of them need, at %i columns", (columns) => {
    const view = replicatingView({
      progress: { 'trial-000-replicate-3': progressAt(4, { pace: PACE }) },
      sweep: { ...SWEEP, left: { epochs: 0, trainings: 0 } },
    });
    const state = reduceLive(initialLiveState(STARTED_AT_MS), { kind: 'view', view, atMs: STARTED_AT_MS + 15_000 });
    expect(frameOf(state, columns, true)).toMatchSnapshot();
  });

  test.each([40, 80, 120])('training on %i columns', (columns) => {
    expect(frameOf(training(), columns)).toMatchSnapshot();
  });

  test.each([40, 80, 120])('provisioning on %i columns', (columns) => {
    expect(frameOf(provisioning(), columns)).toMatchSnapshot();
  });

  test('the end on 80 columns', () => {
    const state = reduceLive(training(), { kind: 'view', view: completedView(), atMs: STARTED_AT_MS + 70_000 });
    expect(frameOf(state, 80)).toMatchSnapshot();
  });

  test.each([40, 80, 120])('no line is wider than %i columns', (columns) => {
    for (const state of [training(), provisioning()]) {
      const lines = frameOf(state, columns).split('\n');
      expect(lines.length).toBeGreaterThan(3);
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
    }
  });

  test('a notice stays above the view, once', () => {
    const notice: ServiceProgress = { part: 'tensorflow', step: 'notice', message: 'training falls back to wasm' };
    const noticed = [notice, notice].reduce<LiveState>(
      (state, service) => reduceLive(state, { kind: 'service', service }),
      training(),
    );
    const lines = frameOf(noticed, 80).split('\n');
    expect(lines[0]).toBe('tensorflow: training falls back to wasm');
    expect(lines.filter((line) => line.includes('falls back'))).toHaveLength(1);
  });

  test('the footer names the keys, asks before a cancel and says what goes on', () => {
    const press = (state: LiveState, ...keys: readonly LiveKey[]): LiveState =>
      keys.reduce<LiveState>((at, key) => reduceLive(at, { kind: 'key', key }), state);
    const footer = (state: LiveState): string => mount(state, 80).lastFrame()?.split('\n').at(-1) ?? '';
    expect(footer(training())).toBe('q, Ctrl-C detach   c cancel   p pause   +/- at once   ↑↓ select');
    expect(footer(press(training(), 'cancel'))).toBe('Cancel the experiment? y / n');
    expect(footer(press(training(), 'cancel', 'no'))).toBe(footer(training()));
    expect(footer(press(training(), 'cancel', 'yes'))).toBe('Cancelling: running trials end first.');
    expect(footer(press(training(), 'cancel', 'detach'))).toBe('Detaching.');
    expect(footer(press(provisioning(), 'cancel'))).toBe('q, Ctrl-C stop');
  });

  test('keys are told apart, Ctrl-C detaches, other keys do nothing', async () => {
    const pressed: LiveKey[] = [];
    const { stdin } = mount(training(), 80, (key) => pressed.push(key));
    for (const key of ['x', 'q', '\u0003', 'c', 'y', 'n', '\u0011']) {
      stdin.write(key);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(pressed).toEqual(['cancel-trial', 'detach', 'detach', 'cancel', 'yes', 'no']);
  });

  test('p, +, -, r and the arrows are keys too', async () => {
    const pressed: LiveKey[] = [];
    const { stdin } = mount(steered(), 80, (key) => pressed.push(key));
    for (const key of ['p', '+', '=', '-', 'r', '\u001b[A', '\u001b[B']) {
      stdin.write(key);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(pressed).toEqual(['pause', 'more', 'more', 'fewer', 'retry', 'up', 'down']);
  });

  test.each([40, 80, 120])('a steered sweep with many trials on %i columns', (columns) => {
    const frame = frameOf(steered(), columns, true);
    expect(frame).toMatchSnapshot();
    expect(frame.split('\n').filter((line) => line.length > columns)).toEqual([]);
  });

  test('no further trial, a paused sweep and its keys are told', () => {
    const view = sweepView({ isPaused: true, halt: 'target' });
    const state = reduceLive(steered(), { kind: 'view', view, atMs: STARTED_AT_MS + 20_000 });
    const frame = frameOf(state, 100, true);
    expect(frame).toContain('paused, at most 3 at once, no more trials: the target was reached (sweep.target)');
    expect(frame).toContain('p resume');
  });

  test('the list of running trials follows the selected one', () => {
    const state = Array.from({ length: 8 }).reduce<LiveState>(
      (at) => reduceLive(at, { kind: 'key', key: 'down' }),
      steered(),
    );
    expect(state.selectedTrialId).toBe('trial-018');
    const frame = frameOf(state, 80, true, 24);
    expect(frame).toContain('trial-018');
    expect(frame).not.toContain('trial-013');
    expect(frame).toContain('> trial-018');
    expect(frame).toContain('x cancel trial-018');
  });

  test('the marker stands on the selected trial, wherever its row goes', () => {
    const down = reduceLive(reduceLive(steered(), { kind: 'key', key: 'down' }), { kind: 'key', key: 'down' });
    const marked = (state: LiveState): readonly string[] =>
      frameOf(state, 80, true)
        .split('\n')
        .filter((line) => line.startsWith('>'))
        .map((line) => line.slice(0, 11));
    expect(marked(down)).toEqual(['> trial-014']);
    // It has come to a rung: trials that are trained stand above it now.
    const view = { ...sweepView(), progress: { 'trial-013': progressAt(4), 'trial-015': progressAt(1) } };
    expect(marked(reduceLive(down, { kind: 'view', view, atMs: STARTED_AT_MS + 16_000 }))).toEqual(['> trial-014']);
  });

  test('x asks about the trial first', () => {
    const asked = (['down', 'cancel-trial'] as const).reduce<LiveState>(
      (at, key) => reduceLive(at, { kind: 'key', key }),
      steered(),
    );
    expect(frameOf(asked, 40, true).split('\n').at(-1)).toBe('Cancel trial-013? y / n');
  });

  test.each([
    [80, 24],
    [40, 15],
    [120, 40],
  ])('a steered sweep with two notices on %i × %i leaves the last row free', (columns, rows) => {
    const noticed = ['training falls back to wasm', 'no GPU was found'].reduce<LiveState>(
      (state, message) =>
        reduceLive(state, { kind: 'service', service: { part: 'tensorflow', step: 'notice', message } }),
      reduceLive(steered(), { kind: 'started', experimentId: EXPERIMENT_ID, links }),
    );
    const frame = frameOf(noticed, columns, true, rows);
    expect(frame).toMatchSnapshot();
    // Both notices are above it.
    expect(frame.split('\n').length - 2).toBeLessThan(rows);
  });

  test('control characters of names, errors and notices are shown, not obeyed', () => {
    const evil = '\u001b]52;c;ZXZpbA==\u0007\u001b[31m';
    const view = sweepView();
    const trials = view.trials.map((trial) => ({
      ...trial,
      params: { [evil]: evil },
      ...(trial.error === null ? {} : { error: { ...trial.error, message: evil } }),
    }));
    const state = [
      { kind: 'service', service: { part: evil, step: 'notice', message: evil } } as const,
      { kind: 'view', view: { ...view, trials }, atMs: STARTED_AT_MS } as const,
      { kind: 'note', text: evil } as const,
    ].reduce<LiveState>(reduceLive, steered());
    const frame = frameOf(state, 120, true);
    expect(frame).toContain('\\u001b]52;c;');
    expect(frame.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  test('rows left out stand beside the dataset', () => {
    const leftOut = { rows: 5, reasons: [{ reason: 'no time', rows: 5 }] };
    const state = reduceLive(training(), {
      kind: 'view',
      view: trainingView({ leftOut }),
      atMs: STARTED_AT_MS + 16_000,
    });
    expect(frameOf(state, 80)).toContain('ds-0123456789abcdef: 20,000 samples; 5 rows left out: 5 × no time\n');
  });
});
