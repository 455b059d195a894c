/** Of which experiments the list asks what became of their candidates. */
import { describe, expect, test } from 'vitest';
import { openRequests } from '../../../../ui-cli/dashboard/core/feeds.ts';
import { openScreen } from '../../../../ui-cli/dashboard/core/screen.ts';
import { placeOf } from '../../../../ui-cli/dashboard/core/state.ts';
import { SCREENS } from '../../../../ui-cli/dashboard/screens/index.ts';
import type { ExperimentRow } from '../../../../ui-cli/inspect/experiment-rows.ts';
import { type DrivenDashboard, driveDashboard } from '../../../support/drive-dashboard.ts';

/** Half a minute begins. */
const NOW_MS = Date.UTC(2026, 0, 2, 12);

const outcome = { trials: { ended: 2, total: 2 }, best: 0.4, metric: 'map', gate: { decision: 'promoted' } } as const;

const ended = (place: number, change: Partial<ExperimentRow> = {}): ExperimentRow => ({
  experimentId: `e${place}-0123456789`,
  workflowId: `tt-exp/e${place}/0123456789`,
  ...{ status: 'COMPLETED', outcome, snapshot: null, startedAtMs: NOW_MS - 60_000 - place, endedAtMs: NOW_MS - 1 },
  ...change,
});

/** The first of them runs. */
const rows = [
  ended(300, { status: 'RUNNING', outcome: null, endedAtMs: null }),
  ...Array.from({ length: 300 }, (_, place) => ended(place)),
];

const request = ({ state }: DrivenDashboard) =>
  openRequests(openScreen(SCREENS, placeOf(state), state).feeds, state.data).find(({ feed }) => feed === 'decisions');

/** Without what all ids end with. */
const asked = (of: DrivenDashboard): readonly string[] =>
  (request(of)?.version ?? '')
    .split(' ')
    .slice(1)
    .map((id) => id.replace('-0123456789', ''));

const typed = (of: DrivenDashboard, filter: string): DrivenDashboard => of.press('/', ...filter, 'enter');

const tick = (of: DrivenDashboard, afterMs: number): DrivenDashboard =>
  of.send({ kind: 'tick', atMs: NOW_MS + afterMs });

/** Answers what is asked: every one was promoted, but for those that are named. */
const answer = (of: DrivenDashboard, superseded: readonly string[] = []): DrivenDashboard => {
  const open = request(of);
  const [atMs = '', ...ids] = (open?.version ?? '').split(' ');
  const before = of.state.data['decisions:']?.value as { known: object; askedAtMs: object } | undefined;
  const known = ids.map((id) => [id, superseded.some((one) => id.startsWith(`${one}-`)) ? 'superseded' : 'promoted']);
  return of.send({
    kind: 'fed',
    request: { feed: 'decisions', of: '', version: open?.version ?? '' },
    value: {
      known: { ...before?.known, ...Object.fromEntries(known) },
      askedAtMs: { ...before?.askedAtMs, ...Object.fromEntries(ids.map((id) => [id, Number(atMs)])) },
      problem: null,
    },
    atMs: of.state.nowMs,
  });
};

const list = driveDashboard({ screen: 'experiments' }, { nowMs: NOW_MS, columns: 120, rows: 24 }).answer(
  'experiments',
  '',
  rows,
);

describe('ui-cli/dashboard/screens/gate-column', () => {
  test('asks about those in sight that have ended, and again after half a minute', () => {
    // 24 rows, of which the first is running.
    expect([asked(list)[0], asked(list).length]).toEqual(['e0', 23]);
    expect(asked(list.press('end')).at(-1)).toBe('e299');
    const answered = answer(list);
    expect(asked(tick(answered, 29_999))).toEqual([]);
    expect(asked(tick(answered, 30_000))).toHaveLength(23);
  });

  test('a filter on something else asks about the rows that it leaves in sight', () => {
    expect(asked(typed(list, 'e29 state=completed'))).toEqual([
      'e29',
      ...Array.from({ length: 10 }, (_, at) => `e29${at}`),
    ]);
  });

  test.each(['gate=superseded', 'seded', 'gate!=rejected', 'ga~prom'])('the filter %s finds among all', (filter) => {
    let filtered = typed(list, filter);
    const pages: (readonly string[])[] = [];
    for (let page = 0; page < 5 && asked(filtered).length > 0; page += 1) {
      pages.push(asked(filtered));
      expect(filtered.text()).toContain(
        `Asking what became of the candidates: ${page * 100} of 300 so far, newest first`,
      );
      filtered = answer(filtered, ['e7', 'e250']);
    }
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 100]);
    expect(new Set(pages.flat()).size).toBe(300);
    expect(filtered.text()).not.toContain('Asking what became');
    expect(filtered.text()).toContain(/seded/.test(filter) ? 'e250-' : 'e8-');
  });

  test('ordered by the gate, all are asked about as well', () => {
    const sorted = list.press(':', ...'sort gate', 'enter');
    expect(asked(sorted)).toHaveLength(100);
    expect(sorted.text()).toContain('0 of 300 so far');
  });

  test('once a question was answered or a champion moved from here, all are asked about again at once', () => {
    const action = { kind: 'approve', experimentId: 'e0-0123456789', reason: 'looks right' } as const;
    const done = (of: DrivenDashboard): DrivenDashboard =>
      of.send({ kind: 'done', action, outcome: { kind: 'told', text: 'promoted', isBad: false } });
    const answered = answer(tick(list, 10_000));
    expect(asked(answered)).toEqual([]);
    expect(asked(done(answered))).toHaveLength(23);
    // What was asked before it, and is answered after it, does not count.
    expect(asked(answer(done(list)))).toEqual([]);
    const late = done(list);
    const [stale, now] = [request(list)?.version ?? '', request(late)?.version ?? ''];
    expect(now.split(' ').slice(1)).toEqual(stale.split(' ').slice(1));
    expect(now).not.toBe(stale);
    // Twice within a second, and half a minute later as ever.
    const again = answer(done(answer(done(answered))));
    expect([asked(again), asked(tick(again, 29_999))]).toEqual([[], []]);
    expect(asked(tick(again, 30_000))).toHaveLength(23);
    const filtered = [1, 2, 3].reduce((of) => answer(of), typed(list, 'gate=promoted'));
    expect([asked(filtered), asked(done(filtered)).length]).toEqual([[], 100]);
  });

  test('those out of sight are asked about again after five minutes', () => {
    let filtered = typed(list, 'gate=superseded');
    for (let page = 0; page < 3; page += 1) {
      filtered = answer(filtered, ['e7', 'e250']);
    }
    // Two are in sight.
    expect(asked(tick(filtered, 30_000))).toEqual(['e7', 'e250']);
    expect(asked(tick(filtered, 299_999))).toEqual(['e7', 'e250']);
    expect(asked(tick(filtered, 300_000))).toHaveLength(100);
    expect(tick(filtered, 300_000).text()).not.toContain('Asking what became');
  });
});
