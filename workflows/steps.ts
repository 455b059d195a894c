/** The durable steps as workflows see them. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { CpuActivities, GpuActivities } from '../activities/index.ts';
import {
  ENDING_STEP,
  LOCAL_STEP,
  LONG_STEP,
  NOTIFICATION_STEP,
  SHORT_STEP,
  TRAINING_STEP,
} from './activity-profiles.ts';

export const {
  openExperiment,
  closeExperiment,
  publishSweep,
  registerModel,
  changeRegistry,
  recordVerdict,
  readChampionSettings,
} = proxyActivities<CpuActivities>(SHORT_STEP);

/** Of an experiment online. */
export const { defineOnline, measureOnline, closeOnline } = proxyActivities<CpuActivities>(SHORT_STEP);

/** Once more before an experiment online is closed, which goes on without it. */
export const { measureOnline: measureOnlineAtEnd } = proxyActivities<CpuActivities>(ENDING_STEP);

/** Of a version that was made champion by hand. */
export const { readAdopted, noteByHand } = proxyActivities<CpuActivities>(SHORT_STEP);

export const { notify } = proxyActivities<CpuActivities>(NOTIFICATION_STEP);

/** Two of these go with every trial: run by the worker that has the workflow, they cost the server next to nothing. */
export const { openTrial, closeTrial } = proxyLocalActivities<CpuActivities>(LOCAL_STEP);

export const {
  extractData,
  labelData,
  splitData,
  embedData,
  encodeData,
  publishDataset,
  evaluateBest,
  blessCandidate,
  takeLook,
} = proxyActivities<CpuActivities>(LONG_STEP);

export const { trainTrial } = proxyActivities<GpuActivities>(TRAINING_STEP);
