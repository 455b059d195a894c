/** Runs compute jobs, each in a process of its own, on a slot's device and threads. */

import { basename, dirname } from 'node:path';
import type { BuiltBundle } from '../contracts/bundle.ts';
import type { MeasuredComparison } from '../contracts/comparison.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { GateCalibration } from '../contracts/gate-calibration.ts';
import type { Log } from '../contracts/log.ts';
import type { TrainTrialResult } from '../contracts/steps.ts';
import type { TensorflowPlan } from '../contracts/tensorflow.ts';
import type {
  BlessedBundle,
  BlessJob,
  BuildBundleJob,
  CalibrateGateJob,
  CompareModelsJob,
  ComputeJob,
  ComputeMessage,
  EvaluateJob,
  EvaluateModelJob,
  EvaluateResult,
  ModelEvaluation,
  TrainJob,
} from '../contracts/trainer.ts';
import type { CountSink } from '../contracts/work-count.ts';
import type { Variables } from '../host/processes/variables.ts';
import {
  type ComputeProcessOptions,
  type ComputeSignals,
  type FinalMessage,
  runComputeProcess,
} from './compute-process.ts';
import type { GpuSampler } from './gpu-sampler.ts';
import { createSlotPool } from './slots.ts';
import { withGpuUsage } from './with-gpu-usage.ts';

export interface ComputeRunnerOptions extends ComputeProcessOptions {
  readonly plan: TensorflowPlan;
  /** Jobs at once; further ones wait. */
  readonly slots: number;
  /** Processor threads of one child. Two trials with a core each finish sooner than two in turn with both. */
  readonly threadsPerSlot: number;
  /** GPUs in slot order; a slot beyond them shares the list again from its start. Empty keeps off the GPU. */
  readonly gpuIds: readonly string[];
  readonly gpuSampler: GpuSampler;
}

/** What `createComputeRunner` makes; satisfies the ComputePort of activities. */
export interface ComputeRunner {
  /** Processor threads of one child. */
  readonly threads: number;
  train(
    job: TrainJob,
    onMessage: (message: ComputeMessage) => void,
    signals: ComputeSignals,
  ): Promise<TrainTrialResult>;
  evaluate(job: EvaluateJob, signal: AbortSignal, onCount?: CountSink): Promise<EvaluateResult>;
  evaluateModel(job: EvaluateModelJob, signal: AbortSignal, onCount?: CountSink): Promise<ModelEvaluation>;
  compareModels(job: CompareModelsJob, signal: AbortSignal, onCount?: CountSink): Promise<MeasuredComparison>;
  calibrateGate(job: CalibrateGateJob, signal: AbortSignal, onCount?: CountSink): Promise<GateCalibration>;
  buildBundle(job: BuildBundleJob, signal: AbortSignal): Promise<BuiltBundle>;
  bless(job: BlessJob, signal: AbortSignal): Promise<BlessedBundle>;
}

const NO_DEVICE = '-1';

/** Variables that TensorFlow reads when its library is loaded, hence the child must start with them. */
export const slotEnvironment = (
  { plan, environment, threadsPerSlot }: Pick<ComputeRunnerOptions, 'plan' | 'environment' | 'threadsPerSlot'>,
  gpuId: string | null,
): Variables => ({
  ...environment,
  ...plan.env,
  CUDA_VISIBLE_DEVICES: gpuId ?? NO_DEVICE,
  TF_NUM_INTRAOP_THREADS: String(threadsPerSlot),
  TF_NUM_INTEROP_THREADS: String(threadsPerSlot),
  OMP_NUM_THREADS: String(threadsPerSlot),
  // Without it the first process takes the GPU's whole memory.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
});

const unexpected = (kind: FinalMessage['kind'], expected: FinalMessage['kind']): TtExpError =>
  new TtExpError('INTERNAL', `compute process: got ${kind}, expected ${expected}`);

