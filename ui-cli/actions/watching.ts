/** One command that follows an experiment: stops, display and platform opened in order, closed in reverse. */
import type { Display, DisplayCommands } from '../display.ts';
import { openDisplay } from '../open-display.ts';
import type { CliRuntime, Platform } from '../runtime.ts';
import { createStops, type Stops } from '../stops.ts';

export interface WatchingOptions {
  readonly isJson: boolean;
  readonly isPlain: boolean;
  readonly timeoutMs: number | null;
  /** See OpenPlatformOptions. */
  readonly mayStart: boolean;
}

export interface Watching {
  readonly stops: Stops;
  readonly display: Display;
  readonly platform: Platform;
  /** What the key `c` cancels. */
  cancelWith(cancel: () => Promise<void>): void;
}

/** A failed cancel must reach the user: it ends the command. */
const createCanceller = () => {
  let cancel: () => Promise<void> = async () => {};
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  return {
    failed,
    request: (): void => void cancel().catch(fail),
    use: (next: () => Promise<void>): void => {
      cancel = next;
    },
  };
};

/** Runs `work` and closes everything whatever happens. The display is closed before `work`'s result is passed on. */
export const withWatching = async <Result>(
  runtime: CliRuntime,
  options: WatchingOptions,
  work: (watching: Watching) => Promise<Result>,
): Promise<Result> => {
  const stops = createStops(runtime, options.timeoutMs);
  const canceller = createCanceller();
  const commands: DisplayCommands = { detach: stops.interrupt, cancel: canceller.request };
  try {
    const display = await openDisplay(runtime, options, commands);
    let platform: Platform | null = null;
    const conduct = async (): Promise<Result> => {
      platform = await runtime.openPlatform({
        mayStart: options.mayStart,
        progress: display.service,
        signal: stops.signal,
      });
      return work({ stops, display, platform, cancelWith: canceller.use });
    };
    try {
      return await Promise.race([conduct(), stops.forced, canceller.failed]);
    } finally {
      await display.close();
      await (platform as Platform | null)?.close();
    }
  } finally {
    stops.dispose();
  }
};
