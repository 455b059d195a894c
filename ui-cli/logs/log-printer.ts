/** Log lines for people, or as NDJSON. */
import { printable } from '../../contracts/printable.ts';
import type { CliIo } from '../command-line/process-runtime.ts';
import { printJsonLine, printLines } from '../text/output.ts';
import type { LogLine } from './log-line.ts';

/** A line, and the service, experiment or trial that it is of. */
export interface SourcedLine extends LogLine {
  readonly source: string;
}

/** `2026-11-30 10:14:47` in UTC, as all times are printed. */
const timeText = (atMs: number): string => new Date(atMs).toISOString().replace('T', ' ').slice(0, 19);

/** Without its service. */
export const logLineText = ({ atMs, level, message }: LogLine): string =>
  [
    // What has no level is shown as it was written, with the time that it has.
    ...(level === null
      ? [message]
      : [atMs === null ? ' '.repeat('2026-11-30 10:14:47'.length) : timeText(atMs), level.padEnd(5), message]),
  ].join('  ');

const lineText = (line: SourcedLine, sourceWidth: number): string =>
  `${sourceWidth > 0 ? `${line.source.padEnd(sourceWidth)}  ` : ''}${logLineText(line)}`;

/** @param sources names before the lines where there are several */
export const createLogPrinter = (
  io: CliIo,
  { isJson, sources }: { readonly isJson: boolean; readonly sources: readonly string[] },
): ((line: SourcedLine) => void) => {
  const width = sources.length < 2 ? 0 : Math.max(...sources.map((name) => printable(name).length));
  return (line) => {
    if (isJson) {
      const { atMs, level, source, message } = line;
      const time = atMs === null ? null : new Date(atMs).toISOString();
      printJsonLine(io, { source, time, level, message });
    } else {
      printLines(io.stdout, [lineText(line, width)]);
    }
  };
};
