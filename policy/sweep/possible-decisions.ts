/** A decision of a scheduler where some of the values that it looks at are not known. */
import type { RungDecision, RungQuestion, RungStanding, Scheduler } from '../schedulers/scheduler.ts';

/** More unknown peers than this are tried in steps. */
const MOST_COUNTS = 12;

/** Metrics lie in [0, 1]; beyond both ends, whatever the peers show. */
const LOW = -1;
const HIGH = 2;

const countsUpTo = (most: number): readonly number[] => {
  const step = Math.max(1, Math.ceil(most / MOST_COUNTS));
  const counts = Array.from({ length: Math.floor(most / step) + 1 }, (_, place) => place * step);
  return counts.at(-1) === most ? counts : [...counts, most];
};

/**
 * null: it depends on what is unknown. Each unknown peer may be absent, worse than all or better than all; a scheduler
 * that only ranks its peers can be told no more by any value between.
 * @param unknown indices of peers of the same group that may have a report at this rung
 */
export const decideWithUnknown = (
  scheduler: Scheduler,
  question: RungQuestion,
  unknown: readonly number[],
): RungDecision | null => {
  const decision = scheduler.decide(question);
  const { epoch = 0 } = question.reports.at(-1) ?? {};
  const standing = (index: number, value: number): RungStanding => ({ index, report: { epoch, value, sequence: 0 } });
  for (const present of countsUpTo(unknown.length)) {
    for (const high of countsUpTo(present)) {
      const made = unknown.slice(0, present).map((index, place) => standing(index, place < high ? HIGH : LOW));
      if (scheduler.decide({ ...question, peers: [...question.peers, ...made] }).kind !== decision.kind) {
        return null;
      }
    }
  }
  return decision;
};
