/** The dashboard as a person uses it: keys in, frames out. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { type DashboardState, initialState } from '../../../../ui-cli/dashboard/core/state.ts';
import { update } from '../../../../ui-cli/dashboard/core/update.ts';
import { SCREENS } from '../../../../ui-cli/dashboard/screens/index.ts';
import type { ExperimentRow } from '../../../../ui-cli/inspect/experiment-rows.ts';
import { linesOf, pressKeys } from '../../../support/drive-dashboard.ts';

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

describe('ui-cli/dashboard', () => {
  it('shows what runs first, then what failed, then the rest, newest first', () => {
    const state = open([
      experiment('old', { startedAtMs: NOW_MS - 90_000 }),
      experiment('broken', { status: 'FAILED' }),
      experiment('new'),
      running('busy'),
    ]);
    const names = linesOf(state).map((line) => /^([> ]) (\w+)-/.exec(line)?.slice(1).join('') ?? '');
    expect(names.filter((name) => name !== '')).toEqual(['>busy', ' broken', ' new', ' old']);
  });

  it.each([
    [80, 24],
    [120, 40],
    [200, 60],
  ])('a frame of %i by %i has as many rows, none wider', (columns, rows) => {
    const { state } = pressKeys(open([experiment('名前😀'.repeat(30)), running('b')]), 'down');
    const sized = update(state, { kind: 'resize', size: { columns, rows } }, SCREENS).state;
    const lines = linesOf(sized);
    expect(lines).toHaveLength(rows);
    expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
    expect(lines.at(-1)).toContain('q leave');
  });

  it('a terminal that is too small says how large it must be', () => {
    const state = update(open([]), { kind: 'resize', size: { columns: 40, rows: 5 } }, SCREENS).state;
    expect(linesOf(state)[0]).toBe('60×12 needed: the terminal has 40×5. q');
  });

  it('a cancellation has the targets of the moment when it was asked, and needs the whole word', () => {
    const asked = pressKeys(open([running('a'), running('b')]), 'space', 'space', 'x');
    const gone = update(
      asked.state,
      { kind: 'fed', request: { feed: 'experiments', of: '' }, value: [running('b'), running('c')], atMs: NOW_MS },
      SCREENS,
    ).state;
    expect(linesOf(gone).at(-2)).toContain('Cancel 2 experiments? Type cancel:');
    expect(pressKeys(gone, ...'can', 'enter').effects).toEqual([]);
    const done = pressKeys(gone, ...'cancel', 'enter');
    expect(done.effects).toEqual([
      {
        kind: 'act',
        action: { kind: 'steer', experimentIds: ['a-0123456789', 'b-0123456789'], request: { kind: 'cancel' } },
      },
    ]);
    expect(linesOf(pressKeys(done.state, 'y').state).at(-2)).toBe(
      'tt-exp cancel a-0123456789; tt-exp cancel b-0123456789',
    );
  });

  it('read-only, no key changes anything, and none is offered', () => {
    const { state, effects } = pressKeys(open([running('a')], true), 'p', 'x', ...'cancel', 'enter');
    expect(effects).toEqual([]);
    expect(linesOf(state).join('\n')).not.toContain('pause');
    expect(linesOf(pressKeys(open([running('a')], true), 'p').state).at(-2)).toContain('this screen only reads');
    // Not of keys that would do nothing here anyway.
    expect(linesOf(pressKeys(open([running('a')], true), 'F').state).join('\n')).not.toContain('only reads');
  });

  it('filters while one types, and Escape takes it back', () => {
    const state = open([experiment('apple'), experiment('pear')]);
    const typed = pressKeys(state, '/', ...'pea').state;
    expect(linesOf(typed).slice(2, 4)).toEqual([expect.stringContaining('> pear-'), '']);
    expect(linesOf(pressKeys(typed, 'escape').state)[3]).toContain('pear-');
    const kept = pressKeys(typed, 'enter').state;
    expect(linesOf(kept).at(-2)).toContain('filter: pea');
    expect(linesOf(pressKeys(kept, 'escape').state)[3]).toContain('pear-');
  });

  it('commands complete, and one that is mistyped names the nearest', () => {
    const state = open([experiment('apple'), experiment('pear')]);
    expect(linesOf(pressKeys(state, ':', ...'op', 'tab', ...'pe', 'tab').state).at(-2)).toBe(':open pear-0123456789');
    expect(linesOf(pressKeys(state, ':', ...'sorl', 'enter').state).at(-2)).toContain('did you mean sort?');
    const sorted = pressKeys(state, ':', ...'sort experiment desc', 'enter').state;
    expect(linesOf(sorted)[2]).toContain('pear-');
    expect(pressKeys(state, ':', ...'q', 'enter').effects).toEqual([{ kind: 'quit' }]);
  });

  it('control characters of names never reach the terminal', () => {
    const state = open([experiment('a\u001b[2Jb')]);
    expect(linesOf(state).join('\n')).not.toContain('\u001b');
  });

  it('an answer that fails leaves the last one, with its age and the reason', () => {
    const state = update(
      open([experiment('apple')]),
      { kind: 'trouble', request: { feed: 'experiments', of: '' }, text: 'Temporal does not answer', atMs: NOW_MS },
      SCREENS,
    ).state;
    const later = update(state, { kind: 'tick', atMs: NOW_MS + 20_000 }, SCREENS).state;
    expect(linesOf(later)[2]).toContain('apple-');
    expect(linesOf(later).at(-2)).toBe('Temporal does not answer (as of 20 s ago)');
  });

  it('the gate of one that has ended says what became of it, which a filter finds; until that is known its end, with a question mark', () => {
    const at = (decision: 'promoted' | 'awaiting_approval') => ({
      outcome: { trials: { ended: 2, total: 2 }, best: 0.4, metric: 'ndcg_at_10', gate: { decision } } as const,
    });
    const rows = [experiment('a', at('promoted')), experiment('b', at('awaiting_approval')), running('c')];
    const state = update(open(rows), { kind: 'resize', size: { columns: 120, rows: 40 } }, SCREENS).state;
    const gates = (of: DashboardState): readonly string[] =>
      linesOf(of).flatMap((line) => /0\.4000 {2}(.*?) {2,}/.exec(line)?.slice(1) ?? []);
    expect(gates(state)).toEqual(['promoted ?', 'awaited approval ?']);
    const known = { 'a-0123456789': 'superseded', 'b-0123456789': 'awaiting_approval' } as const;
    const told = (change: object) =>
      update(
        state,
        {
          ...{ kind: 'fed', request: { feed: 'decisions', of: '' }, atMs: NOW_MS },
          value: { known, askedAtMs: { 'a-0123456789': NOW_MS, 'b-0123456789': NOW_MS }, problem: null, ...change },
        } as const,
        SCREENS,
      ).state;
    expect(gates(told({}))).toEqual(['superseded', 'awaiting approval']);
    expect(gates(pressKeys(told({}), '/', ...'gate=superseded', 'enter').state)).toEqual(['superseded']);
    expect(gates(pressKeys(told({}), '/', ...'gate=promoted', 'enter').state)).toEqual([]);
    expect(linesOf(told({ problem: 'gate.json is broken' })).join('\n')).toContain(
      'What became of some candidates is not known: gate.json is broken',
    );
  });

  it('a server that says nothing at all is told of, beside what became of the last key', () => {
    const at = (seconds: number): DashboardState =>
      update(open([experiment('apple')]), { kind: 'tick', atMs: NOW_MS + seconds * 1000 }, SCREENS).state;
    expect(linesOf(at(4)).at(-2)).toBe('');
    expect(linesOf(at(5)).at(-2)).toBe('No answer for 5.0 s; what is shown is as old.');
    const told = pressKeys(at(20), 'y').state;
    expect(linesOf(told).slice(-3, -1)).toEqual([
      'tt-exp show apple-0123456789',
      'No answer for 20 s; what is shown is as old.',
    ]);
  });

  it('help explains every key that does something here', () => {
    const lines = linesOf(pressKeys(open([running('a')]), '?').state).join('\n');
    expect(lines).toContain('cancel the marked experiments');
    expect(lines).toContain('sort by the next column');
  });
});
