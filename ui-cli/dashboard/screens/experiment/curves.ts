/** The metrics of trials by epoch: what MLflow has, and what heartbeats say of the last and the running epoch. Pure. */
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { type EpochRecord, epochMetrics } from '../../../../contracts/metrics.ts';
import type { TrialView } from '../../../../contracts/trial.ts';
import { metricName } from '../../../text/metric-table.ts';
import type { CurveMetric } from '../../core/explore.ts';
import { curveRequest, type FeedData, type FeedRequest, fedOf } from '../../core/feeds.ts';
import type { Curve } from '../../plot/curve-plot.ts';
import { type DrawnTrial, epochsOf, trialOf } from './content.ts';

/** As training logs it. */
export const loggedName = ({ objective }: ExperimentView, metric: CurveMetric): string =>
  metric === 'objective' ? `val_${objective.metric}` : metric;

export const curveTitle = ({ objective }: ExperimentView, metric: CurveMetric): string =>
  metric === 'objective' ? `validation ${metricName(objective.metric)}` : metric.replaceAll('_', ' ');

/** null before the trial has a run. */
export const requestOf = (view: ExperimentView, trial: TrialView, metric: CurveMetric): FeedRequest<'curve'> | null =>
  trial.runId === null
    ? null
    : curveRequest(trial.runId, loggedName(view, metric), `${trial.status} ${trial.attempt} ${epochsOf(view, trial)}`);

const fromRecord = (record: EpochRecord, name: string): number | undefined => epochMetrics(record)[name];

/** @param untilMs what was logged later is left out */
export const pointsOf = (
  view: ExperimentView,
  trial: TrialView,
  metric: CurveMetric,
  data: FeedData,
  untilMs = Number.POSITIVE_INFINITY,
): Curve['points'] => {
  const request = requestOf(view, trial, metric);
  const all = (request === null ? null : fedOf(data, request)?.value) ?? [];
  // What a reused trial has shown was known from the beginning.
  const logged = trial.isReused ? all : all.filter(({ timestampMs }) => timestampMs <= untilMs);
  const points = logged.map(({ step, value }) => ({ x: step, y: value }));
  const progress = view.progress[trial.trialId];
  const name = loggedName(view, metric);
  const reached = points.at(-1)?.x ?? 0;
  const last = progress?.last ?? null;
  const own = last !== null && last.epoch > reached ? fromRecord(last, name) : undefined;
  if (last !== null && own !== undefined) {
    points.push({ x: last.epoch, y: own });
  }
  // Inside an epoch only the loss of the steps so far is known.
  const isInside = progress !== undefined && progress.epoch > (last?.epoch ?? 0) && progress.steps > 0;
  if (metric === 'train_loss' && isInside && progress.trainLoss !== null && progress.step > 0) {
    const x = progress.epoch - 1 + progress.step / progress.steps;
    if (x > (points.at(-1)?.x ?? 0)) {
      points.push({ x, y: progress.trainLoss });
    }
  }
  return points;
};

/** Of the trials that are drawn, those that are still there. */
export const curvesOf = (
  view: ExperimentView,
  drawn: readonly DrawnTrial[],
  metric: CurveMetric,
  data: FeedData,
  untilMs?: number,
): readonly Curve[] =>
  drawn.flatMap(({ trialId, role, mark }) => {
    const trial = trialOf(view, trialId);
    return trial === null ? [] : [{ name: trialId, role, mark, points: pointsOf(view, trial, metric, data, untilMs) }];
  });

/** Where running curves will end at the latest; absent where none runs. */
export const lastEpochOf = (view: ExperimentView, drawn: readonly DrawnTrial[]): { readonly mostX?: number } => {
  const limits = drawn.flatMap(({ trialId }) => {
    const trial = trialOf(view, trialId);
    return trial?.status === 'running' && trial.epochLimit !== undefined ? [trial.epochLimit] : [];
  });
  return limits.length === 0 ? {} : { mostX: Math.max(...limits) };
};
