/** What became of the candidates in the list of experiments, as `tt-exp list` tells it. Pure. */
import type { DecisionSince } from '../../../contracts/gate.ts';
import { type ExperimentRow, LISTED } from '../../inspect/experiment-rows.ts';
import { decisionText, endedWithGate } from '../../inspect/gate-decisions.ts';
import { type FeedRequest, fedOf } from '../core/feeds.ts';
import { type DashboardState, tableOf } from '../core/state.ts';
import { cursorPlace } from '../table/table.ts';
import { windowStart } from '../table/table-lines.ts';

/** Somebody may answer or promote at any time; each answer costs MLflow a few questions an experiment. */
const ASKED_EVERY_MS = 30_000;

type Decisions = Readonly<Record<string, DecisionSince>>;

const NONE: Decisions = {};

const FEED = { feed: 'decisions', of: '' } as const;

export const knownDecisions = ({ data }: DashboardState): Decisions => fedOf(data, FEED)?.value?.known ?? NONE;

/** Why rows have a question mark although MLflow has answered. */
export const decisionNotes = ({ data }: DashboardState): readonly string[] => {
  const problem = fedOf(data, FEED)?.value?.problem ?? null;
  return problem === null ? [] : [`What became of some candidates is not known: ${problem}`];
};

/**
 * Those in sight. With a filter or an order of somebody's own the first page of all, as `tt-exp list` has it: what is in
 * sight then depends on the answers.
 */
const askedAbout = (rows: readonly ExperimentRow[], state: DashboardState): readonly ExperimentRow[] => {
  const { filter, sorting, cursor } = tableOf(state, 'experiments');
  if (filter !== '' || sorting !== null) {
    return rows.toSorted((a, b) => b.startedAtMs - a.startedAtMs).slice(0, LISTED);
  }
  const ids = rows.map(({ experimentId }) => experimentId);
  const count = state.size.rows;
  const start = windowStart(cursorPlace(ids, cursor), rows.length, count);
  return rows.slice(start, start + count);
};

/** Asked in the background, again once others have ended or are in sight. @param rows in their own order */
export const decisionFeeds = (rows: readonly ExperimentRow[], state: DashboardState): readonly FeedRequest[] => {
  const ids = endedWithGate(askedAbout(rows, state)).map(({ experimentId }) => experimentId);
  const time = Math.floor(state.nowMs / ASKED_EVERY_MS);
  return ids.length === 0 ? [] : [{ ...FEED, version: [time, ...ids].join(' ') }];
};

/** Ids of the experiments that a request is about. */
export const idsOfDecisions = (version: string | undefined): readonly string[] => (version ?? '').split(' ').slice(1);

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
