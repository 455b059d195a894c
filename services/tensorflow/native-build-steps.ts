/** The steps of a native build: npm package, wheel, C library, compiler, trial run. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { type CommandResult, runCommand } from '../process/run-command.ts';
import { interrupted } from '../process/with-lock.ts';
import type { ServiceStep } from '../progress.ts';
import { redact, withoutPythonOverrides } from '../provision/pip.ts';
import { findPython } from '../provision/python.ts';
import { type NativeBuild, type NativeBuildRequest, requirementsName } from './native-build.ts';

/** Node-API level of the binding: the highest that tfjs-node 4.22 names; every Node since 12.22 has it. */
const NAPI_VERSION = 8;

/** A download that hangs ends after this time. */
const STEP_TIMEOUT_MS = 900_000;

/** The wheels are for this Python and platform, whichever Python runs pip: only their C parts are used. */
const WHEEL_TARGET = [
  '--python-version=3.11',
  ...['manylinux_2_27', 'manylinux_2_17', 'manylinux2014', 'manylinux2010', 'manylinux_2_12', 'manylinux1'].map(
    (tag) => `--platform=${tag}_x86_64`,
  ),
];

/** Takes what the binding needs out of the downloaded wheels; much faster than installing them. */
const UNPACK = `
import pathlib, sys, zipfile
wheels, target = map(pathlib.Path, sys.argv[1:])
headers = tuple(f'tensorflow/include/{name}' for name in ('tensorflow/c', 'tsl', 'xla'))
for wheel in wheels.glob('*.whl'):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [name for name in archive.namelist() if name.startswith(headers)
            or (name.startswith(('tensorflow/lib', 'nvidia/')) and '.so' in name)])
`;

