/** Chooses this machine's TensorFlow: gpu, native, wasm, js, the first that works; says why a faster one was not taken. */
import { TtExpError } from '../../contracts/errors.ts';
import { TENSORFLOW_BACKENDS, type TensorflowBackend } from '../../contracts/tensorflow.ts';
import { systemClock } from '../clock.ts';
import { runCommand } from '../process/run-command.ts';
import type { Environment, ProgressSink } from '../progress.ts';
import { ensureNativeBuild, findNativeBuild, type NativeBuild, type NativeBuildRequest } from './native-build.ts';
import { type BackendRequest, SLOWDOWN, type TensorflowPlan } from './plan.ts';

export interface ResolveTensorflowRequest {
  readonly cacheFolder: string;
  readonly provisionFolder: string;
  /** `auto`, or the one backend that is wanted: then anything else is an error. */
  readonly backend: BackendRequest;
  readonly environment: Environment;
  readonly progress: ProgressSink;
  readonly signal?: AbortSignal;
}

const TFJS_VERSION = '4.22.0';
const GPU_PROBE_TIMEOUT_MS = 10_000;

/** Names of the NVIDIA GPUs that answer; empty without any. */
export const findGpus = async (environment: Environment): Promise<readonly string[]> => {
  const result = await runCommand({
    command: 'nvidia-smi',
    args: ['-L'],
    env: environment,
    timeoutMs: GPU_PROBE_TIMEOUT_MS,
  });
  return result.kind === 'exited' && result.code === 0 ? result.lines.filter((line) => line.startsWith('GPU ')) : [];
};

const buildRequest = (request: ResolveTensorflowRequest, backend: 'gpu' | 'native'): NativeBuildRequest => ({
  ...request,
  variant: backend === 'gpu' ? 'gpu' : 'cpu',
  clock: systemClock,
});

const nativePlan = (backend: 'gpu' | 'native', build: NativeBuild): TensorflowPlan => ({
  backend,
  library: `libtensorflow ${build.libraryVersion}`,
  packageFolder: build.packageFolder,
  env: build.libraryFolders.length === 0 ? {} : { LD_LIBRARY_PATH: build.libraryFolders.join(':') },
  announcements: [],
});

const portablePlan = (backend: 'wasm' | 'js'): TensorflowPlan => ({
  backend,
  library: `tfjs-backend-${backend === 'wasm' ? 'wasm' : 'cpu'} ${TFJS_VERSION}`,
  packageFolder: null,
  env: {},
  announcements: [],
});

/** Throws TtExpError with the reason when the backend can't be had. */
const planFor = async (request: ResolveTensorflowRequest, backend: TensorflowBackend): Promise<TensorflowPlan> => {
  if (backend === 'wasm' || backend === 'js') {
    return portablePlan(backend);
  }
  if (backend === 'gpu' && (await findGpus(request.environment)).length === 0) {
    throw new TtExpError('TENSORFLOW_UNAVAILABLE', 'TensorFlow: no NVIDIA GPU answers (`nvidia-smi -L`)', {
      hint: 'Check the NVIDIA driver, or set TT_TF_BACKEND=auto.',
    });
  }
  return nativePlan(backend, await ensureNativeBuild(buildRequest(request, backend)));
};

/**
 * Idempotent; the first call on a machine may download and compile. Throws TENSORFLOW_UNAVAILABLE when `backend` names
 * one that can't be had, INTERRUPTED on abort.
 */
export const resolveTensorflow = async (request: ResolveTensorflowRequest): Promise<TensorflowPlan> => {
  const { backend } = request;
  if (backend !== 'auto') {
    try {
      return await planFor(request, backend);
    } catch (error) {
      if (error instanceof TtExpError && error.code === 'PROVISION_FAILED') {
        throw new TtExpError('TENSORFLOW_UNAVAILABLE', `TT_TF_BACKEND=${backend}: ${error.message}`, {
          hint: `${error.hint ?? ''} Or set TT_TF_BACKEND=auto.`.trim(),
          cause: error,
        });
      }
      throw error;
    }
  }
  const hasGpu = (await findGpus(request.environment)).length > 0;
  const announcements: string[] = [];
  for (const candidate of TENSORFLOW_BACKENDS.filter((name) => name !== 'gpu' || hasGpu)) {
    try {
      const plan = await planFor(request, candidate);
      const slow = announcements.length === 0 ? [] : [`Training on the backend ${candidate}, ${SLOWDOWN[candidate]}.`];
      return { ...plan, announcements: [...announcements, ...slow] };
    } catch (error) {
      if (!(error instanceof TtExpError) || error.code === 'INTERRUPTED') {
        throw error;
      }
      announcements.push(`${error.message}. ${error.hint ?? ''}`.trim());
    }
  }
  throw new TtExpError('TENSORFLOW_UNAVAILABLE', `TensorFlow: no backend works: ${announcements.join(' ')}`);
};

export interface TensorflowReport {
  readonly gpus: readonly string[];
  /** Version of the native library where it is built already. */
  readonly native: string | null;
  readonly hasCompiler: boolean;
}

/** What is there now, without building anything. */
export const inspectTensorflow = async (request: ResolveTensorflowRequest): Promise<TensorflowReport> => {
  const gpus = await findGpus(request.environment);
  const build =
    (gpus.length > 0 ? await findNativeBuild(buildRequest(request, 'gpu')) : null) ??
    (await findNativeBuild(buildRequest(request, 'native')));
  const compiler = request.environment.CXX ?? 'g++';
  const probe = await runCommand({ command: compiler, args: ['--version'], env: request.environment });
  return {
    gpus,
    native: build?.libraryVersion ?? null,
    hasCompiler: probe.kind === 'exited' && probe.code === 0,
  };
};
