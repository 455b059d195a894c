/** The progress of work that counts: one line that is redrawn on a terminal, else a line every few seconds. */

import type { CliIo } from '../command-line/process-runtime.ts';
import { formatCount, formatDuration, formatPercent } from '../text/formats.ts';
import { clearLine, drawLine, printLines } from '../text/output.ts';

const REDRAW_MS = 100;
const LINE_EVERY_MS = 5_000;

export interface CountProgress {
  /** @param cached of those that are done: was known before, and takes no time */
  onCount(done: number, total: number, cached?: number): void;
  /** Writes one line that stays, above the progress. */
  say(line: string): void;
  /** Ends the progress; the terminal is at the beginning of a line. */
  close(): void;
}

/** `120 of 1,000 texts (12.0 %), 100 known before, 250 texts/s, 4 s left`. Pure. */
export const progressText = (state: {
  readonly done: number;
  readonly total: number;
  readonly cached: number;
  readonly seconds: number;
  /** `texts` */
  readonly unit: string;
}): string => {
  const { done, total, cached, seconds, unit } = state;
  const made = done - cached;
  const rate = seconds > 0 ? made / seconds : 0;
  return [
    `${formatCount(done)} of ${formatCount(total)} ${unit} (${formatPercent(total === 0 ? 1 : done / total)})`,
    ...(cached > 0 ? [`${formatCount(cached)} from the cache`] : []),
    ...(rate > 0 ? [`${formatCount(Math.round(rate))} ${unit}/s`] : []),
    ...(rate > 0 && done < total ? [`${formatDuration((total - done) / rate)} left`] : []),
  ].join(', ');
};

export interface CountProgressOptions {
  readonly isRedrawn: boolean;
  /** In milliseconds. The clock starts with the first report, so that fetching an encoder does not count. */
  readonly now: () => number;
  /** What stands before the progress: `embed`. */
  readonly name: string;
  readonly unit: string;
}

export const createCountProgress = (
  stderr: CliIo['stderr'],
  { isRedrawn, now, name, unit }: CountProgressOptions,
): CountProgress => {
  let startMs: number | null = null;
  let shownMs: number | null = null;
  let shown = '';
  const write = (text: string): void => {
    if (isRedrawn) {
      drawLine(stderr, text);
    } else {
      printLines(stderr, [text]);
    }
    shown = text;
  };
  return {
    onCount: (done, total, cached = 0) => {
      const nowMs = now();
      startMs ??= nowMs;
      const isDue = shownMs === null || nowMs - shownMs >= (isRedrawn ? REDRAW_MS : LINE_EVERY_MS);
      if (isDue || done === total) {
        shownMs = nowMs;
        write(`${name}: ${progressText({ done, total, cached, seconds: (nowMs - startMs) / 1000, unit })}`);
      }
    },
    say: (line) => {
      if (isRedrawn) {
        clearLine(stderr);
      }
      printLines(stderr, [line]);
      if (isRedrawn && shown !== '') {
        write(shown);
      }
    },
    close: () => {
      if (isRedrawn && shown !== '') {
        printLines(stderr, ['']);
        shown = '';
      }
    },
  };
};
