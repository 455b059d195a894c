/** `tt-exp logs`: what a server or worker of this home has logged. */
import { nearestName } from '../../config/nearest.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { createStops } from '../command-line/stops.ts';
import type { LogsOptions } from './logs-options.ts';
import type { LogsRuntime, ServiceLog } from './logs-runtime.ts';
import { showServiceLogs } from './service-logs.ts';

type Runtime = ProcessRuntime & LogsRuntime;

/** A name, or the beginning of some: `worker` is every worker. */
const matching = (logs: readonly ServiceLog[], text: string): readonly ServiceLog[] => {
  const exact = logs.filter(({ name }) => name === text);
  return exact.length > 0 ? exact : logs.filter(({ name }) => name.startsWith(text));
};

const noSuchLog = (logs: readonly ServiceLog[], text: string): TtExpError => {
  const names = logs.map(({ name }) => name);
  const nearest = nearestName(text, names);
  const known =
    names.length === 0 ? 'Nothing has been started in this home: `tt-exp up`.' : `Logs: ${names.join(', ')}.`;
  return new TtExpError('USAGE', `tt-exp logs: got ${JSON.stringify(text)}, expected a server or worker of this home`, {
    hint: nearest === null ? known : `Did you mean ${nearest}? ${known}`,
  });
};

/** Runs until the work ends, Ctrl-C is pressed, or nobody reads any more. */
const untilStopped = async (runtime: Runtime, work: (signal: AbortSignal) => Promise<void>): Promise<number> => {
  const stops = createStops(runtime);
  const closed = new AbortController();
  const onClose = (): void => closed.abort();
  runtime.io.stdout.once('close', onClose);
  try {
    await Promise.race([work(AbortSignal.any([stops.signal, closed.signal])), stops.forced]);
    return stops.signal.aborted ? EXIT.interrupted : EXIT.done;
  } finally {
    runtime.io.stdout.off('close', onClose);
    stops.dispose();
  }
};

export const showLogs = async (runtime: Runtime, text: string, options: LogsOptions): Promise<number> => {
  const logs = await runtime.serviceLogs();
  const found = matching(logs, text);
  if (found.length === 0) {
    throw noSuchLog(logs, text);
  }
  return untilStopped(runtime, (signal) => showServiceLogs(runtime, found, options, signal));
};
