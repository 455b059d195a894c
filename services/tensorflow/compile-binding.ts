/** tfjs-node's own C++ against Node-API and the C library, with nothing but a compiler: no node-gyp, no download. */

import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Variables } from '../../host/processes/variables.ts';
import { bindingFolder } from './binding-package.ts';
import { reportStep, runBuildStep } from './build-step.ts';
import type { BuildContext } from './native-build-types.ts';
import { LIBRARIES, type WheelLibrary } from './wheel-library.ts';

/** Node-API level: the highest that tfjs-node 4.22 names. Every Node that tt-exp supports has it, so one build fits all. */
const NAPI_VERSION = 8;

const PROBE_TIMEOUT_MS = 30_000;
const COMPILE_TIMEOUT_MS = 600_000;
const HINT = 'Install a C++17 compiler (Debian: apt install g++), or set CXX to one.';

export const compilerOf = (environment: Variables): string =>
  environment.CXX === undefined || environment.CXX === '' ? 'g++' : environment.CXX;

/** Before anything large is fetched. Throws PROVISION_FAILED without a compiler. */
export const requireCompiler = async (context: BuildContext): Promise<void> => {
  const command = compilerOf(context.environment);
  await runBuildStep(context, {
    what: `looking for a C++ compiler (${command})`,
    command,
    args: ['--version'],
    timeoutMs: PROBE_TIMEOUT_MS,
    hint: HINT,
  });
};

export const compileBinding = async (context: BuildContext, library: WheelLibrary): Promise<void> => {
  reportStep(context, 'install', 'compiling the binding', 75);
  const binding = bindingFolder(context.folder);
  const output = join(binding, 'lib', `napi-v${NAPI_VERSION}`);
  await mkdir(output, { recursive: true });
  await runBuildStep(context, {
    what: 'compiling the binding',
    command: compilerOf(context.environment),
    args: [
      ...['-O2', '-shared', '-fPIC', '-std=c++17', `-DNAPI_VERSION=${NAPI_VERSION}`],
      ...['-I', join(context.folder, 'node_modules', 'node-api-headers', 'include')],
      ...['-I', binding, '-I', library.includeFolder],
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(binding, 'binding', name)),
      ...['-o', join(output, 'tfjs_binding.node'), '-L', library.libraryFolder],
      ...[`-Wl,-rpath,$ORIGIN/${relative(output, library.libraryFolder)}`, ...LIBRARIES.map((name) => `-l:${name}`)],
    ],
    timeoutMs: COMPILE_TIMEOUT_MS,
    hint: HINT,
  });
};
