/** The logs of servers and workers: their last lines by time, then what they add. */
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { parseLogLine } from './log-line.ts';
import { createLogPrinter, type SourcedLine } from './log-printer.ts';
import type { LogsOptions } from './logs-options.ts';
import type { LogReading, LogsRuntime, ServiceLog } from './logs-runtime.ts';

interface OpenedLog {
  readonly name: string;
  readonly reading: LogReading;
}

/** A line without a time belongs to the one before it. */
const timed = ({ name, reading }: OpenedLog): readonly SourcedLine[] => {
  let lastMs: number | null = null;
  return reading.lines.map((text) => {
    const line = parseLogLine(text);
    lastMs = line.atMs ?? lastMs;
    return { ...line, atMs: lastMs, source: name };
  });
};

/** Of several logs: by time, each in its own order. */
const mergedLines = (logs: readonly OpenedLog[], { count, sinceMs }: LogsOptions): readonly SourcedLine[] => {
  const lines = logs
    .flatMap(timed)
    .filter(({ atMs }) => sinceMs === null || (atMs !== null && atMs >= sinceMs))
    .toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  return lines.slice(Math.max(0, lines.length - count));
};

/** Ends when the signal aborts, or at once where nothing is to be followed. */
export const showServiceLogs = async (
  runtime: ProcessRuntime & LogsRuntime,
  logs: readonly ServiceLog[],
  options: LogsOptions,
  signal: AbortSignal,
): Promise<void> => {
  const print = createLogPrinter(runtime.io, { isJson: options.isJson, sources: logs.map(({ name }) => name) });
  const wanted = options.sinceMs === null ? options.count : Number.POSITIVE_INFINITY;
  const opened = await Promise.all(
    logs.map(async ({ name, file }) => ({
      name,
      reading: await runtime.readServiceLog(file, wanted, options.isFollowed),
    })),
  );
  for (const line of mergedLines(opened, options)) {
    print(line);
  }
  if (options.isFollowed) {
    await Promise.all(
      opened.map(async ({ name, reading }) => {
        for await (const text of reading.follow(signal)) {
          print({ ...parseLogLine(text), source: name });
        }
      }),
    );
  }
};
