/** Durable steps that keep nothing: a trial's NDCG follows from its learning rate and its epochs, so the best is known. */
import type { CpuActivities, GpuActivities } from '../../activities/index.ts';
import { trainingResult } from './experiment-fixtures.ts';
import { createSteps } from './workflow-server.ts';

export type Steps = CpuActivities & GpuActivities;

export const createNoOpSteps = (change: Partial<Steps> = {}): Steps =>
  createSteps({
    closeTrial: async () => ({ logged: null }),
    trainTrial: async ({ settings, epochBudget }) => {
      const rate = settings.training.learning_rate;
      return {
        kind: 'trained',
        result: { ...trainingResult(rate * (1 - 1 / (1 + epochBudget))), bestEpoch: epochBudget, epochs: epochBudget },
      };
    },
    ...change,
  }).steps;
