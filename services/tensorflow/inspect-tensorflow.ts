/** What `tt-exp doctor` says of TensorFlow: which backend trainings will use and what keeps them from a faster one. */

import { TtExpError } from '../../contracts/errors.ts';
import type { DoctorCheck } from '../../contracts/services.ts';
import type { TensorflowBackend } from '../../contracts/tensorflow.ts';
import { runCommand } from '../../host/processes/run-command.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { findPython } from '../provision/python.ts';
import { compilerOf } from './compile-binding.ts';
import { findGpus } from './find-gpus.ts';
import { findNativeBuild } from './native-build.ts';
import type { NativeBuild, NativeVariant } from './native-build-types.ts';
import { type BackendRequest, portablePlan, SPEED } from './plan.ts';
import { whyNoWheel } from './wheel-library.ts';

export interface InspectTensorflowRequest {
  readonly cacheFolder: string;
  readonly provisionFolder: string;
  readonly backend: BackendRequest;
  readonly environment: Variables;
}

export interface BackendReport {
  readonly backend: TensorflowBackend;
  /** `buildable`: what building it takes is here, and its first use does it. */
  readonly state: 'ready' | 'buildable' | 'missing';
  /** With its version, where it is known. */
  readonly library: string | null;
  /** Why it is missing, one sentence. */
  readonly reason: string | null;
}

export interface TensorflowReport {
  /** One a backend, fastest first. */
  readonly backends: readonly BackendReport[];
  readonly gpus: readonly string[];
  /** Version of the native library where it is built already, with CUDA or without. */
  readonly native: string | null;
  readonly hasCompiler: boolean;
}

const COMPILER_TIMEOUT_MS = 10_000;

const hasCompilerIn = async (environment: Variables): Promise<boolean> => {
  const result = await runCommand({
    command: compilerOf(environment),
    args: ['--version'],
    env: environment,
    timeoutMs: COMPILER_TIMEOUT_MS,
    endsWithChildren: true,
  });
  return result.kind === 'exited' && result.code === 0;
};

const hasPythonIn = async (environment: Variables): Promise<boolean> => {
  try {
    await findPython(environment, environment.TT_PYTHON === '' ? undefined : environment.TT_PYTHON);
    return true;
  } catch (error) {
    if (error instanceof TtExpError) {
      return false;
    }
    throw error;
  }
};

const portable = (backend: 'wasm' | 'js'): BackendReport => ({
  backend,
  state: 'ready',
  library: portablePlan(backend).library,
  reason: null,
});

/** Cheap: builds, downloads and loads nothing. */
export const inspectTensorflow = async (request: InspectTensorflowRequest): Promise<TensorflowReport> => {
  const { environment } = request;
  const [gpus, hasCompiler, hasPython, gpuBuild, cpuBuild] = await Promise.all([
    findGpus(environment),
    hasCompilerIn(environment),
    hasPythonIn(environment),
    findNativeBuild({ ...request, variant: 'gpu' }),
    findNativeBuild({ ...request, variant: 'cpu' }),
  ]);

  const missing = (variant: NativeVariant): string | null => {
    if (variant === 'gpu' && gpus.length === 0) {
      return 'no NVIDIA GPU answers to `nvidia-smi -L`';
    }
    const noWheel = whyNoWheel(variant, process.platform, process.arch);
    if (noWheel !== null) {
      return noWheel;
    }
    if (!hasCompiler) {
      return `there is no C++ compiler, ${compilerOf(environment)} (Debian: apt install g++)`;
    }
    return hasPython ? null : 'there is no Python 3.10 or later with venv';
  };
  const native = (backend: 'gpu' | 'native', build: NativeBuild | null): BackendReport => {
    const isUsable = build !== null && (backend === 'native' || gpus.length > 0);
    const reason = isUsable ? null : missing(backend === 'gpu' ? 'gpu' : 'cpu');
    return {
      backend,
      state: isUsable ? 'ready' : reason === null ? 'buildable' : 'missing',
      library: isUsable ? `libtensorflow ${build.libraryVersion}` : null,
      reason,
    };
  };

  return {
    backends: [native('gpu', gpuBuild), native('native', cpuBuild), portable('wasm'), portable('js')],
    gpus,
    native: (gpus.length > 0 ? gpuBuild : null)?.libraryVersion ?? cpuBuild?.libraryVersion ?? null,
    hasCompiler,
  };
};

/** The same as one line of `tt-exp doctor`. */
export const checkTensorflow = async (request: InspectTensorflowRequest): Promise<DoctorCheck> => {
  const { backends: reports } = await inspectTensorflow(request);
  const wanted = request.backend;
  const chosen = reports.find(({ backend, state }) => (wanted === 'auto' ? state !== 'missing' : backend === wanted));
  const base = { part: 'tensorflow', address: null } as const;
  if (chosen === undefined || chosen.state === 'missing') {
    return {
      ...base,
      chosen: `TT_TF_BACKEND=${wanted}`,
      version: null,
      status: 'missing',
      remedy: `${chosen?.reason ?? 'No backend works'}. TT_TF_BACKEND=auto uses the fastest backend that works.`,
    };
  }
  const native = reports.find(({ backend }) => backend === 'native');
  const isSlow = wanted === 'auto' && (chosen.backend === 'wasm' || chosen.backend === 'js');
  const built = chosen.state === 'ready' ? '' : ', built at first use (about a minute)';
  return {
    ...base,
    chosen: `${chosen.backend}, ${SPEED[chosen.backend]}${built}`,
    version: chosen.library,
    status: isSlow ? 'warn' : 'ok',
    remedy: isSlow ? `Native TensorFlow: ${native?.reason ?? 'not available'}.` : null,
  };
};