/** Passes on how far the job is. */
const countsTo =
  (onCount: CountSink | undefined) =>
  (message: ComputeMessage): void => {
    if (message.kind === 'counted') {
      onCount?.(message.count);
    }
  };

/** What the worker's log keeps of a training: where it begins, and each epoch whose checkpoint is safe. */
const logTraining = (log: Log, { trialFolder, epochBudget }: TrainJob, message: ComputeMessage): void => {
  const attempt = `training ${basename(dirname(trialFolder))}/${basename(trialFolder)}`;
  if (message.kind === 'ready') {
    log(
      'info',
      `${attempt}: ${message.resumedFromEpoch === null ? 'begins' : `after epoch ${message.resumedFromEpoch}`}`,
    );
  }
  if (message.kind === 'epoch') {
    log('info', `${attempt}: epoch ${message.record.epoch} of ${epochBudget}`);
  }
};

export const createComputeRunner = (options: ComputeRunnerOptions): ComputeRunner => {
  const { plan, gpuIds, gpuSampler } = options;
  const pool = createSlotPool(options.slots);

  const run = async (
    job: ComputeJob,
    onMessage: (message: ComputeMessage) => void,
    signals: ComputeSignals,
  ): Promise<FinalMessage> => {
    const slot = await pool.acquire(signals.signal);
    let watched: ReturnType<typeof withGpuUsage> | null = null;
    try {
      const isOnGpu = plan.backend === 'gpu' && !(job.kind === 'train' && job.device === 'cpu');
      const gpuId = isOnGpu ? (gpuIds[slot % gpuIds.length] ?? null) : null;
      // The GPU's library without a visible device computes on the CPU: the child must report it so.
      const slotPlan: TensorflowPlan = plan.backend === 'gpu' && gpuId === null ? { ...plan, backend: 'native' } : plan;
      const environment = slotEnvironment(options, gpuId);
      watched = job.kind === 'train' && gpuId !== null ? withGpuUsage(gpuSampler, gpuId, onMessage) : null;
      return await runComputeProcess(
        { job, plan: slotPlan },
        { ...options, environment },
        watched?.onMessage ?? onMessage,
        signals,
      );
    } finally {
      watched?.end();
      pool.release(slot);
    }
  };

  return {
    threads: options.threadsPerSlot,
    train: async (job, onMessage, signals) => {
      const final = await run(
        job,
        (message) => {
          logTraining(options.log, job, message);
          onMessage(message);
        },
        signals,
      );
      if (final.kind !== 'trained' && final.kind !== 'stopped') {
        throw unexpected(final.kind, 'trained');
      }
      return final;
    },
    evaluate: async (job, signal, onCount) => {
      const final = await run(job, countsTo(onCount), { signal });
      if (final.kind !== 'evaluated') {
        throw unexpected(final.kind, 'evaluated');
      }
      return final.result;
    },
    evaluateModel: async (job, signal, onCount) => {
      const final = await run(job, countsTo(onCount), { signal });
      if (final.kind !== 'model_evaluated') {
        throw unexpected(final.kind, 'model_evaluated');
      }
      return final.result;
    },
    compareModels: async (job, signal, onCount) => {
      const final = await run(job, countsTo(onCount), { signal });
      if (final.kind !== 'models_compared') {
        throw unexpected(final.kind, 'models_compared');
      }
      return final.result;
    },
    calibrateGate: async (job, signal, onCount) => {
      const final = await run(job, countsTo(onCount), { signal });
      if (final.kind !== 'calibrated') {
        throw unexpected(final.kind, 'calibrated');
      }
      return final.result;
    },
    buildBundle: async (job, signal) => {
      const final = await run(job, () => undefined, { signal });
      if (final.kind !== 'bundle_built') {
        throw unexpected(final.kind, 'bundle_built');
      }
      return final.result;
    },
    bless: async (job, signal) => {
      const final = await run(job, () => undefined, { signal });
      if (final.kind !== 'blessed') {
        throw unexpected(final.kind, 'blessed');
      }
      return final.result;
    },
  };
};
