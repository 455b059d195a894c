/** `tt-exp logs`: what a server or worker of this home has logged, or what has happened in an experiment or trial. */
import { nearestName } from '../../config/nearest.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { parseExperimentId, splitTrialReference } from '../../contracts/ids.ts';
import { outputLost } from '../command-line/lost-output.ts';
import { createStops, type Stops } from '../command-line/stops.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withinStops } from '../platform/with-platform.ts';
import { showExperimentLogs } from './experiment-logs.ts';
import type { LogsOptions } from './logs-options.ts';
import type { LogsRuntime, ServiceLog } from './logs-runtime.ts';
import { showServiceLogs } from './service-logs.ts';

type Runtime = PlatformRuntime & LogsRuntime;

/** A name, or the beginning of some: `worker` is every worker. */
const matching = (logs: readonly ServiceLog[], text: string): readonly ServiceLog[] => {
  const exact = logs.filter(({ name }) => name === text);
  return exact.length > 0 ? exact : logs.filter(({ name }) => name.startsWith(text));
};

/** `worker`, `worker-tt`, …: every beginning by which logs can be named. */
const beginningsOf = ({ name }: ServiceLog): readonly string[] =>
  name.split('-').map((_, index, parts) => parts.slice(0, index + 1).join('-'));

/** The name of a log that somebody has most likely mistyped: what has the form of an id is none. */
const mistyped = (logs: readonly ServiceLog[], text: string): string | null =>
  parseExperimentId(splitTrialReference(text).experiment) === null
    ? nearestName(text, [...new Set(logs.flatMap(beginningsOf))])
    : null;

const noSuchLog = (logs: readonly ServiceLog[], text: string, nearest: string): TtExpError =>
  new TtExpError('USAGE', `tt-exp logs: got ${JSON.stringify(text)}, expected a server, worker, experiment or trial`, {
    hint: `Did you mean ${nearest}? Logs: ${logs.map(({ name }) => name).join(', ')}.`,
  });

/** Runs until the work ends, Ctrl-C is pressed, or nobody reads any more. */
const untilStopped = async (
  runtime: Runtime,
  work: (signal: AbortSignal, stops: Stops) => Promise<void>,
): Promise<number> => {
  const stops = createStops(runtime);
  const signal = AbortSignal.any([stops.signal, outputLost(runtime.io.stdout)]);
  try {
    await Promise.race([work(signal, stops), stops.forced]);
    return stops.signal.aborted ? EXIT.interrupted : EXIT.done;
  } finally {
    stops.dispose();
  }
};

export const showLogs = async (runtime: Runtime, text: string, options: LogsOptions): Promise<number> => {
  const logs = await runtime.serviceLogs();
  const found = matching(logs, text);
  if (found.length > 0) {
    return untilStopped(runtime, (signal) => showServiceLogs(runtime, found, options, signal));
  }
  const nearest = mistyped(logs, text);
  if (nearest !== null) {
    throw noSuchLog(logs, text, nearest);
  }
  const { experiment, trialId } = splitTrialReference(text);
  return untilStopped(runtime, (signal, stops) =>
    withinStops(runtime, stops, async (platform) => {
      const id = await resolveExperimentId(platform.experiments, experiment);
      await showExperimentLogs(runtime, platform, { id, trialId }, options, signal);
    }),
  );
};
