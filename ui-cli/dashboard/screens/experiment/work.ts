/** Who trains what, and what it takes: workers of this home, and each training with its processor and memory. Pure. */
import { type ExperimentView, trainingsOf } from '../../../../contracts/experiment.ts';
import type { RecordedUsage, RecordedUsages } from '../../../../contracts/experiment-facts.ts';
import type { ServiceStatus } from '../../../../contracts/services.ts';
import type { TrialView } from '../../../../contracts/trial.ts';
import { formatCount, formatDuration } from '../../../text/formats.ts';
import { formatTable } from '../../../text/table.ts';
import { type FeedRequest, fedOf } from '../../core/feeds.ts';
import { type Line, lineOf } from '../../core/line.ts';
import type { DashboardState } from '../../core/state.ts';
import { NO_MARKS, type TrainingMarks, trialSecondsLeft } from '../../estimate/estimate.ts';
import { epochsOf, isWaiting } from './content.ts';

const SERVICES = { feed: 'services', of: '' } as const;

/** Asked again when a training has ended another epoch. */
const usageRequest = (view: ExperimentView): FeedRequest<'usage'> => ({
  feed: 'usage',
  of: view.experimentId,
  version: trainingsOf(view)
    .map((trial) => `${trial.attempt}.${epochsOf(view, trial)}`)
    .join(' '),
});

export const workFeeds = (view: ExperimentView): readonly FeedRequest[] => [SERVICES, usageRequest(view)];

const right = (title: string) => ({ title, align: 'right' }) as const;
const none = '–';

/** Slots are what may train at once. */
const slotsText = ({ sweep, progress, tensorflow, status }: ExperimentView): string =>
  [
    ...(status !== 'running' ? [] : [`${Object.keys(progress).length} of ${sweep?.maxParallel ?? 1} slots at work`]),
    ...(tensorflow === null ? [] : [`TensorFlow ${tensorflow.backend}, ${tensorflow.library}`]),
  ].join('; ');

/** Of those that are to train, and of which no worker has told anything. */
const beginningLines = (view: ExperimentView): readonly Line[] => {
  const [first, ...others] = trainingsOf(view).filter(
    (trial) => trial.status === 'running' && !isWaiting(trial) && view.progress[trial.trialId] === undefined,
  );
  const who = others.length === 0 ? `${first?.trialId} begins, or waits` : `${others.length + 1} begin, or wait`;
  return first === undefined || view.status !== 'running'
    ? []
    : [lineOf(`${who} for a slot of a worker; other experiments may have them`, 'warn')];
};

const workerLines = (services: readonly ServiceStatus[] | null): readonly Line[] => {
  const workers = (services ?? []).filter(({ kind }) => kind === 'worker');
  if (workers.length === 0) {
    return [lineOf(services === null ? 'Asking for the workers …' : 'No worker runs in this home.', 'dim')];
  }
  const [head = '', ...rows] = formatTable(
    [{ title: 'worker' }, { title: 'state' }, right('up'), right('restarts'), { title: 'trouble' }],
    workers.map(({ name, state, uptimeSeconds, restarts, lastError }) => [
      ...[name, state, uptimeSeconds === null ? none : formatDuration(uptimeSeconds), String(restarts)],
      // Of one that serves again it is over.
      state === 'healthy' ? '' : (lastError ?? ''),
    ]),
  );
  return [lineOf(head, 'strong'), ...rows.map((row) => lineOf(row))];
};

const secondsAnEpoch = (view: ExperimentView, { trialId, result }: TrialView): number | null => {
  const pace = view.progress[trialId]?.pace ?? null;
  return pace !== null
    ? pace.epochSeconds
    : result === null || result.epochs === 0
      ? null
      : result.seconds / result.epochs;
};

const shownSeconds = (seconds: number | null): string => (seconds === null ? none : formatDuration(seconds));

/** Of its GPU, all programs on it together. */
const gpuCells = ({ gpuPercent, gpuMemoryMegabytes, gpuMemoryPercent }: Partial<RecordedUsage>): readonly string[] => [
  gpuPercent === undefined ? none : `${formatCount(Math.round(gpuPercent))} %`,
  gpuMemoryMegabytes === undefined
    ? none
    : `${formatCount(Math.round(gpuMemoryMegabytes))} MB${
        gpuMemoryPercent === undefined ? '' : ` (${Math.round(gpuMemoryPercent)} %)`
      }`,
];

const trainingLines = (view: ExperimentView, usages: RecordedUsages, marks: TrainingMarks): readonly Line[] => {
  const own = trainingsOf(view).filter((trial) => !trial.isReused && epochsOf(view, trial) > 0);
  const isRunning = ({ status }: TrialView): boolean => status === 'running';
  const isOnGpu = ({ trialId, status, result }: TrialView): boolean =>
    (result?.tensorflow.backend ?? (status === 'running' ? view.tensorflow?.backend : undefined)) === 'gpu' ||
    usages[trialId]?.gpuPercent !== undefined;
  const hasGpu = own.some(isOnGpu);
  const [head = '', ...rows] = formatTable(
    [
      ...[{ title: 'trial' }, { title: 'state' }, right('epoch'), right('CPU'), right('memory')],
      ...(hasGpu ? [right('GPU'), right('GPU memory')] : []),
      ...[{ title: 'device' }, right('an epoch'), right('left')],
    ],
    [...own.filter(isRunning), ...own.filter((trial) => !isRunning(trial)).toReversed()].map((trial) => {
      const { trialId, status, result } = trial;
      const usage = usages[trialId];
      return [
        ...[trialId, status, String(epochsOf(view, trial))],
        usage === undefined ? none : `${formatCount(Math.round(usage.cpuPercent))} %`,
        usage === undefined ? none : `${formatCount(Math.round(usage.memoryMegabytes))} MB`,
        ...(hasGpu ? gpuCells(usage ?? {}) : []),
        result?.tensorflow.backend ?? view.tensorflow?.backend ?? none,
        shownSeconds(secondsAnEpoch(view, trial)),
        shownSeconds(trialSecondsLeft(marks, view, trialId)),
      ];
    }),
  );
  return [lineOf(head, 'strong'), ...rows.map((row) => lineOf(row))];
};

export const workLines = (view: ExperimentView, { data, followed }: DashboardState): readonly Line[] => [
  lineOf(slotsText(view), 'dim'),
  ...beginningLines(view),
  ...workerLines(fedOf(data, SERVICES)?.value?.services ?? null),
  [],
  ...trainingLines(view, fedOf(data, usageRequest(view))?.value ?? {}, followed[view.experimentId]?.marks ?? NO_MARKS),
];
