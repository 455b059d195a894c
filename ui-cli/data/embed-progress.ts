/** The progress of embedding: one line that is redrawn on a terminal, else a line every few seconds. */

import type { CliIo } from '../command-line/process-runtime.ts';
import { formatCount, formatDuration, formatPercent } from '../text/formats.ts';
import { clearLine, drawLine, printLines } from '../text/output.ts';

const REDRAW_MS = 100;
const LINE_EVERY_MS = 5_000;

export interface EmbedProgress {
  onTexts(done: number, total: number, cached: number): void;
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
}): string => {
  const { done, total, cached, seconds } = state;
  const made = done - cached;
  const rate = seconds > 0 ? made / seconds : 0;
  return [
    `${formatCount(done)} of ${formatCount(total)} texts (${formatPercent(total === 0 ? 1 : done / total)})`,
    ...(cached > 0 ? [`${formatCount(cached)} from the cache`] : []),
    ...(rate > 0 ? [`${formatCount(Math.round(rate))} texts/s`] : []),
    ...(rate > 0 && done < total ? [`${formatDuration((total - done) / rate)} left`] : []),
  ].join(', ');
};

/** `now` in milliseconds. The clock starts with the first report, so that fetching an encoder does not count. */
export const createEmbedProgress = (
  stderr: CliIo['stderr'],
  { isRedrawn, now }: { readonly isRedrawn: boolean; readonly now: () => number },
): EmbedProgress => {
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
    onTexts: (done, total, cached) => {
      const nowMs = now();
      startMs ??= nowMs;
      const isDue = shownMs === null || nowMs - shownMs >= (isRedrawn ? REDRAW_MS : LINE_EVERY_MS);
      if (isDue || done === total) {
        shownMs = nowMs;
        write(`embed: ${progressText({ done, total, cached, seconds: (nowMs - startMs) / 1000 })}`);
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
