/** One command that follows an experiment: stops, display and platform opened in order, closed in reverse. */
import { TtExpError } from '../../contracts/errors.ts';
import { outputLost } from '../command-line/lost-output.ts';
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

/** Whatever step of it was interrupted: that is no news to whoever has interrupted it. */
const startStopped = ({ reason }: AbortSignal): unknown =>
  reason instanceof TtExpError && reason.code === 'INTERRUPTED'
    ? new TtExpError('INTERRUPTED', 'The start was interrupted: no experiment was started by this command.', {
        hint: `Servers and workers that were started keep running: \`tt-exp status\` lists them, \`tt-exp down\` stops them. ${RESUMES}`,
        cause: reason,
      })
    : reason;

/** Runs `work` and closes everything whatever happens. The display is closed before `work`'s result is passed on. */
export const withWatching = async <Result>(
  runtime: DashboardRuntime,
  options: WatchingOptions,
  work: (watching: Watching) => Promise<Result>,
): Promise<Result> => {
  const stops = createStops(runtime, { timeoutMs: options.timeoutMs, hint: RESUMES });
  const lost = outputLost(runtime.io.stdout);
  const lose = (): void => {
    if (!stops.signal.aborted) {
      stops.interrupt();
    }
  };
  lost.addEventListener('abort', lose);
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
      const { mayStart } = options;
      const opening = runtime.openPlatform({ mayStart, progress: display.service, signal: stops.signal });
      const opened = await opening.catch((error: unknown) => {
        throw mayStart && stops.signal.aborted ? startStopped(stops.signal) : error;
      });
      platform = opened;
      if (mayStart && stops.signal.aborted) {
        throw startStopped(stops.signal);
      }
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
    lost.removeEventListener('abort', lose);
    stops.dispose();
  }
};
