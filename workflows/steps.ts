/** The durable steps as workflows see them. */
import { proxyActivities } from '@temporalio/workflow';
import type { CpuActivities, GpuActivities } from '../activities/index.ts';
import { LONG_STEP, SHORT_STEP, TRAINING_STEP } from './activity-profiles.ts';

export const { openExperiment, closeExperiment, openTrial, closeTrial, registerModel, applyGate } =
  proxyActivities<CpuActivities>(SHORT_STEP);

export const { extractData, labelData, splitData, embedData, encodeData, publishDataset, evaluateBest } =
  proxyActivities<CpuActivities>(LONG_STEP);

export const { trainTrial } = proxyActivities<GpuActivities>(TRAINING_STEP);
