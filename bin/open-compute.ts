import type { ComputeRunner, ComputeRunnerOptions } from '../compute/compute-runner.ts';
import { createComputeRunner, createGpuSampler } from '../compute/index.ts';
import { digestTrainingCode, readTrainingModules } from '../compute/training-code.ts';
import type { Environment } from '../config/env.ts';
import type { Log } from '../contracts/log.ts';
import type { TensorflowPlan } from '../contracts/tensorflow.ts';
import { PACKAGE } from './package-files.ts';

type Limits = Pick<ComputeRunnerOptions, 'slots' | 'threadsPerSlot' | 'terminateGraceMs' | 'lastEpochLimitMs' | 'log'>;

export interface OpenedCompute {
  readonly runner: ComputeRunner;
  /** Digest of what its trainings run. */
  readonly trainingCode: string;
}

/** Compute processes with the plan's TensorFlow. @param tell is told why no faster backend was taken */
export const openCompute = async (
  { variables, stallLimitMs }: Environment,
  plan: TensorflowPlan,
  limits: Limits,
  tell: Log,
): Promise<OpenedCompute> => {
  for (const announcement of plan.announcements) {
    tell('warn', announcement);
  }
  const runner = createComputeRunner({
    ...limits,
    nodeExecutable: process.execPath,
    nodeArguments: process.execArgv,
    childScript: PACKAGE.computeScript,
    environment: variables,
    plan,
    gpuIds: plan.gpuIds,
    gpuSampler: createGpuSampler({ environment: variables, log: tell }),
    noProgressLimitMs: stallLimitMs,
  });
  return { runner, trainingCode: digestTrainingCode(await readTrainingModules(), plan.env) };
};
