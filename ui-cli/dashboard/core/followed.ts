/** What is kept of an experiment beside its last view: how far its trials are, and what has happened. Pure. */
import type { ExperimentView } from '../../../contracts/experiment.ts';
import { NOTHING_TOLD, type ToldEvents, tellEvents } from '../../display/events.ts';
import { markTrials, NO_MARKS, type TrainingMarks } from '../estimate/estimate.ts';

export interface FollowedEvent {
  /** null: it had happened when somebody began to look, nobody knows when. */
  readonly atMs: number | null;
  readonly text: string;
  /** Of the event, as ExperimentEvent has them. */
  readonly subject: string;
  readonly level: number;
}

export interface Followed {
  /** Of the run: one that is retried begins again. */
  readonly startedAtMs: number;
  readonly marks: TrainingMarks;
  readonly told: ToldEvents;
  /** The latest, oldest first. */
  readonly events: readonly FollowedEvent[];
  /** Older ones that were given up. */
  readonly dropped: number;
}

const MOST_EVENTS = 2_000;

export const followView = (before: Followed | undefined, view: ExperimentView, atMs: number): Followed => {
  // What was told of an earlier run stays; how far that one was says nothing of this one.
  const same = before?.startedAtMs === view.startedAtMs ? before : undefined;
  const { told, events: news } = tellEvents(same?.told ?? NOTHING_TOLD, view);
  const lines = news.flatMap(({ lines: texts, subject, level, atMs: ownMs }) =>
    texts.map((text) => ({ atMs: ownMs ?? (before === undefined ? null : atMs), text, subject, level })),
  );
  const events = lines.length === 0 && before !== undefined ? before.events : [...(before?.events ?? []), ...lines];
  const kept = events.length > MOST_EVENTS ? events.slice(-MOST_EVENTS) : events;
  return {
    startedAtMs: view.startedAtMs,
    marks: markTrials(same?.marks ?? NO_MARKS, view),
    told,
    events: kept,
    dropped: (before?.dropped ?? 0) + events.length - kept.length,
  };
};
