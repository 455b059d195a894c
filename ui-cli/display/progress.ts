/**
 * The progress of a command, always on stderr: on a terminal one line that is redrawn and taken back at the end, else a
 * line every few seconds. What takes less than a moment shows none.
 */
import type { Log } from '../../contracts/log.ts';
import type { ProgressSink } from '../../contracts/services.ts';
import type { CountSink, WorkCount } from '../../contracts/work-count.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { formatDuration } from '../text/formats.ts';
import { logTo } from '../text/log-to.ts';
import { clearLine, drawLine, printLines } from '../text/output.ts';
import { USUAL_WIDTH } from '../text/table.ts';
import { isLive } from './open-display.ts';
import { countTexts, fittingText } from './progress-text.ts';
import { createServiceTexts, isUnderway } from './service-texts.ts';

const REDRAW_MS = 100;
const LINE_EVERY_MS = 5_000;
const TICK_MS = 1_000;
/** Work without a count has only its time to tell, which is told ever less often. */
const RAREST_LINE_MS = 60_000;

export interface Progress {
  /** Something that takes time and is not counted begins: `reading ratings.csv`. */
  begin(what: string): void;
  /** Counts of one unit are one piece of work. */
  readonly count: CountSink;
  /** A line of the caller's own: from the longest to the shortest. It is gone after the next line that stays. */
  draw(texts: readonly string[]): void;
  /** Lines that stay, above the progress. */
  print(stream: NodeJS.WritableStream, lines: readonly string[]): void;
  /** One such line on stderr. */
  say(line: string): void;
  /** What is provisioned and started meanwhile. */
  readonly service: ProgressSink;
  readonly log: Log;
  /** Ends the progress and clears its line. Closed again, it does nothing. */
  close(): void;
}

export interface ProgressOptions {
  /** What stands before the progress: `embed`. */
  readonly name: string;
}

type Work =
  | { readonly kind: 'none' }
  | { readonly kind: 'begun'; readonly what: string; readonly startMs: number }
  | { readonly kind: 'counted'; readonly count: WorkCount; readonly startMs: number }
  | { readonly kind: 'drawn'; readonly texts: readonly string[] };

/** From the longest to the shortest. */
const textsOf = (work: Work, name: string, nowMs: number): readonly string[] => {
  switch (work.kind) {
    case 'none':
      return [];
    case 'drawn':
      return work.texts;
    case 'begun':
      return [`${name}: ${work.what}, ${formatDuration((nowMs - work.startMs) / 1000)}`];
    case 'counted':
      return countTexts(work.count, (nowMs - work.startMs) / 1000).map((text) => `${name}: ${text}`);
  }
};

/** Whoever opens it closes it, also on failure. With `--json` it goes to stderr as without. */
export const openProgress = (runtime: ProcessRuntime, { name }: ProgressOptions): Progress => {
  const { now, isPlain } = runtime;
  const { stderr } = runtime.io;
  const isRedrawn = isLive(runtime, { isJson: false, isPlain });
  /** What began last: counts and lines of the caller's own are parts of it. */
  let whole: Work = { kind: 'none' };
  let work: Work = whole;
  let isDrawn = false;
  let shownMs = now();
  let rarity = 1;
  let isTold = false;
  let isClosed = false;

  const take = (next: Work): void => {
    work = next;
    isTold = false;
    rarity = 1;
  };
  const draw = (): void => {
    if (isClosed) {
      return;
    }
    const texts = textsOf(work, name, now());
    if (texts.length > 0) {
      shownMs = now();
      isDrawn = true;
      drawLine(stderr, fittingText(texts, stderr.columns || USUAL_WIDTH));
    }
  };
  const clear = (): void => {
    if (isDrawn) {
      clearLine(stderr);
      isDrawn = false;
    }
  };
  const line = (everyMs: number): void => {
    const [text] = textsOf(work, name, now());
    if (text !== undefined && now() - shownMs >= everyMs) {
      shownMs = now();
      isTold = true;
      rarity = Math.min(2 * rarity, RAREST_LINE_MS / LINE_EVERY_MS);
      printLines(stderr, [text]);
    }
  };
  const show = (isDone: boolean): void => {
    if (!isRedrawn) {
      line(isDone && isTold ? 0 : work.kind === 'counted' ? LINE_EVERY_MS : LINE_EVERY_MS * rarity);
    } else if (isDone || now() - shownMs >= REDRAW_MS) {
      draw();
    }
  };
  const tick = (): void => {
    if (work.kind === 'counted' && work.count.done === work.count.total) {
      take(whole);
    }
    if (isRedrawn) {
      draw();
    } else {
      line(LINE_EVERY_MS * rarity);
    }
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();

  const print = (stream: NodeJS.WritableStream, lines: readonly string[]): void => {
    const wasDrawn = isDrawn;
    clear();
    printLines(stream, lines);
    shownMs = now();
    if (work.kind === 'drawn') {
      // These lines say how it ended.
      take(whole);
    } else if (wasDrawn) {
      draw();
    }
  };
  const say = (text: string): void => print(stderr, [text]);
  const services = createServiceTexts(now);
  const drawn = (texts: readonly string[]): void => {
    work = { kind: 'drawn', texts };
    show(false);
  };
  return {
    print,
    say,
    service: (event) => {
      const text = services.tell(event);
      if (text !== null && !(isRedrawn && isUnderway(event))) {
        say(text);
      }
      const underway = services.underway();
      if (isRedrawn && underway !== '') {
        drawn([underway]);
      } else if (work.kind === 'drawn') {
        clear();
        take(whole);
      }
    },
    log: logTo(say),
    begin: (what) => {
      whole = { kind: 'begun', what, startMs: now() };
      take(whole);
    },
    count: (count) => {
      if (work.kind === 'counted' && work.count.unit === count.unit) {
        work = { ...work, count };
      } else {
        take({ kind: 'counted', count, startMs: now() });
      }
      show(count.done === count.total);
    },
    draw: drawn,
    close: () => {
      clearInterval(timer);
      clear();
      isClosed = true;
      whole = { kind: 'none' };
      take(whole);
    },
  };
};

/** Opens the progress for as long as `work` takes. */
export const withProgress = async <Result>(
  runtime: ProcessRuntime,
  options: ProgressOptions,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> => {
  const progress = openProgress(runtime, options);
  try {
    return await work(progress);
  } finally {
    progress.close();
  }
};
