/** One command that follows an experiment: stops, display and platform opened in order, closed in reverse. */
import { createStops, RESUMES, type Stops } from '../command-line/stops.ts';
import type { DashboardRuntime } from '../dashboard/dashboard-runtime.ts';
import type { Display } from '../display/display.ts';
import { openDisplay } from '../display/open-display.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { hasScreen, openScreenDisplay } from './screen-display.ts';

export interface WatchingOptions {
  readonly isJson: boolean;
  readonly isPlain: boolean;
  readonly isEvents: boolean;
  readonly timeoutMs: number | null;
  /** See OpenPlatformOptions. */
  readonly mayStart: boolean;
}

export interface Watching {
  readonly stops: Stops;
  readonly display: Display;
  readonly platform: Platform;
}

/** Runs `work` and closes everything whatever happens. The display is closed before `work`'s result is passed on. */
export const withWatching = async <Result>(
  runtime: DashboardRuntime,
  options: WatchingOptions,
  work: (watching: Watching) => Promise<Result>,
): Promise<Result> => {
  const stops = createStops(runtime, { timeoutMs: options.timeoutMs, hint: RESUMES });
  // What is told goes nowhere any more: the reader has gone, or its disk is full.
  const { stdout } = runtime.io;
  const lose = (): void => {
    if (!stops.signal.aborted) {
      stops.interrupt();
    }
  };
  stdout.on('error', lose);
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  // Nobody waits for it before the display is open.
  failed.catch(() => {});
  try {
    const display = hasScreen(runtime, options)
      ? await openScreenDisplay(runtime, { left: stops.interrupt, failed: fail })
      : await openDisplay(runtime, options);
    let platform: Platform | null = null;
    const conduct = async (): Promise<Result> => {
      const opened = await runtime.openPlatform({
        mayStart: options.mayStart,
        progress: display.service,
        signal: stops.signal,
      });
      platform = opened;
      display.connected?.(opened);
      return work({ stops, display, platform: opened });
    };
    try {
      return await Promise.race([conduct(), stops.forced, failed]);
    } finally {
      await display.close();
      await (platform as Platform | null)?.close();
    }
  } finally {
    stdout.off('error', lose);
    stops.dispose();
  }
};
