/** How far trials are, and when they will be done at the rate seen so far. */
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { TrialProgress } from '../../contracts/trial.ts';

/** Where a trial was when this process first saw it. */
export interface Mark {
  readonly atMs: number;
  readonly fraction: number;
}

export type Marks = Readonly<Record<string, Mark>>;

/** Share of the epoch budget done, in [0, 1]. */
export const trialFraction = ({ epochs, epoch, step, steps, last }: TrialProgress): number => {
  const finished = last?.epoch ?? 0;
  const inside = epoch > finished && steps > 0 ? Math.min(1, step / steps) : 0;
  return epochs <= 0 ? 0 : Math.min(1, (finished + inside) / epochs);
};

/** Marks new trials; a trial that fell back (resumed from a checkpoint) is marked anew. */
export const markTrials = (marks: Marks, view: ExperimentView, atMs: number): Marks => {
  const fresh = Object.entries(view.progress).flatMap(([trialId, progress]) => {
    const fraction = trialFraction(progress);
    const mark = marks[trialId];
    return mark === undefined || fraction < mark.fraction ? [[trialId, { atMs, fraction }] as const] : [];
  });
  return fresh.length === 0 ? marks : { ...marks, ...Object.fromEntries(fresh) };
};

/** Seconds that a whole trial takes; null before any progress was seen. */
const wholeSeconds = (mark: Mark | undefined, fraction: number, nowMs: number): number | null =>
  mark === undefined || fraction <= mark.fraction ? null : (nowMs - mark.atMs) / 1000 / (fraction - mark.fraction);

export const trialSecondsLeft = (
  marks: Marks,
  trialId: string,
  progress: TrialProgress,
  nowMs: number,
): number | null => {
  const fraction = trialFraction(progress);
  const whole = wholeSeconds(marks[trialId], fraction, nowMs);
  return whole === null ? null : whole * (1 - fraction);
};

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Seconds until the last trial ends if none stops early: work left, spread over the trials that run now.
 * Null before the first measure.
 */
export const sweepSecondsLeft = (marks: Marks, view: ExperimentView, nowMs: number): number | null => {
  const running = view.trials.filter(({ status }) => status === 'running');
  const planned = Math.max(0, (view.sweep?.trialCount ?? 0) - view.trials.length);
  const pending = planned + view.trials.filter(({ status }) => status === 'pending').length;
  const finished = view.trials.flatMap(({ status, result }) =>
    status === 'completed' && result !== null && result.resumedFromEpoch === null ? [result.seconds] : [],
  );
  const underWay = running.flatMap(({ trialId }) => {
    const progress = view.progress[trialId];
    const whole = progress === undefined ? null : wholeSeconds(marks[trialId], trialFraction(progress), nowMs);
    return whole === null ? [] : [whole];
  });
  const typical = mean(finished) ?? mean(underWay);
  if (typical === null || running.length === 0) {
    return null;
  }
  const left = running.map(({ trialId }) => {
    const progress = view.progress[trialId];
    return progress === undefined
      ? typical
      : (trialSecondsLeft(marks, trialId, progress, nowMs) ?? typical * (1 - trialFraction(progress)));
  });
  const work = left.reduce((sum, seconds) => sum + seconds, 0) + pending * typical;
  return Math.max(work / running.length, ...left);
};
