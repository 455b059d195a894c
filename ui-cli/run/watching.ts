/** One command that follows an experiment: stops, display and platform opened in order, closed in reverse. */
import { TtExpError } from '../../contracts/errors.ts';
import { createStops, RESUMES, type Stops } from '../command-line/stops.ts';
import type { Display, DisplayCommands } from '../display/display.ts';
import { openDisplay } from '../display/open-display.ts';
import type { Platform, PlatformRuntime } from '../platform/platform-runtime.ts';
import { makeRequest, type SteeringRequest } from '../steer/steering-request.ts';

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
  /** From now on the keys of the live view steer this experiment. */
  steer(experimentId: string): void;
}

/** A failed cancel must reach the user: it ends the command. Other requests that fail are told, and no more. */
const createRequester = () => {
  let make: (request: SteeringRequest) => Promise<string> = async () => '';
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  return {
    failed,
    request: async (request: SteeringRequest): Promise<string> => {
      try {
        return await make(request);
      } catch (error) {
        if (request.kind === 'cancel' || !(error instanceof TtExpError)) {
          fail(error);
        }
        return error instanceof Error ? error.message : String(error);
      }
    },
    use: (next: (request: SteeringRequest) => Promise<string>): void => {
      make = next;
    },
  };
};

/** Runs `work` and closes everything whatever happens. The display is closed before `work`'s result is passed on. */
export const withWatching = async <Result>(
  runtime: PlatformRuntime,
  options: WatchingOptions,
  work: (watching: Watching) => Promise<Result>,
): Promise<Result> => {
  const stops = createStops(runtime, { timeoutMs: options.timeoutMs, hint: RESUMES });
  const requester = createRequester();
  const commands: DisplayCommands = { detach: stops.interrupt, request: requester.request };
  try {
    const display = await openDisplay(runtime, options, commands);
    let platform: Platform | null = null;
    const conduct = async (): Promise<Result> => {
      const opened = await runtime.openPlatform({
        mayStart: options.mayStart,
        progress: display.service,
        signal: stops.signal,
      });
      platform = opened;
      display.connected?.(opened);
      const steer = (id: string): void =>
        requester.use(async (request) => (await makeRequest(opened.experiments, id, request)).text);
      return work({ stops, display, platform: opened, steer });
    };
    try {
      return await Promise.race([conduct(), stops.forced, requester.failed]);
    } finally {
      await display.close();
      await (platform as Platform | null)?.close();
    }
  } finally {
    stops.dispose();
  }
};
