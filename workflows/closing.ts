/** Steps that end or record something: a failure of theirs is told beside the outcome, and never takes its place. */
import { CancellationScope } from '@temporalio/workflow';
import type { ExperimentState } from './experiment-state.ts';
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

/** Tries a step without which the outcome stands all the same. */
export const note = async (state: ExperimentState, what: string, step: () => Promise<void>): Promise<void> => {
  const problem = await tryToClose(what, step);
  if (problem !== null) {
    state.addProblem(problem);
  }
};
