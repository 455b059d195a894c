/** Chooses this machine's TensorFlow: gpu, native, wasm, js, the first that works; says why a faster one was not taken. */

import { TtExpError } from '../../contracts/errors.ts';
import type { ProgressSink } from '../../contracts/services.ts';
import type { TensorflowPlan } from '../../contracts/tensorflow.ts';
import { TENSORFLOW_BACKENDS, type TensorflowBackend } from '../../contracts/tensorflow.ts';
import { type Clock, systemClock } from '../../host/clock.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { findGpus } from './find-gpus.ts';
import { ensureNativeBuild } from './native-build.ts';
import { type BackendRequest, portablePlan, SPEED } from './plan.ts';
import { loaderVariables } from './trial-run.ts';

export interface ResolveTensorflowRequest {
  readonly cacheFolder: string;
  /** The package's services/tensorflow/provision. */
  readonly provisionFolder: string;
  /** `auto`, or the one backend that is wanted: then anything else is an error. */
  readonly backend: BackendRequest;
  readonly environment: Variables;
  readonly progress: ProgressSink;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

const noGpu = (): TtExpError =>
  new TtExpError('TENSORFLOW_UNAVAILABLE', 'TensorFlow: no NVIDIA GPU answers to `nvidia-smi -L`', {
    hint: 'Check the NVIDIA driver and CUDA_VISIBLE_DEVICES, or set TT_TF_BACKEND=auto.',
  });

const unusableGpu = (version: string): TtExpError =>
  new TtExpError(
    'TENSORFLOW_UNAVAILABLE',
    `TensorFlow: libtensorflow ${version} with CUDA found no GPU that it can use`,
    {
      hint: 'Check that the NVIDIA driver is recent enough for CUDA 12.9, and CUDA_VISIBLE_DEVICES.',
    },
  );

/**
 * oneDNN is on by itself on processors with AVX512-VNNI, and off on others. Batches whose distinct users and items vary
 * make it keep code and buffers for every shape: 0.4 to 0.5 GiB more in a default trial (npm run bench:train), for steps
 * that take the same time, and a tenth less with [1024, 512, 256].
 */
const LIBRARY_DEFAULTS = { TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '2' } as const;

const libraryVariables = (environment: Variables): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(LIBRARY_DEFAULTS).map(([name, value]) => [name, environment[name] ?? value]));

/** Throws TtExpError with the reason when the backend can't be had. */
const planFor = async (request: ResolveTensorflowRequest, backend: TensorflowBackend): Promise<TensorflowPlan> => {
  if (backend === 'wasm' || backend === 'js') {
    return portablePlan(backend);
  }
  const { environment, clock = systemClock } = request;
  const gpuIds = backend === 'gpu' ? await findGpus(environment) : [];
  if (backend === 'gpu' && gpuIds.length === 0) {
    throw noGpu();
  }
  const build = await ensureNativeBuild({ ...request, clock, variant: backend === 'gpu' ? 'gpu' : 'cpu' });
  // The build stays: it is large, and the next call asks it again.
  if (backend === 'gpu' && build.device !== 'gpu') {
    throw unusableGpu(build.libraryVersion);
  }
  return {
    backend,
    library: `libtensorflow ${build.libraryVersion}`,
    packageFolder: build.packageFolder,
    env: {
      ...libraryVariables(environment),
      ...loaderVariables(build.libraryFolders, environment.LD_LIBRARY_PATH),
      // By default CUDA numbers the fastest GPU first, unlike nvidia-smi.
      ...(backend === 'gpu' ? { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' } : {}),
    },
    gpuIds,
    announcements: [],
  };
};

const unavailable = (backend: TensorflowBackend, cause: TtExpError): TtExpError =>
  new TtExpError('TENSORFLOW_UNAVAILABLE', `TT_TF_BACKEND=${backend}: ${cause.message}`, {
    hint: `${cause.hint ?? 'Run `tt-exp doctor`.'} TT_TF_BACKEND=auto uses the fastest backend that works.`,
    details: cause.details,
    cause,
  });

const whyNot = (backend: TensorflowBackend, { message, hint }: TtExpError): string =>
  `TensorFlow's ${backend} backend can't be used: ${message}.${hint === undefined ? '' : ` ${hint}`}`;

const chooseFastest = async (request: ResolveTensorflowRequest): Promise<TensorflowPlan> => {
  const hasGpu = (await findGpus(request.environment)).length > 0;
  const reasons: string[] = [];
  for (const backend of TENSORFLOW_BACKENDS.filter((name) => name !== 'gpu' || hasGpu)) {
    try {
      const plan = await planFor(request, backend);
      const slower = reasons.length === 0 ? [] : [`Training runs on the ${backend} backend, ${SPEED[backend]}.`];
      return { ...plan, announcements: [...reasons, ...slower] };
    } catch (error) {
      if (!(error instanceof TtExpError) || error.code === 'INTERRUPTED') {
        throw error;
      }
      reasons.push(whyNot(backend, error));
    }
  }
  throw new TtExpError('TENSORFLOW_UNAVAILABLE', `TensorFlow: no backend works. ${reasons.join(' ')}`);
};

/**
 * Idempotent; the first call on a machine may download and compile, later ones take the second of a trial run. In
 * `auto` a slower backend comes with `announcements`. Throws TENSORFLOW_UNAVAILABLE when `backend` names one that can't
 * be had, and in `auto` when none works, INTERRUPTED on abort.
 */
export const resolveTensorflow = async (request: ResolveTensorflowRequest): Promise<TensorflowPlan> => {
  const { backend } = request;
  if (backend === 'auto') {
    return chooseFastest(request);
  }
  try {
    return await planFor(request, backend);
  } catch (error) {
    throw error instanceof TtExpError && error.code !== 'INTERRUPTED' ? unavailable(backend, error) : error;
  }
};