const TRIAL = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = require('@tensorflow/tfjs-node');
const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])).dataSync();
if (tf.getBackend() !== 'tensorflow' || product.join() !== '19,22,43,50') throw new Error('wrong product: ' + product);
process.stdout.write('library ' + tf.backend().binding.TF_Version + '\\n');
`;

const failed = (what: string, result: CommandResult, hint: string): TtExpError => {
  const ended = result.kind === 'exited' ? `exit code ${result.code}` : result.reason;
  const lines = result.lines.map(redact);
  const line = lines.findLast((text) => /error/i.test(text)) ?? lines.at(-1) ?? 'no output';
  return new TtExpError('PROVISION_FAILED', `native TensorFlow: ${what} failed (${ended}: ${line.slice(0, 300)})`, {
    hint,
    details: { lastLines: lines.slice(-20) },
  });
};

/** Fills `folder` (which holds package.json and its lock file) with a binding that has passed a trial run. */
export const buildSteps = async (
  request: NativeBuildRequest,
  folder: string,
): Promise<Omit<NativeBuild, 'packageFolder'>> => {
  const { environment, signal, progress, variant, provisionFolder } = request;
  const report = (step: ServiceStep, message: string, percent: number): void =>
    progress({ part: 'tensorflow', step, message, percent });
  const env: Record<string, string | undefined> = {
    ...withoutPythonOverrides(environment),
    TF_CPP_MIN_LOG_LEVEL: '2',
  };

  const run = async (what: string, command: string, args: readonly string[], hint: string): Promise<CommandResult> => {
    const result = await runCommand({
      command,
      args,
      env,
      cwd: folder,
      timeoutMs: STEP_TIMEOUT_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    if (signal?.aborted === true) {
      throw interrupted('building the native TensorFlow binding');
    }
    if (result.kind !== 'exited' || result.code !== 0) {
      throw failed(what, result, hint);
    }
    return result;
  };

  report('download', 'npm package tfjs-node', 5);
  const npmArgs = ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm ci', 'npm', npmArgs, 'Check the network and the package registry that npm uses.');

  const unpacked = join(folder, 'unpacked');
  const binding = join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
  const fromWheel = async (): Promise<void> => {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new TtExpError('PROVISION_FAILED', `native TensorFlow: no wheel for ${process.platform} ${process.arch}`);
    }
    const compiler = environment.CXX ?? 'g++';
    await run(
      'looking for a C++ compiler',
      compiler,
      ['--version'],
      'Install g++ (Debian: apt install g++), or set CXX.',
    );

    report('download', 'TensorFlow wheel', 20);
    const python = await findPython(environment);
    const venv = join(folder, 'venv');
    await run('python -m venv', python.executable, ['-m', 'venv', venv], 'Install the venv module of this Python.');
    const wheels = join(folder, 'wheels');
    const pip = ['-m', 'pip', 'download', '--no-deps', '--require-hashes', '--only-binary=:all:', '--progress-bar=off'];
    await run(
      'pip download',
      join(venv, 'bin', 'python'),
      [...pip, ...WHEEL_TARGET, '-d', wheels, '-r', join(provisionFolder, requirementsName(variant))],
      'Check the network and the package index that pip uses.',
    );

    report('install', 'unpacking the C library', 60);
    await run(
      'unpacking the wheel',
      python.executable,
      ['-c', UNPACK, wheels, unpacked],
      'Free 3 GB in the cache folder.',
    );
    await rm(wheels, { recursive: true });
    await rm(venv, { recursive: true });
    const libraries = join(binding, 'deps', 'lib');
    await mkdir(libraries, { recursive: true });
    for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
      await rename(join(unpacked, 'tensorflow', name), join(libraries, name));
    }

    report('install', 'compiling the binding', 75);
    const output = join(binding, 'lib', `napi-v${NAPI_VERSION}`);
    await mkdir(output, { recursive: true });
    await run(
      'compiling the binding',
      compiler,
      [
        ...['-O2', '-shared', '-fPIC', '-std=c++17', `-DNAPI_VERSION=${NAPI_VERSION}`],
        ...['-I', join(folder, 'node_modules', 'node-api-headers', 'include')],
        ...['-I', binding, '-I', join(unpacked, 'tensorflow', 'include')],
        ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(binding, 'binding', name)),
        ...['-o', join(output, 'tfjs_binding.node'), '-L', libraries],
        ...['-Wl,-rpath,$ORIGIN/../../deps/lib', '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      ],
      'Install a C++17 compiler (Debian: apt install g++).',
    );
  };

  /** The vendor's own older library, where the wheel or a compiler can't be had. */
  const fromVendor = async (reason: TtExpError): Promise<void> => {
    if (variant === 'gpu') {
      throw reason;
    }
    report('download', "the vendor's prebuilt library", 30);
    const hint = `${reason.message}; ${reason.hint ?? 'the prebuilt library could not be fetched either'}`;
    await run("the vendor's download", 'npm', ['rebuild', '--foreground-scripts', '@tensorflow/tfjs-node'], hint);
  };

  await fromWheel().catch((error: unknown) => {
    if (error instanceof TtExpError && error.code !== 'INTERRUPTED') {
      return fromVendor(error);
    }
    throw error;
  });

  report('verify', 'multiplying two matrices', 95);
  const libraryFolders = await cudaFolders(join(unpacked, 'nvidia'));
  if (libraryFolders.length > 0) {
    env.LD_LIBRARY_PATH = libraryFolders.join(':');
  } else {
    await rm(unpacked, { recursive: true, force: true });
  }
  const trial = await run(
    'the trial run',
    process.execPath,
    ['-e', TRIAL],
    'Report the lines above with your platform.',
  );
  const libraryVersion = trial.lines.map((line) => /^library (\S+)/.exec(line)?.[1]).find((text) => text !== undefined);
  if (libraryVersion === undefined) {
    throw failed('the trial run', trial, 'Report the lines above with your platform.');
  }
  return { libraryVersion, libraryFolders };
};

const cudaFolders = async (folder: string): Promise<string[]> => {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw error;
  });
  return names.map((name) => join(folder, name, 'lib'));
};
