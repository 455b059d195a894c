/** What heartbeats of a training carry. */
import type { ComputeMessage } from '../contracts/trainer.ts';
import type { TrialProgress } from '../contracts/trial.ts';

export const noProgress = (epochs: number): TrialProgress => ({
  epoch: 0,
  epochs,
  step: 0,
  steps: 0,
  trainLoss: null,
  last: null,
  best: null,
  resumedFromEpoch: null,
  pace: null,
});

const isProgress = (value: unknown): value is TrialProgress =>
  typeof value === 'object' && value !== null && 'epochs' in value && 'last' in value;

/**
 * What the attempt before this one reported last, until this one knows from its checkpoint how far it is. Its steps and
 * its pace were those of another process.
 */
export const progressBefore = (heartbeatDetails: unknown, epochs: number): TrialProgress => {
  const none = noProgress(epochs);
  if (!isProgress(heartbeatDetails)) {
    return none;
  }
  const { last, best = null } = heartbeatDetails;
  return { ...none, epoch: last?.epoch ?? 0, last, best };
};

/** Folds a message of the child into the progress that heartbeats carry. */
export const advance = (progress: TrialProgress, message: ComputeMessage): TrialProgress => {
  switch (message.kind) {
    case 'ready': {
      const last = message.history.at(-1) ?? null;
      const best = message.history.findLast(({ isBest }) => isBest)?.validation ?? null;
      return { ...progress, epoch: last?.epoch ?? 0, last, best, resumedFromEpoch: message.resumedFromEpoch };
    }
    case 'step':
      return {
        ...progress,
        epoch: message.epoch,
        step: message.step,
        steps: message.steps,
        trainLoss: message.trainLoss,
      };
    case 'epoch':
      return {
        ...progress,
        epoch: message.record.epoch,
        last: message.record,
        best: message.record.isBest ? message.record.validation : (progress.best ?? null),
      };
    default:
      return progress;
  }
};
