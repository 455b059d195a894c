/** Asks the server whether an attempt at an activity is the current one. */
import {
  ActivityCancelledError,
  ActivityNotFoundError,
  ActivityPausedError,
  ActivityResetError,
  type AsyncCompletionClient,
} from '@temporalio/client';
import { TtExpError } from '../contracts/errors.ts';

export interface AttemptCheckOptions {
  readonly client: Pick<AsyncCompletionClient, 'heartbeat'>;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A server that restarts is waited for; the connection itself tries again only for some seconds. */
const BUDGET_MS = 120_000;
const DELAY_MS = 500;

/** The server has taken the heartbeat, and answered that somebody wants the activity to end. */
const isAcknowledged = (error: unknown): boolean =>
  error instanceof ActivityCancelledError ||
  error instanceof ActivityPausedError ||
  error instanceof ActivityResetError;

/**
 * The task token names activity and attempt, so the server takes a heartbeat with it from the current attempt alone.
 * Satisfies the AttemptPort of activities.
 */
export const createAttemptCheck = ({ client, monotonicMs, sleep }: AttemptCheckOptions) => ({
  confirm: async (taskToken: Uint8Array, details: unknown): Promise<boolean> => {
    const deadlineMs = monotonicMs() + BUDGET_MS;
    for (;;) {
      try {
        await client.heartbeat(taskToken, details);
        return true;
      } catch (error) {
        if (isAcknowledged(error)) {
          return true;
        }
        if (error instanceof ActivityNotFoundError) {
          return false;
        }
        if (monotonicMs() + DELAY_MS > deadlineMs) {
          throw new TtExpError(
            'SERVICE_UNREACHABLE',
            `Temporal has not answered a heartbeat for ${BUDGET_MS / 1000} s`,
            { hint: 'Start it with `tt-exp up`, or correct TEMPORAL_ADDRESS.', cause: error },
          );
        }
        await sleep(DELAY_MS);
      }
    }
  },
});
