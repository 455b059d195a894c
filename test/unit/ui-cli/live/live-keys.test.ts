import { describe, expect, test } from 'vitest';
import { frameOf } from '../../../../ui-cli/live/frame.ts';
import type { LiveKey } from '../../../../ui-cli/live/live-keys.ts';
import { initialLiveState, type LiveState } from '../../../../ui-cli/live/live-state.ts';
import { reduceLive, requestOf } from '../../../../ui-cli/live/reduce-live.ts';
import { makeRequest } from '../../../../ui-cli/steer/steering-request.ts';
import {
  changed,
  EXPERIMENT_ID,
  progressAt,
  trainingView,
  trialView,
  type ViewFields,
} from '../../../support/experiment-views.ts';
import { createFakePlatform } from '../../../support/fake-cli/fake-platform.ts';

const SWEEP = { isPaused: false, maxParallel: 2, halt: null, trialCount: 4 } as const;

const view = trainingView({
  sweep: SWEEP,
  trials: [trialView(0, { status: 'running' }), trialView(1, { status: 'running' }), trialView(2)],
  progress: { 'trial-001': progressAt(4) },
});

const stateOf = (change: Partial<ViewFields> = {}): LiveState =>
  reduceLive(initialLiveState(0), { kind: 'view', view: changed(view, change), atMs: 0 });

const press = (state: LiveState, ...keys: readonly LiveKey[]): LiveState =>
  keys.reduce<LiveState>((at, key) => reduceLive(at, { kind: 'key', key }), state);

describe('ui-cli/live-keys', () => {
  test.each([
    [stateOf(), 'pause', { kind: 'pause' }],
    [stateOf({ sweep: { ...SWEEP, isPaused: true } }), 'pause', { kind: 'resume' }],
    [stateOf(), 'more', { kind: 'parallel', maxParallel: 3 }],
    [stateOf(), 'fewer', { kind: 'parallel', maxParallel: 1 }],
    [stateOf({ sweep: { ...SWEEP, maxParallel: 1 } }), 'fewer', null],
    [stateOf(), 'retry', null],
    [stateOf({ trials: [trialView(0, { status: 'failed' })] }), 'retry', { kind: 'retry' }],
    [stateOf(), 'cancel-trial', null],
    [press(stateOf(), 'down'), 'cancel-trial', null],
    [press(stateOf(), 'down', 'cancel-trial'), 'yes', { kind: 'cancel-trial', trialId: 'trial-001' }],
    [press(stateOf(), 'down', 'cancel-trial'), 'cancel-trial', null],
    [press(stateOf(), 'down', 'cancel-trial', 'no'), 'yes', null],
    [press(stateOf(), 'cancel-trial'), 'yes', null],
    [stateOf(), 'cancel', null],
    [press(stateOf(), 'cancel'), 'yes', { kind: 'cancel' }],
    [stateOf(), 'yes', null],
    // While the question stands only its answers count.
    [press(stateOf(), 'cancel'), 'pause', null],
    [stateOf({ phase: 'evaluate' }), 'pause', null],
    [stateOf({ sweep: null }), 'pause', null],
  ] as const)('a key asks for what it can change (case %#)', (state, key, request) => {
    expect(requestOf(state, key)).toEqual(request);
  });

  test('the arrows go through running trials, those with progress first, and stop at both ends', () => {
    const selected = (...keys: readonly LiveKey[]) => press(stateOf(), ...keys).selectedTrialId;
    expect(selected()).toBeNull();
    expect(selected('down')).toBe('trial-001');
    expect(selected('down', 'down')).toBe('trial-000');
    expect(selected('down', 'down', 'down')).toBe('trial-000');
    expect(selected('up')).toBe('trial-000');
    expect(selected('up', 'up', 'up')).toBe('trial-001');
  });

  test('a trial that has ended is selected no longer', () => {
    const trials = [trialView(0, { status: 'running' }), trialView(1, { status: 'completed' })];
    const state = reduceLive(press(stateOf(), 'down'), { kind: 'view', view: { ...view, trials }, atMs: 1 });
    expect(state.selectedTrialId).toBeNull();
  });

  test('a question about a trial that ends meanwhile is closed, and the next answer does nothing', () => {
    const asked = press(stateOf(), 'down', 'cancel-trial');
    const trials = [trialView(0, { status: 'running' }), trialView(1, { status: 'completed' })];
    const state = reduceLive(asked, { kind: 'view', view: { ...view, trials }, atMs: 1 });
    expect(state.dialog).toEqual({ kind: 'none' });
    expect(state.note).toBe('trial-001 has ended by itself.');
    expect(requestOf(state, 'yes')).toBeNull();
  });

  test('the answer is about the trial that was asked about, whichever is selected or first by then', () => {
    const asked = press(stateOf(), 'down', 'cancel-trial');
    const progress = { 'trial-000': progressAt(1) };
    const state = reduceLive(asked, { kind: 'view', view: { ...view, progress }, atMs: 1 });
    expect(requestOf(press(state, 'up', 'down'), 'yes')).toEqual({ kind: 'cancel-trial', trialId: 'trial-001' });
  });

  test.each([
    // One line of footer: "q, Ctrl-C detach   c cancel" is all there is room for, and no trial is shown.
    { columns: 30, rows: 2, keys: ['detach', 'cancel'] },
    // A question of 28 characters would not fit.
    { columns: 27, rows: 40, keys: ['detach', 'pause', 'more', 'fewer', 'up', 'down', 'cancel-trial'] },
    { columns: 80, rows: 1, keys: ['detach'] },
  ] as const)('on $columns × $rows only keys that the screen explains do something', ({ columns, rows, keys }) => {
    const small = reduceLive(press(stateOf(), 'down'), { kind: 'resize', size: { columns, rows } });
    const all: readonly LiveKey[] = [
      'detach',
      'cancel',
      'pause',
      'more',
      'fewer',
      'up',
      'down',
      'cancel-trial',
      'retry',
    ];
    expect([...frameOf(small, true).keys]).toEqual(keys);
    for (const key of all.filter((other) => !(keys as readonly LiveKey[]).includes(other))) {
      expect(reduceLive(small, { kind: 'key', key })).toBe(small);
      expect(requestOf(small, key)).toBeNull();
    }
  });
});

describe('ui-cli/steering-request', () => {
  test.each([
    [{ kind: 'pause' }, ['pause', EXPERIMENT_ID], /^paused; running trials end their epoch$/],
    [{ kind: 'resume' }, ['resume', EXPERIMENT_ID], /^resumed$/],
    [
      { kind: 'parallel', maxParallel: 3 },
      ['setMaxParallel', EXPERIMENT_ID, 3],
      /^at most 3 trials at once from now on$/,
    ],
    [{ kind: 'cancel-trial', trialId: 'trial-001' }, ['cancelTrial', EXPERIMENT_ID, 'trial-001'], /trial-001/],
    [{ kind: 'retry' }, ['retryFailed', EXPERIMENT_ID], /trial-002/],
  ] as const)(
    'ui-cli/steer/steering-request: %j reaches the experiment and is told',
    async (request, steered, text) => {
      const { openPlatform, recorded } = createFakePlatform({ views: [] });
      const { signal } = new AbortController();
      const { experiments } = await openPlatform({ mayStart: false, progress: () => {}, signal });
      expect((await makeRequest(experiments, EXPERIMENT_ID, request)).text).toMatch(text);
      expect(recorded.steered).toEqual([steered]);
    },
  );
});
