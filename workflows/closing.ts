/** Steps that end or record something: a failure of theirs is told beside the outcome, and never takes its place. */
import { CancellationScope } from '@temporalio/workflow';
import { toRecord } from './failures.ts';

/** What was left undone, as `what: why`; null where the step has done it. Not cancelled with what it closes. */
export const tryToClose = (what: string, step: () => Promise<void>): Promise<string | null> =>
  CancellationScope.nonCancellable(async () => {
    try {
      await step();
      return null;
    } catch (error) {
      return `${what}: ${toRecord(error).message}`;
    }
  });
