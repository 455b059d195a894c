/** The screen of one experiment: what it asks for, what it shows, and what its keys do. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { feedKey, openRequests } from '../../../../ui-cli/dashboard/core/feeds.ts';
import { openScreen } from '../../../../ui-cli/dashboard/core/screen.ts';
import { type DashboardState, initialState, placeOf } from '../../../../ui-cli/dashboard/core/state.ts';
import { type DashboardEvent, update } from '../../../../ui-cli/dashboard/core/update.ts';
import { rungRows } from '../../../../ui-cli/dashboard/screens/experiment/rungs.ts';
import { SCREENS } from '../../../../ui-cli/dashboard/screens/index.ts';
import { linesOf, pressKeys } from '../../../support/drive-dashboard.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import {
  blessingView,
  changed,
  completedView,
  crowdedView,
  EXPERIMENT_ID,
  epochRecord,
  progressAt,
  STARTED_AT_MS,
  trainingView,
  trialView,
} from '../../../support/experiment-views.ts';

const NOW_MS = STARTED_AT_MS + 60_000;

const fed = (state: DashboardState, feed: string, of: string, value: unknown, version?: string): DashboardState =>
  update(
    state,
    {
      kind: 'fed',
      request: { feed, of, ...(version === undefined ? {} : { version }) },
      value,
      atMs: NOW_MS,
    } as DashboardEvent,
    SCREENS,
  ).state;

const open = (view: ExperimentView, size = { columns: 120, rows: 40 }): DashboardState =>
  fed(
    initialState({ nowMs: NOW_MS, place: { screen: 'experiment', experimentId: EXPERIMENT_ID }, size }),
    'experiment',
    EXPERIMENT_ID,
    view,
  );

const asked = (state: DashboardState): readonly string[] =>
  openRequests(openScreen(SCREENS, placeOf(state), state).feeds, state.data)
    .filter(({ feed }) => feed === 'curve')
    .map(({ of }) => of);

const sweeping = (): ExperimentView =>
  trainingView({ sweep: { isPaused: false, maxParallel: 2, halt: null, trialCount: 3 } });

describe('ui-cli/dashboard/screens/experiment', () => {
  it('names the blessing, and where it is tried again the attempt and the last error', () => {
    const shown = (failures: number): string => linesOf(open(blessingView(failures))).join('\n');
    expect(shown(0)).toContain('blessing: started');
    expect(shown(2)).toContain('blessing, attempt 3 of 10; last error: DISK_FULL: no room for a bundle');
  });

  it('asks for the curve of the trial under the cursor and of pinned ones, and of no other', () => {
    const state = open(crowdedView());
    expect(asked(state)).toEqual(['run-0/val_ndcg_at_10']);
    const pinned = pressKeys(state, 'P', 'down', 'P', 'down').state;
    expect(asked(pinned)).toEqual(['run-0/val_ndcg_at_10', 'run-1/val_ndcg_at_10', 'run-2/val_ndcg_at_10']);
    expect(asked(pressKeys(pinned, 'v').state)).toEqual([]);
  });

  it('shows the value of a failed trial, sorted below all that can be chosen', () => {
    const logged = { epochs: 7, bestEpoch: 5, validation: { ndcg_at_10: 0.9 } };
    const trials = [
      trialView(0, { status: 'failed', logged }),
      trialView(1, { status: 'completed', result: trainingResult(0.3) }),
    ];
    const sorted = pressKeys(open(trainingView({ trials })), ':', ...'sort NDCG@10 desc', 'enter').state;
    const rows = linesOf(sorted).filter((line) => /trial-00\d .*0\.\d{4}/.test(line));
    expect(rows).toEqual([expect.stringContaining('trial-001'), expect.stringMatching(/trial-000 .* 7 .*0\.9000/)]);
  });

  it('asks again once the trial has trained another epoch, not before', () => {
    const point = { step: 1, value: 0.2, timestampMs: NOW_MS };
    const running = (epoch: number): ExperimentView =>
      trainingView({ trials: [trialView(1, { status: 'running' })], progress: { 'trial-001': progressAt(epoch) } });
    const answered = fed(open(running(4)), 'curve', 'run-1/val_ndcg_at_10', [point], 'running 1 4');
    expect(asked(answered)).toEqual([]);
    expect(asked(fed(answered, 'experiment', EXPERIMENT_ID, running(4)))).toEqual([]);
    expect(asked(fed(answered, 'experiment', EXPERIMENT_ID, running(5)))).toEqual(['run-1/val_ndcg_at_10']);
  });

  it('draws the epoch that only a heartbeat tells of', () => {
    const view = trainingView({
      trials: [trialView(1, { status: 'running' })],
      progress: { 'trial-001': progressAt(4, { last: epochRecord(4, 0.25) }) },
    });
    const logged = [1, 2, 3].map((step) => ({ step, value: 0.2, timestampMs: NOW_MS }));
    const state = fed(open(view), 'curve', 'run-1/val_ndcg_at_10', logged, 'running 1 4');
    expect(linesOf(state).join('\n')).toContain('> trial-001 0.25');
  });

  it('six pins are one too many, and one that is taken away leaves its colour to the next', () => {
    const five = pressKeys(open(crowdedView()), 'P', 'down', 'P', 'down', 'P', 'down', 'P', 'down', 'P', 'down').state;
    const sixth = pressKeys(five, 'P').state;
    expect(linesOf(sixth).at(-2)).toBe('5 trials are pinned; P on one of them lets it go.');
    const freed = pressKeys(sixth, 'home', 'P', 'end', 'P').state;
    expect(freed.explore.pinned[EXPERIMENT_ID]).toEqual([
      'trial-011',
      'trial-001',
      'trial-002',
      'trial-003',
      'trial-004',
    ]);
  });

  it.each([
    [60, 12],
    [80, 24],
    [120, 40],
    [250, 70],
  ])('a frame of %i by %i fits, with every pane', (columns, rows) => {
    let { state } = pressKeys(open(crowdedView(), { columns, rows }), 'P', 'down');
    for (const pane of ['curves', 'best', 'rungs', 'events']) {
      const lines = linesOf(state);
      expect(lines).toHaveLength(rows);
      expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
      expect(lines.join('\n')).toContain(`[${pane}]`);
      state = pressKeys(state, 'v').state;
    }
  });

  it('cancels the trials of the moment when it was asked', () => {
    const marked = pressKeys(open(sweeping()), 'down', 'space', 'space', 'x').state;
    expect(linesOf(marked).at(-2)).toContain('Cancel 2 trials? Type cancel:');
    const ended = fed(marked, 'experiment', EXPERIMENT_ID, completedView());
    const { state, effects } = pressKeys(ended, ...'cancel', 'enter');
    expect(effects).toEqual([
      {
        kind: 'act',
        action: { kind: 'cancel-trials', experimentId: EXPERIMENT_ID, trialIds: ['trial-001', 'trial-002'] },
      },
    ]);
    expect(state.lastCommands).toEqual([
      `tt-exp cancel ${EXPERIMENT_ID} --trial trial-001`,
      `tt-exp cancel ${EXPERIMENT_ID} --trial trial-002`,
    ]);
  });

  it('a trial that has ended cannot be cancelled, and the key says so', () => {
    const { state, effects } = pressKeys(open(sweeping()), 'x', 'q');
    expect(linesOf(pressKeys(open(sweeping()), 'x').state).at(-2)).toBe('It has ended: there is nothing to cancel.');
    expect([state.overlay.kind, effects]).toEqual(['none', [{ kind: 'quit' }]]);
  });

  it('marks of one experiment are not those of another', () => {
    const state = pressKeys(open(sweeping()), 'space').state;
    const other = pressKeys(state, 'escape').state;
    expect(other.tables).not.toHaveProperty('leaderboard');
    expect(Object.keys(state.tables)).toEqual([`leaderboard:${EXPERIMENT_ID}`]);
  });

  it('changes how many train at once, and pauses', () => {
    const requests = pressKeys(open(sweeping()), '+', '-', 'p').effects.map((effect) =>
      effect.kind === 'act' && effect.action.kind === 'steer' ? effect.action.request : null,
    );
    expect(requests).toEqual([
      { kind: 'parallel', maxParallel: 3 },
      { kind: 'parallel', maxParallel: 1 },
      { kind: 'pause' },
    ]);
  });

  it('extends one that has ended to a number above the one that it has', () => {
    const config = { sweep: { max_trials: 3, scheduler: { type: 'none' } } };
    const state = fed(open(completedView()), 'config', EXPERIMENT_ID, config, 'once');
    const few = pressKeys(state, 'e', '3', 'enter').state;
    expect(linesOf(few).at(-3)).toBe('Give the total number: more than the 3 it has.');
    const { state: done, effects } = pressKeys(few, '0', 'enter', ...'extend', 'enter');
    expect(effects).toEqual([
      { kind: 'act', action: { kind: 'extend', experimentId: EXPERIMENT_ID, by: 'trials', total: 30 } },
    ]);
    expect(done.lastCommands).toEqual([`tt-exp extend ${EXPERIMENT_ID} --trials 30`]);
  });

  it('tells of each event once, with its time', () => {
    const later = fed(open(sweeping()), 'experiment', EXPERIMENT_ID, completedView());
    const lines = linesOf(pressKeys(later, 'v', 'v', 'v').state);
    const events = lines.slice(lines.findIndex((line) => line.includes('[events]')) + 1);
    expect(events[0]).toMatch(/^\d\d:\d\d:\d\dZ {2}experiment: completed$/);
    // The phases before it took 4.1 s from 22:13:20.
    expect(events.filter((line) => line.includes('train: started'))).toEqual(['22:13:24Z  train: started']);
  });

  it('a phase has lasted since the one before it ended, whenever somebody begins to look', () => {
    const timings = { prepare: 0.5, extract: 1, split: 3, train: 15.5 };
    const state = open(trainingView({ phase: 'evaluate', status: 'running', timings, progress: {} } as object));
    expect(linesOf(state).join('\n')).toMatch(/evaluate for 40 s {2}1 min 00 s so far/);
  });

  it('a trial that never ran is not pending once the experiment has ended', () => {
    const trials = [trialView(0, { status: 'pending' })];
    expect(linesOf(open(trainingView({ trials }))).join('\n')).toMatch(/trial-000 .*pending/);
    expect(linesOf(open(trainingView({ trials, status: 'cancelled', progress: {} }))).join('\n')).toMatch(
      /trial-000 .*not started/,
    );
  });

  it('one that was cancelled tells in which phase, not a time that leaves this phase out', () => {
    const cancelled = trainingView({ status: 'cancelled', progress: {} });
    const lines = linesOf(open(cancelled));
    expect(lines[1]).toBe('cancelled  in train');
    const closed = { ...cancelled, endedAtMs: cancelled.startedAtMs + 180_000 };
    expect(linesOf(open(closed))[1]).toBe('cancelled  after 3 min 00 s, in train');
    expect(lines[2]).toContain('encode 2.0 s  train cancelled  evaluate');
    // The phases took 0.5 + 1 + 0.4 + 0.2 + 2 + 60 + 3 + 1 + 0.5 = 68.6 s.
    expect(linesOf(open(completedView()))[1]).toBe('completed  after 1 min 09 s');
  });

  it('one that is retried begins anew, and tells what it does below what the run before had done', () => {
    const far = trainingView({
      trials: [trialView(0, { status: 'running', epochLimit: 10 })],
      progress: { 'trial-000': progressAt(9) },
    });
    const ended = fed(open(far), 'experiment', EXPERIMENT_ID, changed(far, { status: 'cancelled', progress: {} }));
    const again = trainingView({
      startedAtMs: STARTED_AT_MS + 50_000,
      trials: [trialView(0, { status: 'running', epochLimit: 10 })],
      progress: { 'trial-000': progressAt(1) },
    });
    const retried = fed(ended, 'experiment', EXPERIMENT_ID, again);
    expect(linesOf(fed(open(far), 'experiment', EXPERIMENT_ID, far))[1]).toContain(' 90 %');
    expect(linesOf(retried)[1]).toContain(' 10 %');
    const events = linesOf(pressKeys(retried, 'v', 'v', 'v').state).filter((line) =>
      / (train: started|experiment: )/.test(line),
    );
    expect(events.map((line) => line.slice(11))).toEqual(['train: started', 'experiment: cancelled', 'train: started']);
  });

  it('offers an answer only while the owner of the model waits for it', () => {
    const asked = completedView({ gate: { ...completedView().gate, decision: 'awaiting_approval' } });
    const feeds = openScreen(SCREENS, placeOf(open(asked)), open(asked)).feeds.map(feedKey);
    expect(feeds).toContain('question:two-tower');
    expect(openScreen(SCREENS, placeOf(open(completedView())), open(completedView())).feeds.map(feedKey)).not.toContain(
      'question:two-tower',
    );
    const known = (open_: unknown): DashboardState => fed(open(asked), 'question', 'two-tower', { open: open_ });
    const shown = (state: DashboardState) => {
      const lines = linesOf(state);
      return [/gate: (.*)$/.exec(lines[3] ?? '')?.[1], lines.at(-1)?.includes('a approve  A reject')];
    };
    expect(shown(open(asked))).toEqual(['awaiting approval', true]);
    expect(shown(known({ experimentId: EXPERIMENT_ID }))).toEqual(['awaiting approval', true]);
    expect(shown(known(null))).toEqual(['awaited approval', false]);
    expect(shown(known({ experimentId: 'later-0123456789' }))).toEqual(['awaited approval', false]);
  });

  it('tells what became of the candidate once the question is answered', () => {
    const asked = completedView({ gate: { ...completedView().gate, decision: 'awaiting_approval' } });
    const gateOf = (state: DashboardState) => /gate: (.*)$/.exec(linesOf(state)[3] ?? '')?.[1];
    const answered = fed(open(asked), 'question', 'two-tower', { open: null });
    expect(openScreen(SCREENS, placeOf(answered), answered).feeds).toContainEqual({
      ...{ feed: 'since', of: EXPERIMENT_ID, version: 'answered' },
    });
    const since = (decision: string | null): DashboardState =>
      fed(answered, 'since', EXPERIMENT_ID, { decision }, 'answered');
    expect(gateOf(since('promoted'))).toBe('promoted');
    expect(gateOf(since(null))).toBe('awaited approval');
    const promoted = fed(open(completedView()), 'since', EXPERIMENT_ID, { decision: 'superseded' }, 'answered');
    expect(gateOf(promoted)).toBe('superseded');
    const running = open(trainingView());
    expect(openScreen(SCREENS, placeOf(running), running).feeds.map(feedKey)).not.toContain(`since:${EXPERIMENT_ID}`);
  });

  it('with a filter that shows no trial, says that none is drawn', () => {
    const filtered = pressKeys(open(sweeping()), '/', ...'state=failed', 'enter').state;
    expect(linesOf(filtered).join('\n')).toContain('No trial to draw.');
  });

  it('counts what became of trials at each rung', () => {
    const at = (epoch: number, value: number) => ({ epoch, value, sequence: 0 });
    const view = trainingView({
      trials: [
        trialView(0, { status: 'completed', reports: [at(1, 0.3), at(3, 0.4)], result: trainingResult(0.4) }),
        trialView(1, { status: 'pruned', reports: [at(1, 0.1)], result: trainingResult(0.1) }),
        trialView(2, { status: 'running', isInFlight: false, reports: [at(1, 0.2)] }),
        trialView(3, { status: 'running', isInFlight: true, reports: [at(1, 0.25)] }),
      ],
    });
    expect(rungRows(view, null)).toEqual([
      { epoch: 1, reported: 4, kept: 2, pruned: 1, waiting: 1, best: 0.3, cut: 0.25 },
      { epoch: 3, reported: 1, kept: 1, pruned: 0, waiting: 0, best: 0.4, cut: null },
    ]);
  });
});
