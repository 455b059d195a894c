/** The dashboard as a person uses it: keys in, frames out. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { frameOf } from '../../../../ui-cli/dashboard/core/frame.ts';
import type { Effect, KeyName } from '../../../../ui-cli/dashboard/core/keys.ts';
import { type DashboardState, initialState } from '../../../../ui-cli/dashboard/core/state.ts';
import { update } from '../../../../ui-cli/dashboard/core/update.ts';
import { SCREENS } from '../../../../ui-cli/dashboard/screens/index.ts';
import type { ExperimentRow } from '../../../../ui-cli/inspect/experiment-rows.ts';
import { textOf } from '../../../../ui-cli/live/line.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);

const experiment = (name: string, change: Partial<ExperimentRow> = {}): ExperimentRow => ({
  experimentId: `${name}-0123456789`,
  workflowId: `tt-exp/${name}/0123456789`,
  status: 'COMPLETED',
  startedAtMs: NOW_MS - 60_000,
  endedAtMs: NOW_MS - 30_000,
  outcome: { trials: { ended: 2, total: 2 }, best: 0.3862, metric: 'ndcg_at_10' },
  snapshot: null,
  ...change,
});

const running = (name: string): ExperimentRow =>
  experiment(name, { status: 'RUNNING', endedAtMs: null, outcome: null });

const open = (rows: readonly ExperimentRow[], isReadOnly = false): DashboardState =>
  update(
    initialState({ nowMs: NOW_MS, place: { screen: 'experiments' }, isReadOnly }),
    { kind: 'fed', request: { feed: 'experiments', of: '' }, value: rows, atMs: NOW_MS },
    SCREENS,
  ).state;

const press = (
  state: DashboardState,
  ...keys: readonly KeyName[]
): { state: DashboardState; effects: readonly Effect[] } => {
  let current = state;
  const effects: Effect[] = [];
  for (const key of keys) {
    const step = update(current, { kind: 'key', key }, SCREENS);
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
};

const text = (state: DashboardState): readonly string[] =>
  frameOf(state, SCREENS).map((line) => textOf(line).trimEnd());

describe('ui-cli/dashboard', () => {
  it('shows what runs first, then what failed, then the rest, newest first', () => {
    const state = open([
      experiment('old', { startedAtMs: NOW_MS - 90_000 }),
      experiment('broken', { status: 'FAILED' }),
      experiment('new'),
      running('busy'),
    ]);
    const names = text(state).map((line) => /^([> ]) (\w+)-/.exec(line)?.slice(1).join('') ?? '');
    expect(names.filter((name) => name !== '')).toEqual(['>busy', ' broken', ' new', ' old']);
  });

  it.each([
    [80, 24],
    [120, 40],
    [200, 60],
  ])('a frame of %i by %i has as many rows, none wider', (columns, rows) => {
    const { state } = press(open([experiment('名前😀'.repeat(30)), running('b')]), 'down');
    const sized = update(state, { kind: 'resize', size: { columns, rows } }, SCREENS).state;
    const lines = text(sized);
    expect(lines).toHaveLength(rows);
    expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
    expect(lines.at(-1)).toContain('q leave');
  });

  it('a terminal that is too small says how large it must be', () => {
    const state = update(open([]), { kind: 'resize', size: { columns: 40, rows: 5 } }, SCREENS).state;
    expect(text(state)[0]).toMatch(/^The terminal has 40×5; at least 60×12/);
  });

  it('a cancellation has the targets of the moment when it was asked, and needs the whole word', () => {
    const asked = press(open([running('a'), running('b')]), 'space', 'space', 'x');
    const gone = update(
      asked.state,
      { kind: 'fed', request: { feed: 'experiments', of: '' }, value: [running('b'), running('c')], atMs: NOW_MS },
      SCREENS,
    ).state;
    expect(text(gone).at(-2)).toContain('Cancel 2 experiments? Type cancel:');
    expect(press(gone, ...'can', 'enter').effects).toEqual([]);
    const done = press(gone, ...'cancel', 'enter');
    expect(done.effects).toEqual([
      {
        kind: 'act',
        action: { kind: 'steer', experimentIds: ['a-0123456789', 'b-0123456789'], request: { kind: 'cancel' } },
      },
    ]);
    expect(text(press(done.state, 'y').state).at(-2)).toBe('tt-exp cancel a-0123456789; tt-exp cancel b-0123456789');
  });

  it('read-only, no key changes anything, and none is offered', () => {
    const { state, effects } = press(open([running('a')], true), 'p', 'x', ...'cancel', 'enter');
    expect(effects).toEqual([]);
    expect(text(state).join('\n')).not.toContain('pause');
  });

  it('filters while one types, and Escape takes it back', () => {
    const state = open([experiment('apple'), experiment('pear')]);
    const typed = press(state, '/', ...'pea').state;
    expect(text(typed).slice(2, 4)).toEqual([expect.stringContaining('> pear-'), '']);
    expect(text(press(typed, 'escape').state)[3]).toContain('pear-');
    const kept = press(typed, 'enter').state;
    expect(text(kept).at(-2)).toContain('filter: pea');
    expect(text(press(kept, 'escape').state)[3]).toContain('pear-');
  });

  it('commands complete, and one that is mistyped names the nearest', () => {
    const state = open([experiment('apple'), experiment('pear')]);
    expect(text(press(state, ':', ...'op', 'tab', ...'pe', 'tab').state).at(-2)).toBe(':open pear-0123456789');
    expect(text(press(state, ':', ...'sorl', 'enter').state).at(-2)).toContain('did you mean sort?');
    const sorted = press(state, ':', ...'sort experiment desc', 'enter').state;
    expect(text(sorted)[2]).toContain('pear-');
    expect(press(state, ':', ...'q', 'enter').effects).toEqual([{ kind: 'quit' }]);
  });

  it('control characters of names never reach the terminal', () => {
    const state = open([experiment('a\u001b[2Jb')]);
    expect(text(state).join('\n')).not.toContain('\u001b');
  });

  it('an answer that fails leaves the last one, with its age and the reason', () => {
    const state = update(
      open([experiment('apple')]),
      { kind: 'trouble', request: { feed: 'experiments', of: '' }, text: 'Temporal does not answer', atMs: NOW_MS },
      SCREENS,
    ).state;
    const later = update(state, { kind: 'tick', atMs: NOW_MS + 20_000 }, SCREENS).state;
    expect(text(later)[2]).toContain('apple-');
    expect(text(later).at(-2)).toBe('Temporal does not answer (as of 20 s ago)');
  });

  it('the gate of one that has ended says what it said then', () => {
    const at = (decision: 'promoted' | 'awaiting_approval') => ({
      outcome: { trials: { ended: 2, total: 2 }, best: 0.4, metric: 'ndcg_at_10', gate: { decision } } as const,
    });
    const state = open([experiment('a', at('promoted')), experiment('b', at('awaiting_approval'))]);
    const lines = text(update(state, { kind: 'resize', size: { columns: 120, rows: 40 } }, SCREENS).state);
    expect(lines.filter((line) => /promoted|awaited approval/.test(line))).toHaveLength(2);
  });

  it('a server that says nothing at all is told of, beside what became of the last key', () => {
    const at = (seconds: number): DashboardState =>
      update(open([experiment('apple')]), { kind: 'tick', atMs: NOW_MS + seconds * 1000 }, SCREENS).state;
    expect(text(at(14)).at(-2)).toBe('');
    expect(text(at(15)).at(-2)).toBe('No answer for 15 s; what is shown is as old.');
    const told = press(at(20), 'y').state;
    expect(text(told).slice(-3, -1)).toEqual([
      'Nothing has been done yet.',
      'No answer for 20 s; what is shown is as old.',
    ]);
  });

  it('help explains every key that does something here', () => {
    const lines = text(press(open([running('a')]), '?').state).join('\n');
    expect(lines).toContain('cancel the marked experiments');
    expect(lines).toContain('sort by the next column');
  });
});
