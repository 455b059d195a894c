/** Time-out and retry profiles of all durable steps, as data. */
import type { RetryPolicy } from '@temporalio/common';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { NON_RETRYABLE_CODES } from '../contracts/errors.ts';
import { TASK_QUEUE } from '../contracts/names.ts';

const nonRetryableErrorTypes = [...NON_RETRYABLE_CODES].filter((code) => code !== 'INTERNAL');

/** Outlasts a restart of MLflow. */
const SHORT_RETRY: RetryPolicy = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '30 seconds',
  maximumAttempts: 12,
  nonRetryableErrorTypes,
};

/**
 * One call to MLflow or a short local step. Without heartbeats a killed worker would be noticed only at the end of the
 * ten minutes; plots of a large sweep may hold up its heartbeats for seconds.
 */
export const SHORT_STEP: ActivityOptions = {
  taskQueue: TASK_QUEUE.cpu,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '20 seconds',
  retry: SHORT_RETRY,
};

/** What an end waits for: not as long as an outage of MLflow lasts. */
export const ENDING_STEP: ActivityOptions = {
  ...SHORT_STEP,
  scheduleToCloseTimeout: '2 minutes',
  retry: { ...SHORT_RETRY, maximumAttempts: 3 },
};

/** As SHORT_STEP, in the process of the workflow's worker, without a task of its own: for steps that go with every trial. */
export const LOCAL_STEP: LocalActivityOptions = {
  startToCloseTimeout: '10 minutes',
  localRetryThreshold: '10 seconds',
  retry: SHORT_RETRY,
};

/** Somebody else's server: what an experiment found does not depend on it, so nothing waits for it for long. */
export const NOTIFICATION_STEP: ActivityOptions = {
  taskQueue: TASK_QUEUE.cpu,
  scheduleToCloseTimeout: '5 minutes',
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { maximumAttempts: 1 },
};

/** Data and evaluation steps: minutes to hours, with heartbeats. */
export const LONG_STEP: ActivityOptions = {
  taskQueue: TASK_QUEUE.cpu,
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    maximumAttempts: 10,
    nonRetryableErrorTypes,
  },
};

/** Training: resumes from its checkpoint, so many attempts are cheap. */
export const TRAINING_STEP: ActivityOptions = {
  taskQueue: TASK_QUEUE.gpu,
  startToCloseTimeout: '7 days',
  heartbeatTimeout: '10 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    maximumAttempts: 30,
    nonRetryableErrorTypes,
  },
};
