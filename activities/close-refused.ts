/** For runs that are made in several steps: one that cannot be completed must not stay RUNNING. */
import { ERROR_CATALOGUE, fromErrorRecord, TtExpError, toErrorRecord } from '../contracts/errors.ts';
import { tryEach } from '../contracts/try-each.ts';
import type { TrackingPort } from './ports.ts';

/** Nobody tries the step again. */
const isFinal = (error: unknown): error is TtExpError =>
  error instanceof TtExpError && !ERROR_CATALOGUE[error.code].isRetryable;

/** Does what a new run needs; where that fails for good, ends the run as FAILED and throws why. */
export const completeOrClose = async (
  { tracking, now }: { readonly tracking: Pick<TrackingPort, 'setTags' | 'finishRun'>; readonly now: () => number },
  runId: string,
  complete: () => Promise<void>,
): Promise<void> => {
  try {
    await complete();
  } catch (error) {
    if (!isFinal(error)) {
      throw error;
    }
    const { code, message } = error;
    try {
      await tryEach(
        () => tracking.setTags(runId, { 'tt.error_code': code, 'tt.error': message }),
        () => tracking.finishRun(runId, 'FAILED', now()),
      );
    } catch (unclosed) {
      const record = toErrorRecord(error);
      const stays = `its MLflow run ${runId} is not closed: ${toErrorRecord(unclosed).message}`;
      throw fromErrorRecord({ ...record, message: `${message}; ${stays}` }, error);
    }
    throw error;
  }
};
