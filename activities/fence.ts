/**
 * Keeps an attempt that Temporal has given up from writing. A worker that was frozen or cut off past its heartbeat
 * time-out does not know that a successor runs; so each write first has to be sure.
 */
import { Context } from '@temporalio/activity';
import { TtExpError } from '../contracts/errors.ts';
import type { AttemptPort } from './ports.ts';

export interface Fence {
  /** Resolves only while the attempt is the current one. Throws ATTEMPT_SUPERSEDED, SERVICE_UNREACHABLE. */
  assertCurrent(): Promise<void>;
}

/** Milliseconds. The monotonic clock goes on while the process is frozen, the wall clock also while the machine is. */
export interface Clocks {
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
}

export interface FenceDeps {
  readonly attempts: AttemptPort;
  readonly clocks: Clocks;
}

export interface FenceOptions extends FenceDeps {
  readonly taskToken: Uint8Array;
  /** After this long without a heartbeat the server starts a successor; undefined: it may at any time. */
  readonly heartbeatTimeoutMs: number | undefined;
  readonly details: () => unknown;
}

/**
 * Part of the heartbeat time-out for which an acknowledged heartbeat counts. The server cannot start a successor before
 * the whole of it has passed; the rest is for the write itself.
 */
const TRUSTED_PART = 0.25;

const superseded = (): TtExpError =>
  new TtExpError('ATTEMPT_SUPERSEDED', 'Temporal has given up on this attempt of the step', {
    hint: 'Nothing to do: another attempt has taken its place.',
  });

export const createFence = (options: FenceOptions): Fence => {
  const { attempts, clocks, taskToken, heartbeatTimeoutMs = 0, details } = options;
  const trustedMs = heartbeatTimeoutMs * TRUSTED_PART;
  let confirmed: { readonly monotonicMs: number; readonly wallMs: number } | null = null;
  let isSuperseded = false;
  const readClocks = () => ({ monotonicMs: clocks.monotonicMs(), wallMs: clocks.wallMs() });

  const isTrusted = (): boolean => {
    if (confirmed === null) {
      return false;
    }
    const now = readClocks();
    const isWithin = (sinceMs: number): boolean => sinceMs >= 0 && sinceMs < trustedMs;
    return isWithin(now.monotonicMs - confirmed.monotonicMs) && isWithin(now.wallMs - confirmed.wallMs);
  };

  return {
    assertCurrent: async () => {
      // Asking may take long, and counts from before it: so look at the clocks again after the answer.
      while (!isSuperseded && !isTrusted()) {
        const asked = readClocks();
        isSuperseded = !(await attempts.confirm(taskToken, details()));
        confirmed = asked;
        if (trustedMs === 0) {
          break;
        }
      }
      if (isSuperseded) {
        throw superseded();
      }
    },
  };
};

/** Of the activity that is running. */
export const fenceOwnAttempt = ({ attempts, clocks }: FenceDeps, details: () => unknown): Fence => {
  const { taskToken, heartbeatTimeoutMs } = Context.current().info;
  return createFence({ attempts, clocks, taskToken, heartbeatTimeoutMs, details });
};
