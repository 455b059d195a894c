/** Begins, looks at and ends the experiments online of registered models. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TtExpError } from '../contracts/errors.ts';
import { onlineWorkflowId } from '../contracts/ids.ts';
import { TASK_QUEUE } from '../contracts/names.ts';
import type { OnlineExperimentInput, OnlineOutcome, OnlineSnapshot, OnlineStop } from '../contracts/online-steps.ts';
import type { onlineExperiment } from '../workflows/online-experiment.ts';
import { ACCEPT_LIMIT_MS, explainUpdate } from './registry-client.ts';

export interface OnlineView {
  readonly snapshot: OnlineSnapshot;
  /** null while it runs, and where it ended without one. */
  readonly outcome: OnlineOutcome | null;
  readonly isRunning: boolean;
  /** ISO 8601, UTC; null while it runs. */
  readonly endedAt: string | null;
}

export interface OnlineClient {
  /** Throws MOVE_REFUSED where one of the model runs. */
  start(input: OnlineExperimentInput): Promise<void>;
  /** The one that runs, or the last that Temporal keeps; null: none. Throws TIMED_OUT where no worker answers. */
  view(modelName: string): Promise<OnlineView | null>;
  /** Resolves once it has ended. Throws EXPERIMENT_NOT_FOUND where none runs, MOVE_REFUSED where it is ending already. */
  stop(modelName: string, stop: OnlineStop): Promise<OnlineOutcome>;
}

const noWorker = (modelName: string, cause: unknown): TtExpError =>
  new TtExpError('TIMED_OUT', `model ${modelName}: no worker has answered for ${ACCEPT_LIMIT_MS / 1000} s`, {
    hint: 'See with `tt-exp status` whether a tt-cpu worker runs.',
    cause,
  });

export const noneRuns = (modelName: string, cause?: unknown): TtExpError =>
  new TtExpError('EXPERIMENT_NOT_FOUND', `model ${modelName}: no experiment online runs`, {
    hint: `Begin one with \`tt-exp ab start ${modelName}\`.`,
    cause,
  });

export const runsAlready = (modelName: string, cause?: unknown): TtExpError =>
  new TtExpError('MOVE_REFUSED', `model ${modelName}: an experiment online runs already`, {
    hint: `\`tt-exp ab status ${modelName}\` shows it, \`tt-exp ab stop ${modelName} --reason …\` ends it.`,
    cause,
  });

const isTimedOut = (error: unknown): boolean => error instanceof Error && /deadline|timed? ?out/i.test(error.message);

export const createOnlineClient = (client: Client): OnlineClient => {
  const handleOf = (modelName: string) =>
    client.workflow.getHandle<typeof onlineExperiment>(onlineWorkflowId(modelName));

  const query = async (modelName: string): Promise<OnlineSnapshot> => {
    try {
      return await client.withDeadline(Date.now() + ACCEPT_LIMIT_MS, () =>
        handleOf(modelName).query<OnlineSnapshot, []>('online'),
      );
    } catch (error) {
      throw isTimedOut(error) ? noWorker(modelName, error) : error;
    }
  };

  return {
    start: async (input) => {
      const { model, challenger } = input.experiment;
      try {
        await client.workflow.start<typeof onlineExperiment>('onlineExperiment', {
          workflowId: onlineWorkflowId(model),
          workflowIdConflictPolicy: 'FAIL',
          taskQueue: TASK_QUEUE.cpu,
          args: [input],
          staticSummary: `Experiment online: version ${challenger.version} of ${model} beside its champion`,
        });
      } catch (error) {
        throw error instanceof WorkflowExecutionAlreadyStartedError ? runsAlready(model, error) : error;
      }
    },

    view: async (modelName) => {
      try {
        const { status, closeTime } = await handleOf(modelName).describe();
        const isRunning = status.name === 'RUNNING';
        const outcome = status.name === 'COMPLETED' ? await handleOf(modelName).result() : null;
        return { snapshot: await query(modelName), outcome, isRunning, endedAt: closeTime?.toISOString() ?? null };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) {
          return null;
        }
        throw error;
      }
    },

    stop: async (modelName, stop) => {
      const handle = handleOf(modelName);
      try {
        await client.withDeadline(Date.now() + ACCEPT_LIMIT_MS, () =>
          handle.executeUpdate<void, [OnlineStop]>('stopOnline', { args: [stop] }),
        );
      } catch (error) {
        throw error instanceof WorkflowNotFoundError ? noneRuns(modelName, error) : explainUpdate(modelName, error);
      }
      return handle.result();
    },
  };
};
