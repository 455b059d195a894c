/** What has happened in an experiment, or in one of its trials with every epoch; then what happens. */
import { TtExpError } from '../../contracts/errors.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { TrialView } from '../../contracts/trial.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import type { ExperimentEvent } from '../display/event.ts';
import { NOTHING_TOLD, tellEvents } from '../display/events.ts';
import { createMissedEpochs } from '../display/missed-epochs.ts';
import { epochEvent } from '../display/trial-events.ts';
import { trialOf } from '../platform/find-trial.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { followExperiment } from '../run/follow-experiment.ts';
import { printLines } from '../text/output.ts';
import { createLogPrinter, type SourcedLine } from './log-printer.ts';
import type { LogsOptions } from './logs-options.ts';
import { type TrialTimes, trialTimesOf, withTrialTimes } from './past-events.ts';

export interface LogSubject {
  readonly id: string;
  /** null: everything but the epochs. */
  readonly trialId: string | null;
}

const levelOf = ({ data }: ExperimentEvent): string => {
  if (data.type === 'warning' || (data.type === 'step_attempt' && data.attempt > 1)) {
    return 'warn';
  }
  return data.type === 'trial_ended' && data.trial.status === 'failed' ? 'error' : 'info';
};

const linesOf = (event: ExperimentEvent, source: string): readonly SourcedLine[] =>
  event.lines.map((text) => ({
    ...{ source, atMs: event.atMs, level: levelOf(event) },
    message: text.replace(/^warning: /, ''),
  }));

const isOf = ({ data }: ExperimentEvent, trialId: string | null): boolean =>
  trialId === null ? true : 'trial_id' in data && data.trial_id === trialId && data.type !== 'best_changed';

/** What MLflow knows; `none`, and a note, where it does not answer. */
const askMlflow = async <Answer>(
  { io }: ProcessRuntime,
  { what, none }: { readonly what: string; readonly none: Answer },
  asking: Promise<Answer>,
): Promise<Answer> => {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof TtExpError) {
      printLines(io.stderr, [`note: ${what} are not shown: ${error.message}`]);
      return none;
    }
    throw error;
  }
};

const epochsOf = async (
  { facts }: Platform,
  { trialId, runId, result }: TrialView,
  { objective }: ExperimentView,
): Promise<readonly ExperimentEvent[]> =>
  runId === null
    ? []
    : (await facts.epochs(runId, objective.metric)).map((epoch) =>
        epochEvent(trialId, epoch, result?.epochs ?? null, objective),
      );

/** The times of trials, and the epochs of the one that is asked for. */
const recordedOf = async (
  runtime: ProcessRuntime,
  platform: Platform,
  view: ExperimentView,
  { id, trialId }: LogSubject,
): Promise<readonly [times: TrialTimes, epochs: readonly ExperimentEvent[]]> => {
  const trial = trialId === null ? null : trialOf(id, view.trials, trialId);
  const times = platform.facts.trialTimes(view).then((byRun) => trialTimesOf(view, byRun));
  return Promise.all([
    askMlflow<TrialTimes>(runtime, { what: 'times of trials', none: new Map() }, times),
    trial === null ? [] : askMlflow(runtime, { what: 'epochs', none: [] }, epochsOf(platform, trial, view)),
  ]);
};

/** What is older than asked for goes; what has no time has that of the event before it. */
const since = (events: readonly ExperimentEvent[], sinceMs: number | null): readonly ExperimentEvent[] => {
  let lastMs = Number.NEGATIVE_INFINITY;
  return events.filter(({ atMs }) => {
    lastMs = atMs ?? lastMs;
    return sinceMs === null || lastMs >= sinceMs;
  });
};

/** Ends with the experiment or trial, when the signal aborts, or at once where nothing is to be followed. */
export const showExperimentLogs = async (
  runtime: ProcessRuntime,
  platform: Platform,
  { id, trialId }: LogSubject,
  options: LogsOptions,
  signal: AbortSignal,
): Promise<void> => {
  const { snapshot, steps = [] } = await platform.facts.read(id);
  const view: ExperimentView = { ...snapshot, progress: {}, steps };
  const source = trialId === null ? id : `${id}/${trialId}`;
  const print = createLogPrinter(runtime.io, { isJson: options.isJson, sources: [source] });
  const missed = createMissedEpochs((runId, metric) => platform.facts.epochs(runId, metric));

  const past = tellEvents(NOTHING_TOLD, view);
  const [times, epochs] = await recordedOf(runtime, platform, view, { id, trialId });
  const own = withTrialTimes(past.events, times).filter((event) => isOf(event, trialId));
  const end = own.findIndex(({ data }) => data.type === 'trial_ended');
  const events = trialId === null || end === -1 ? [...own, ...epochs] : own.toSpliced(end, 0, ...epochs);
  const lines = since(events, options.sinceMs).flatMap((event) => linesOf(event, source));
  for (const line of lines.slice(Math.max(0, lines.length - options.count))) {
    print(line);
  }
  if (!options.isFollowed || view.status !== 'running') {
    return;
  }
  for (const event of epochs) {
    await missed.before(event, view);
  }
  const isOver = new AbortController();
  let told = { ...past.told, ...Object.fromEntries(epochs.map(({ subject, level }) => [subject, level])) };
  let working = Promise.resolve();
  const tell = async (seen: ExperimentView): Promise<void> => {
    const news = tellEvents(told, seen);
    told = news.told;
    for (const event of news.events.filter((one) => isOf(one, trialId))) {
      const before = trialId === null ? [] : await missed.before(event, seen);
      for (const line of [...before, event].flatMap((one) => linesOf(one, source))) {
        print({ ...line, atMs: line.atMs ?? runtime.now() });
      }
      if (trialId !== null && event.data.type === 'trial_ended') {
        isOver.abort();
      }
    }
  };
  await followExperiment({
    experiments: platform.experiments,
    experimentId: id,
    onView: (seen) => {
      working = working.then(() => tell(seen));
    },
    signal: AbortSignal.any([signal, isOver.signal]),
  });
  await working;
};
