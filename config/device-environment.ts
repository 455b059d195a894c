/** `--device` against the environment's own choice of a backend. */

import { TtExpError } from '../contracts/errors.ts';
import type { Device } from '../contracts/local-model.ts';
import type { Environment } from './env.ts';

/** The environment as the chosen device needs it. Throws USAGE where settings contradict each other. */
export const deviceEnvironment = (environment: Environment, device: Device): Environment => {
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

/** The same failure in the words of the option, where `--device gpu` has asked for a GPU that is not there. */
export const explainDevice = (device: Device, error: unknown): unknown =>
  device === 'gpu' && error instanceof TtExpError && error.code === 'TENSORFLOW_UNAVAILABLE'
    ? new TtExpError(error.code, error.message.replace(/^TT_TF_BACKEND=gpu: /, '--device gpu: '), {
        hint: 'Check the NVIDIA driver and CUDA_VISIBLE_DEVICES with `tt-exp doctor`, or leave --device out.',
        details: error.details,
        cause: error,
      })
    : error;
