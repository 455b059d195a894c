/** What became of the candidates in the list of experiments, as `tt-exp list` tells it. Pure. */
import type { DecisionSince } from '../../../contracts/gate.ts';
import { type ExperimentRow, LISTED } from '../../inspect/experiment-rows.ts';
import { decisionText, endedWithGate } from '../../inspect/gate-decisions.ts';
import { type FeedRequest, fedOf } from '../core/feeds.ts';
import { memoLast } from '../core/memo.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { looksAt } from '../table/filter.ts';
import { cursorPlace } from '../table/table.ts';
import { windowStart } from '../table/table-lines.ts';

/** Somebody may answer or promote at any time; each answer costs MLflow a few questions an experiment. */
const ASKED_EVERY_MS = 30_000;

/** Out of sight, where filter or order depend on all of them. */
const ASKED_AGAIN_MS = 300_000;

/** As many at once as are quick to ask about. */
const PAGE = LISTED;

type Decisions = Readonly<Record<string, DecisionSince>>;

const NONE: Decisions = {};

const FEED = { feed: 'decisions', of: '' } as const;

const GATE = 'gate';

/** What the column may say, without what it says of those that run or are not known. */
const TEXTS = (['promoted', 'rejected', 'awaiting_approval', 'superseded', 'archived', 'deleted'] as const).map(
  (decision) => decisionText(decision),
);

export const knownDecisions = ({ data }: DashboardState): Decisions => fedOf(data, FEED)?.value?.known ?? NONE;

const askedAt = ({ data }: DashboardState): Readonly<Record<string, number>> =>
  fedOf(data, FEED)?.value?.askedAtMs ?? {};

/** Then it is not enough to know those in sight: which they are depends on the answers. */
const dependsOnGate = (state: DashboardState, columns: readonly string[]): boolean => {
  const { filter, sorting } = tableOf(state, 'experiments');
  return sorting?.column === GATE || looksAt(filter, GATE, TEXTS, columns);
};

/** As the screen shows them. */
export interface GateRows {
  /** In their own order. */
  readonly rows: readonly ExperimentRow[];
  /** Filtered and sorted. */
  readonly shown: readonly ExperimentRow[];
  /** Names. */
  readonly columns: readonly string[];
}

const inSight = ({ shown }: GateRows, state: DashboardState): readonly ExperimentRow[] => {
  const { cursor } = tableOf(state, 'experiments');
  const ids = shown.map(({ experimentId }) => experimentId);
  const count = state.size.rows;
  const start = windowStart(cursorPlace(ids, cursor), shown.length, count);
  return shown.slice(start, start + count);
};

const idsWithGate = (rows: readonly ExperimentRow[]): readonly string[] =>
  endedWithGate(rows).map(({ experimentId }) => experimentId);

const allWithGate = memoLast((rows: readonly ExperimentRow[]) =>
  idsWithGate(rows.toSorted((a, b) => b.startedAtMs - a.startedAtMs)),
);

const roundMs = (atMs: number): number => Math.floor(atMs / ASKED_EVERY_MS) * ASKED_EVERY_MS;

/** Those in sight, then, where all matter, those that were never asked about, newest first, then the others again. */
const dueIds = (rows: GateRows, state: DashboardState): readonly string[] => {
  const asked = askedAt(state);
  const isDue = (afterMs: number) => (id: string) => {
    const askedAtMs = asked[id] ?? Number.NEGATIVE_INFINITY;
    // Whoever has just decided is not to read what was so before.
    return askedAtMs < state.decidedAtMs || roundMs(state.nowMs) - roundMs(askedAtMs) >= afterMs;
  };
  const near = idsWithGate(inSight(rows, state)).filter(isDue(ASKED_EVERY_MS));
  if (!dependsOnGate(state, rows.columns)) {
    return near;
  }
  const all = allWithGate(rows.rows);
  const others = [...all.filter((id) => asked[id] === undefined), ...all.filter(isDue(ASKED_AGAIN_MS))];
  return [...new Set([...near, ...others])].slice(0, PAGE);
};

/** Asked in the background, a page at a time. */
export const decisionFeeds = (rows: GateRows, state: DashboardState): readonly FeedRequest[] => {
  const ids = dueIds(rows, state);
  const atMs = Math.max(roundMs(state.nowMs), state.decidedAtMs);
  return ids.length === 0 ? [] : [{ ...FEED, version: [atMs, ...ids].join(' ') }];
};

/** What a request is about. */
export const decisionsAsked = (version = '0'): { readonly atMs: number; readonly ids: readonly string[] } => {
  const [atMs, ...ids] = version.split(' ');
  return { atMs: Number(atMs), ids };
};

/** Why rows have a question mark although MLflow has answered, and how far a filter or an order has looked. */
export const decisionNotes = (rows: GateRows, state: DashboardState): readonly string[] => {
  const problem = fedOf(state.data, FEED)?.value?.problem ?? null;
  const asked = askedAt(state);
  const all = dependsOnGate(state, rows.columns) ? allWithGate(rows.rows) : [];
  const known = all.filter((id) => asked[id] !== undefined).length;
  return [
    ...(known === all.length
      ? []
      : [
          `Asking what became of the candidates: ${known} of ${all.length} so far, newest first; more rows may follow.`,
        ]),
    ...(problem === null ? [] : [`What became of some candidates is not known: ${problem}`]),
  ];
};

/** Of what has ended it is the last word by now, or that of its end with a question mark while nobody knows. */
export const gateText = ({ experimentId, snapshot, outcome }: ExperimentRow, decisions: Decisions): string => {
  const atEnd = outcome?.gate?.decision;
  if (snapshot !== null || atEnd === undefined || atEnd === 'not_run') {
    return decisionText((snapshot ?? outcome)?.gate?.decision);
  }
  const now = decisions[experimentId];
  return now === undefined
    ? `${atEnd === 'awaiting_approval' ? 'awaited approval' : decisionText(atEnd)} ?`
    : decisionText(now);
};
