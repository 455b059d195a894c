/** Changes to an experiment while it runs. */
import { ApplicationFailure, type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { TtExpError } from '../contracts/errors.ts';
import { parseExperimentId } from '../contracts/ids.ts';
import type { experiment } from '../workflows/experiment.ts';
import { experimentNotFound } from './known-experiments.ts';

export interface ExperimentSteering {
  /** No trial starts or continues; running ones end their epoch. Idempotent. */
  pause(id: string): Promise<void>;
  /** Idempotent. */
  resume(id: string): Promise<void>;
  /** Most trials at once from now on, at least 1. */
  setMaxParallel(id: string, maxParallel: number): Promise<void>;
  /** Resolves when the trial has ended: a running one ends its epoch first. */
  cancelTrial(id: string, trialId: string): Promise<void>;
  /** Tries every failed trial of a running experiment again; answers their ids. */
  retryFailed(id: string): Promise<readonly string[]>;
}

/** Throws EXPERIMENT_NOT_FOUND for text that is no id. */
export const workflowIdOf = (id: string): string => {
  const ids = parseExperimentId(id);
  if (ids === null) {
    throw new TtExpError('EXPERIMENT_NOT_FOUND', `experiment: got ${id}, expected the id of an experiment`, {
      hint: '`tt-exp list` shows all experiments.',
    });
  }
  return ids.workflowId;
};

const HAS_ENDED_HINT = 'Re-run its failed trials with `tt-exp retry`, or extend it with `tt-exp extend`.';

/** @param status of the workflow: completed, failed, … */
export const experimentEnded = (id: string, status: string): TtExpError =>
  new TtExpError('EXPERIMENT_ENDED', `experiment ${id} has already ended (${status}); there is nothing to cancel`, {
    hint: `\`tt-exp watch ${id}\` shows how it ended.`,
  });

/** Every call throws EXPERIMENT_NOT_FOUND, and USAGE where the experiment has ended or turns the request down. */
export const createSteering = (client: Client): ExperimentSteering => {
  const handleOf = (id: string) => client.workflow.getHandle<typeof experiment>(workflowIdOf(id));

  /** The server says "not found" of a workflow that has ended as well. */
  const explain = async (id: string, error: unknown): Promise<unknown> => {
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
      return new TtExpError('USAGE', `experiment ${id}: ${error.cause.message}`, {
        hint: `\`tt-exp watch ${id}\` shows its current state.`,
        cause: error,
      });
    }
    if (!(error instanceof WorkflowNotFoundError)) {
      return error;
    }
    const status = await handleOf(id)
      .describe()
      .then(({ status: { name } }) => name.toLowerCase())
      .catch(() => null);
    return status === null
      ? experimentNotFound(client, id)
      : new TtExpError('USAGE', `experiment ${id} has already ended (${status})`, {
          hint: HAS_ENDED_HINT,
          cause: error,
        });
  };

  const explained = async <Result>(id: string, call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw await explain(id, error);
    }
  };

  return {
    pause: (id) => explained(id, () => handleOf(id).signal('pause')),
    resume: (id) => explained(id, () => handleOf(id).signal('resume')),
    setMaxParallel: (id, maxParallel) =>
      explained(id, () => handleOf(id).executeUpdate('setMaxParallel', { args: [{ maxParallel }] })),
    cancelTrial: (id, trialId) =>
      explained(id, () => handleOf(id).executeUpdate('cancelTrial', { args: [{ trialId }] })),
    retryFailed: (id) => explained(id, () => handleOf(id).executeUpdate<readonly string[], []>('retryFailed')),
  };
};
