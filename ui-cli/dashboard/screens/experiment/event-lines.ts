/** What has happened in an experiment, until the moment that somebody looks at. Pure. */
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { NOTHING_TOLD, tellEvents } from '../../../display/events.ts';
import type { FollowedEvent } from '../../core/followed.ts';
import { type Line, lineOf } from '../../core/line.ts';
import { memoLast } from '../../core/memo.ts';
import type { DashboardState } from '../../core/state.ts';
import type { Shown } from './moment.ts';

/** At a moment that has passed the experiment had not ended, whatever became of it. */
const toldBy = memoLast(
  (view: ExperimentView) => tellEvents(NOTHING_TOLD, { ...view, status: 'running' } as ExperimentView).told,
);

/**
 * Those that had happened. What has no time happened after everything that is told before it, and as far as it is
 * about a trial, when the trial was so.
 * @param view as it was at the moment
 */
const eventsUntil = (
  events: readonly FollowedEvent[],
  view: ExperimentView,
  untilMs: number,
): readonly FollowedEvent[] => {
  const told = toldBy(view);
  let earliestMs = Number.NEGATIVE_INFINITY;
  return events.filter(({ atMs, subject, level }) => {
    earliestMs = Math.max(earliestMs, atMs ?? earliestMs);
    return atMs === null ? earliestMs <= untilMs && (told[subject] ?? -1) >= level : atMs <= untilMs;
  });
};

const timeText = (atMs: number | null, isPast: boolean): string =>
  atMs !== null ? `${new Date(atMs).toISOString().slice(11, 19)}Z` : isPast ? '  no time' : '   before';

/** The end first: what comes last matters most. @param shown of a moment that has passed; null: all of them are told */
export const eventLines = (
  experimentId: string,
  { followed }: DashboardState,
  isTold: (text: string) => boolean,
  shown: Shown | null = null,
): readonly Line[] => {
  const own = followed[experimentId];
  const untilMs = shown?.atMs ?? null;
  const all = own?.events ?? [];
  const past = shown === null || untilMs === null ? all : eventsUntil(all, shown.view, untilMs);
  const told = past
    .filter(({ text }) => isTold(text))
    .toReversed()
    .map(({ atMs, text }): Line => [{ text: `${timeText(atMs, untilMs !== null)}  `, role: 'dim' }, { text }]);
  return own === undefined || own.dropped === 0 ? told : [...told, lineOf(`${own.dropped} older ones`, 'dim')];
};
