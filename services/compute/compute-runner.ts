/** Runs compute jobs, each in a process of its own, on a slot's device and threads. */
import { TtExpError } from '../../contracts/errors.ts';
import type { ComputeJob, ComputeMessage, EvaluateJob, EvaluateResult, TrainJob } from '../../contracts/trainer.ts';
import type { TrainingResult } from '../../contracts/trial.ts';
import type { Environment } from '../progress.ts';
import type { TensorflowPlan } from '../tensorflow/plan.ts';
import { type ComputeProcessOptions, type FinalMessage, runComputeProcess } from './compute-process.ts';
import { createSlotPool } from './slots.ts';

export interface ComputeRunnerOptions extends ComputeProcessOptions {
  readonly plan: TensorflowPlan;
  readonly slots: number;
  /** Processor threads of one child. Two trials with a core each finish sooner than two in turn with both. */
  readonly threadsPerSlot: number;
  /** GPUs in slot order; a slot beyond them shares the list again from its start. Empty without a GPU. */
  readonly gpuIds: readonly string[];
}

const NO_DEVICE = '-1';

const slotEnvironment = (options: ComputeRunnerOptions, slot: number, job: ComputeJob): Environment => {
  const { gpuIds, plan, threadsPerSlot } = options;
  const isOnGpu = plan.backend === 'gpu' && gpuIds.length > 0 && !(job.kind === 'train' && job.device === 'cpu');
  return {
    ...options.environment,
    ...plan.env,
    CUDA_VISIBLE_DEVICES: isOnGpu ? gpuIds[slot % gpuIds.length] : NO_DEVICE,
    TF_NUM_INTRAOP_THREADS: String(threadsPerSlot),
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: String(threadsPerSlot),
    TF_CPP_MIN_LOG_LEVEL: options.environment.TF_CPP_MIN_LOG_LEVEL ?? '2',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  };
};

export const createComputeRunner = (options: ComputeRunnerOptions) => {
  const pool = createSlotPool(options.slots);

  const run = async (
    job: ComputeJob,
    onMessage: (message: ComputeMessage) => void,
    signal: AbortSignal,
  ): Promise<FinalMessage> => {
    const slot = pool.acquire();
    try {
      const environment = slotEnvironment(options, slot, job);
      return await runComputeProcess({ job, plan: options.plan }, { ...options, environment }, onMessage, signal);
    } finally {
      pool.release(slot);
    }
  };

  return {
    train: async (
      job: TrainJob,
      onMessage: (message: ComputeMessage) => void,
      signal: AbortSignal,
    ): Promise<TrainingResult> => {
      const final = await run(job, onMessage, signal);
      if (final.kind !== 'trained') {
        throw new TtExpError('INTERNAL', `compute process: got ${final.kind}, expected trained`);
      }
      return final.result;
    },

    evaluate: async (job: EvaluateJob, signal: AbortSignal): Promise<EvaluateResult> => {
      const final = await run(job, () => undefined, signal);
      if (final.kind !== 'evaluated') {
        throw new TtExpError('INTERNAL', `compute process: got ${final.kind}, expected evaluated`);
      }
      return final.result;
    },
  };
};
