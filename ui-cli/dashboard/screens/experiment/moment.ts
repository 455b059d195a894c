/** An experiment that has ended as it was at an earlier moment, by the times at which its epochs ended. Pure. */
import { type ExperimentView, trainingsOf } from '../../../../contracts/experiment.ts';
import type { TimedCurve, TimedCurves } from '../../../../contracts/experiment-facts.ts';
import type { TrialView } from '../../../../contracts/trial.ts';
import { pickBestTrial } from '../../../../policy/selection.ts';
import { type FeedRequest, fedOf } from '../../core/feeds.ts';
import { memoLast } from '../../core/memo.ts';
import type { DashboardState } from '../../core/state.ts';

/** From the end to the beginning of a long history. */
const MOST_STEPS = 100;

/** When the experiment's own epochs ended, ascending: a reused trial was trained before. */
export const momentsOf = (view: ExperimentView, curves: TimedCurves): readonly number[] => {
  const times = trainingsOf(view).flatMap(({ trialId, isReused }) =>
    isReused ? [] : (curves[trialId] ?? []).map(({ atMs }) => atMs),
  );
  return [...new Set(times)].sort((a, b) => a - b);
};

/** Steps from the end to the first moment. */
export const stepsOf = (moments: readonly number[]): number => Math.min(MOST_STEPS, Math.max(0, moments.length - 1));

/** The moment so many steps before the last one; null where there is none before it. */
export const momentAt = (moments: readonly number[], stepsBack: number): number | null => {
  const steps = stepsOf(moments);
  const last = moments.length - 1;
  return steps === 0 ? null : (moments[Math.round((last * Math.max(0, steps - stepsBack)) / steps)] ?? null);
};

/** @param curve empty: nothing is recorded of it, so that it has nothing to show before the end */
const trialAt = (trial: TrialView, curve: TimedCurve, atMs: number): TrialView => {
  const past = curve.filter((epoch) => epoch.atMs <= atMs);
  const last = past.at(-1);
  if (trial.isReused || (curve.length > 0 && past.length === curve.length)) {
    return trial;
  }
  return {
    ...trial,
    ...{ result: null, logged: null, error: null, reason: null, isInFlight: last !== undefined },
    status: last === undefined ? 'pending' : 'running',
    value: last?.value ?? null,
    reports: trial.reports.filter(({ epoch }) => epoch <= (last?.epoch ?? 0)),
  };
};

/** Trials, replicates, and who leads. Whatever else the view says is of the end. */
export const viewAtMoment = (view: ExperimentView, curves: TimedCurves, atMs: number): ExperimentView => {
  const at = (trial: TrialView): TrialView => trialAt(trial, curves[trial.trialId] ?? [], atMs);
  const trials = view.trials.map(at);
  const { replicates } = view;
  const shown = {
    ...view,
    trials,
    ...(replicates === undefined ? {} : { replicates: { ...replicates, trials: replicates.trials.map(at) } }),
    // The gate compares one, after the last epoch of all; who leads here may be another.
    gate: { ...view.gate, ci: null },
    bestTrialId: pickBestTrial(trials, view.objective.direction)?.trialId ?? null,
  };
  const running = trainingsOf(shown).filter(({ status }) => status === 'running');
  const epochsOf = ({ trialId }: TrialView): number =>
    curves[trialId]?.findLast((epoch) => epoch.atMs <= atMs)?.epoch ?? 0;
  // The running epoch is the one after the last that had ended.
  const progress = running.map((trial) => [
    trial.trialId,
    {
      ...{ epoch: epochsOf(trial) + 1, epochs: trial.epochLimit ?? epochsOf(trial) + 1, step: 0, steps: 0 },
      ...{ trainLoss: null, last: null, best: null, resumedFromEpoch: null },
    },
  ]);
  // Nobody may have led yet, which the phase of the end rules out.
  return { ...shown, progress: Object.fromEntries(progress) } as ExperimentView;
};

/** Asked once for what has been trained by now: an experiment that was tried again has more. */
export const historyRequest = (view: ExperimentView): FeedRequest<'history'> => ({
  feed: 'history',
  of: view.experimentId,
  version: trainingsOf(view)
    .map(({ attempt, result }) => `${attempt}.${result?.epochs ?? 0}`)
    .join(' '),
});

export const stepsBackOf = (experimentId: string, { explore }: DashboardState): number =>
  explore.stepsBack[experimentId] ?? 0;

const cachedMoments = memoLast(momentsOf);
const cachedView = memoLast(viewAtMoment);

/** null before the history is known. */
export const knownMoments = (view: ExperimentView, { data }: DashboardState): readonly number[] | null => {
  const curves = fedOf(data, historyRequest(view))?.value ?? null;
  return curves === null ? null : cachedMoments(view, curves);
};

export interface Shown {
  readonly view: ExperimentView;
  /** null: as it is now. */
  readonly atMs: number | null;
}

/** As somebody wants to see it. */
export const shownOf = (view: ExperimentView, state: DashboardState): Shown => {
  const stepsBack = stepsBackOf(view.experimentId, state);
  const curves = fedOf(state.data, historyRequest(view))?.value ?? null;
  const moments = knownMoments(view, state);
  if (stepsBack === 0 || curves === null || moments === null || view.status === 'running') {
    return { view, atMs: null };
  }
  const atMs = momentAt(moments, stepsBack);
  return atMs === null ? { view, atMs } : { view: cachedView(view, curves, atMs), atMs };
};

/** `2026-11-30 13:05:12Z` */
export const utcText = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
