/** What trainings have shown when, and what they use: of many runs in one question to MLflow. */
import { type ExperimentSnapshot, trainingsOf } from '../contracts/experiment.ts';
import type { RecordedUsage, RecordedUsages, TimedCurve, TimedCurves } from '../contracts/experiment-facts.ts';
import { SYSTEM_METRIC } from '../contracts/names.ts';
import type { HistoryPoint } from '../contracts/runs.ts';
import { objectiveCurve } from '../policy/sweep/objective-curve.ts';

/** Whose trainings are asked about. */
export type TrainingsOf = Pick<ExperimentSnapshot, 'trials' | 'replicates' | 'objective'>;

export interface Histories {
  metricHistories(runIds: readonly string[], key: string): Promise<ReadonlyMap<string, readonly HistoryPoint[]>>;
}

/** As many as MLflow answers for at once. */
const MOST_USAGES = 100;

const runsOf = (view: TrainingsOf) =>
  trainingsOf(view).flatMap(({ trialId, runId, status, isReused }) =>
    runId === null ? [] : [{ trialId, runId, status, isReused }],
  );

export const timedCurvesOf = async (tracking: Histories, view: TrainingsOf): Promise<TimedCurves> => {
  const runs = runsOf(view);
  const runIds = [...new Set(runs.map(({ runId }) => runId))];
  const [ndcg, objective] = await Promise.all(
    [...new Set(['val_ndcg_at_10', `val_${view.objective.metric}`])].map((key) =>
      tracking.metricHistories(runIds, key),
    ),
  );
  const curves = runs.map(({ trialId, runId }): readonly [string, TimedCurve] => {
    const epochs = (points: typeof ndcg) =>
      (points?.get(runId) ?? []).map(({ step, value }) => ({ epoch: step, value }));
    const endedAt = new Map((ndcg?.get(runId) ?? []).map(({ step, timestampMs }) => [step, timestampMs]));
    const curve = objectiveCurve(epochs(ndcg), epochs(objective ?? ndcg));
    return [trialId, curve.map((point) => ({ ...point, atMs: endedAt.get(point.epoch) ?? 0 }))];
  });
  return Object.fromEntries(curves.filter(([, curve]) => curve.length > 0));
};

/** Those that run first; of an earlier experiment's trials nothing is asked. */
export const usagesOf = async (tracking: Histories, view: TrainingsOf): Promise<RecordedUsages> => {
  const own = runsOf(view).filter(({ isReused }) => !isReused);
  const isRunning = ({ status }: (typeof own)[number]): boolean => status === 'running';
  const runs = [...own.filter(isRunning), ...own.filter((run) => !isRunning(run)).toReversed()].slice(0, MOST_USAGES);
  const runIds = runs.map(({ runId }) => runId);
  const { cpu, memory, gpu, gpuMemory, gpuMemoryShare } = SYSTEM_METRIC;
  const [ofCpu, ...others] = await Promise.all(
    [cpu, memory, gpu, gpuMemory, gpuMemoryShare].map((key) => tracking.metricHistories(runIds, key)),
  );
  const usages = runs.flatMap(({ trialId, runId }): (readonly [string, RecordedUsage])[] => {
    const last = ofCpu?.get(runId)?.at(-1);
    if (last === undefined) {
      return [];
    }
    // Of the same epoch alone: what was recorded once and no longer is would pass for now.
    const [memoryMegabytes, gpuPercent, gpuMemoryMegabytes, gpuMemoryPercent] = others.map(
      (histories) => histories.get(runId)?.findLast(({ step }) => step === last.step)?.value,
    );
    return memoryMegabytes === undefined
      ? []
      : [
          [
            trialId,
            {
              ...{ cpuPercent: last.value, memoryMegabytes, epoch: last.step },
              ...(gpuPercent === undefined ? {} : { gpuPercent }),
              ...(gpuMemoryMegabytes === undefined ? {} : { gpuMemoryMegabytes }),
              ...(gpuMemoryPercent === undefined ? {} : { gpuMemoryPercent }),
            },
          ],
        ];
  });
  return Object.fromEntries(usages);
};
