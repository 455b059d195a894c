/** What has happened in an experiment, each event with its time, as far as it is recorded anywhere. */
import type { RunTimes } from '../../client/facts-reader.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ExperimentEvent } from '../display/event.ts';

/** Trials by their ids. */
export type TrialTimes = ReadonlyMap<string, RunTimes>;

/** @param byRun times of runs; a run that another experiment trained is not among them */
export const trialTimesOf = (
  { trials, replicates }: Pick<ExperimentView, 'trials' | 'replicates'>,
  byRun: ReadonlyMap<string, RunTimes>,
): TrialTimes =>
  new Map(
    [...trials, ...(replicates?.trials ?? [])].flatMap(({ trialId, runId }) => {
      const times = runId === null ? undefined : byRun.get(runId);
      return times === undefined ? [] : [[trialId, times] as const];
    }),
  );

const timeOf = ({ atMs, data }: ExperimentEvent, times: TrialTimes): number | null => {
  if (data.type === 'trial_started') {
    // A run keeps the time of its first attempt.
    return data.attempt === 1 ? (times.get(data.trial_id)?.startTimeMs ?? atMs) : atMs;
  }
  return data.type === 'trial_ended' ? (times.get(data.trial_id)?.endTimeMs ?? atMs) : atMs;
};

/** Beginning and end of the others of their phase. */
const BORDERS_MS: Readonly<Partial<Record<ExperimentEvent['data']['type'], number>>> = {
  phase_started: Number.NEGATIVE_INFINITY,
  phase_finished: Number.NEGATIVE_INFINITY,
  ended: Number.POSITIVE_INFINITY,
};

/**
 * In the order in which they happened: the events of trials that trained side by side go among each other. What has no
 * time stays behind the event that it follows, and everything in its phase, whose times are another clock's.
 */
export const withTrialTimes = (events: readonly ExperimentEvent[], times: TrialTimes): readonly ExperimentEvent[] => {
  let lastMs = Number.NEGATIVE_INFINITY;
  let phase = 0;
  const placed = events.map((event) => {
    const atMs = timeOf(event, times);
    lastMs = atMs ?? lastMs;
    const isBorder = event.data.type === 'phase_started' || event.data.type === 'phase_finished';
    phase += isBorder ? 1 : 0;
    return { event: { ...event, atMs }, placeMs: BORDERS_MS[event.data.type] ?? lastMs, phase };
  });
  return placed
    .toSorted((one, other) => one.phase - other.phase || one.placeMs - other.placeMs)
    .map(({ event }) => event);
};
