/** The end of a service's log and what is added to it, for as long as somebody looks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TtExpError } from '../../../contracts/errors.ts';
import { type LogLine, parseLogLine } from '../../logs/log-line.ts';
import type { LogsRuntime } from '../../logs/logs-runtime.ts';
import { type LogTail, NO_LINES, withLines } from '../core/log-tail.ts';

const FIRST_LINES = 1_000;

/** A burst of lines is one answer. */
const GATHER_MS = 100;

/** Resolves when the signal aborts. @param tell what there is by now */
export const followLog = async (
  runtime: LogsRuntime,
  name: string,
  signal: AbortSignal,
  tell: (tail: LogTail) => void,
): Promise<LogTail> => {
  const log = (await runtime.serviceLogs()).find((one) => one.name === name);
  if (log === undefined) {
    throw new TtExpError('USAGE', `${name} has no log in this home`);
  }
  const reading = await runtime.readServiceLog(log.file, FIRST_LINES, true);
  let tail = withLines(NO_LINES, reading.lines.map(parseLogLine));
  let added: LogLine[] = [];
  let isTelling = false;
  const tellSoon = async (): Promise<void> => {
    await sleep(GATHER_MS);
    tail = withLines(tail, added);
    added = [];
    isTelling = false;
    tell(tail);
  };
  tell(tail);
  for await (const text of reading.follow(signal)) {
    added.push(parseLogLine(text));
    if (!isTelling) {
      isTelling = true;
      void tellSoon();
    }
  }
  return tail;
};
