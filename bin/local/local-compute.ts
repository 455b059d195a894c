/** A compute runner for the one job of a command: on the device that was asked for, with the whole machine. */
import { availableParallelism } from 'node:os';
import type { Environment } from '../../config/env.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { Device } from '../../contracts/local-model.ts';
import { type ComputeRunner, createComputeRunner } from '../../services/compute/index.ts';
import { PACKAGE } from '../package-files.ts';
import { planTensorflow } from '../plan-tensorflow.ts';
import { digestTrainingCode, readTrainingModules } from '../training-code.ts';
import type { LocalContext } from './local-context.ts';

const TERMINATE_GRACE_MS = 10_000;
/** Nothing asks for a last epoch: Ctrl-C ends a training at once. */
const LAST_EPOCH_LIMIT_MS = 0;

/** The environment as the chosen device needs it. Throws TENSORFLOW_UNAVAILABLE where settings contradict each other. */
export const environmentFor = (environment: Environment, device: Device): Environment => {
  const { tensorflowBackend: backend, variables } = environment;
  if (device === 'gpu' && backend !== 'auto' && backend !== 'gpu') {
    throw new TtExpError('USAGE', `--device gpu: got TT_TF_BACKEND=${backend}, expected it to be unset, auto or gpu`, {
      hint: 'Unset TT_TF_BACKEND, or leave --device out.',
    });
  }
  switch (device) {
    case 'auto':
      return environment;
    case 'gpu':
      return { ...environment, tensorflowBackend: 'gpu' };
    case 'cpu':
      return {
        ...environment,
        tensorflowBackend: backend === 'gpu' ? 'auto' : backend,
        // Hides every GPU, also from the choice of the backend.
        variables: { ...variables, CUDA_VISIBLE_DEVICES: '-1' },
      };
  }
};

export interface LocalCompute extends ComputeRunner {
  /** Digest of what its trainings run. */
  readonly trainingCode: string;
}

/** @param threads of the processor; all that there are, unless a training is to be repeated */
export const createLocalCompute = async (
  context: LocalContext,
  device: Device,
  threads: number = availableParallelism(),
): Promise<LocalCompute> => {
  const environment = environmentFor(context.environment, device);
  const plan = await planTensorflow(environment, context.progress, context.signal).catch((error: unknown) => {
    throw device === 'gpu' && error instanceof TtExpError && error.code === 'TENSORFLOW_UNAVAILABLE'
      ? new TtExpError(error.code, error.message.replace(/^TT_TF_BACKEND=gpu: /, '--device gpu: '), {
          hint: 'Check the NVIDIA driver and CUDA_VISIBLE_DEVICES with `tt-exp doctor`, or leave --device out.',
          details: error.details,
          cause: error,
        })
      : error;
  });
  for (const announcement of plan.announcements) {
    context.log('warn', announcement);
  }
  const runner = createComputeRunner({
    nodeExecutable: process.execPath,
    nodeArguments: process.execArgv,
    childScript: PACKAGE.computeScript,
    environment: environment.variables,
    plan,
    slots: 1,
    threadsPerSlot: threads,
    gpuIds: plan.gpuIds,
    terminateGraceMs: TERMINATE_GRACE_MS,
    noProgressLimitMs: environment.stallLimitMs,
    lastEpochLimitMs: LAST_EPOCH_LIMIT_MS,
    // Errors carry its last lines.
    log: () => undefined,
  });
  return { ...runner, trainingCode: digestTrainingCode(await readTrainingModules(), plan.env) };
};
