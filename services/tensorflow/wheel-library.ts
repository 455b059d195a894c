/** A current C library of TensorFlow, out of the wheel that Python's package index has of it. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { findPython } from '../provision/python.ts';
import { bindingFolder } from './binding-package.ts';
import { reportStep, runBuildStep } from './build-step.ts';
import { type BuildContext, type NativeVariant, requirementsName } from './native-build-types.ts';

const VENV_TIMEOUT_MS = 120_000;
const UNPACK_TIMEOUT_MS = 300_000;
/** For 0.25 GB on the CPU and 2.5 GB with CUDA. */
const DOWNLOAD_TIMEOUT_MS = { cpu: 900_000, gpu: 3_600_000 } as const;

const MACHINE: Partial<Record<NodeJS.Architecture, string>> = { x64: 'x86_64', arm64: 'aarch64' };
const PLATFORM_TAGS = [
  'manylinux_2_27',
  'manylinux_2_17',
  'manylinux2014',
  'manylinux2010',
  'manylinux_2_12',
  'manylinux1',
];

/** Takes what the binding needs out of the wheels, which are zip files; installing them would take minutes. */
const UNPACK = `
import pathlib, sys, zipfile
wheels, target = map(pathlib.Path, sys.argv[1:])
headers = tuple(f'tensorflow/include/{name}/' for name in ('tensorflow/c', 'tensorflow/core', 'tsl', 'xla'))
for wheel in wheels.glob('*.whl'):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [name for name in archive.namelist() if name.startswith(headers)
            or (name.startswith(('tensorflow/lib', 'nvidia/')) and '.so' in name)])
`;

/** The shared libraries that the binding is linked with. */
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

export interface WheelLibrary {
  /** C headers. */
  readonly includeFolder: string;
  /** Folder below the binding's package where both libraries now are. */
  readonly libraryFolder: string;
  /** Folders with CUDA's libraries; they stay. */
  readonly cudaFolders: readonly string[];
  /** What is needed only for compiling. Idempotent. */
  readonly removeHeaders: () => Promise<void>;
}

/** Null where there is a wheel for this machine, else why not. */
export const whyNoWheel = (
  variant: NativeVariant,
  platform: NodeJS.Platform,
  architecture: NodeJS.Architecture,
): string | null => {
  const isThere = platform === 'linux' && (architecture === 'x64' || (architecture === 'arm64' && variant === 'cpu'));
  return isThere ? null : `there is no ${variant === 'gpu' ? 'CUDA ' : ''}wheel for ${platform} ${architecture}`;
};

/** pip of a throw-away virtual environment: the system's Python may have none, or refuse to be used. */
const download = async (context: BuildContext, python: string, wheels: string): Promise<void> => {
  const { folder, provisionFolder, variant } = context;
  const venv = join(folder, 'venv');
  await runBuildStep(context, {
    what: 'python -m venv',
    command: python,
    args: ['-m', 'venv', venv],
    timeoutMs: VENV_TIMEOUT_MS,
    hint: 'Install the venv module of this Python (Debian: apt install python3-venv), or set TT_PYTHON to another one.',
  });
  const tags = PLATFORM_TAGS.map((tag) => `--platform=${tag}_${MACHINE[process.arch]}`);
  await runBuildStep(context, {
    what: 'pip download',
    command: join(venv, 'bin', 'python'),
    args: [
      ...['-m', 'pip', 'download', '--no-deps', '--require-hashes', '--only-binary=:all:', '--no-cache-dir'],
      ...['--no-input', '--disable-pip-version-check', '--progress-bar=off', '--python-version=3.11', ...tags],
      ...['-d', wheels, '-r', join(provisionFolder, requirementsName(variant))],
    ],
    timeoutMs: DOWNLOAD_TIMEOUT_MS[variant],
    hint: 'Check which package index pip uses (`pip config list`).',
  });
  await rm(venv, { recursive: true });
};

const foldersBelow = async (folder: string): Promise<readonly string[]> => {
  try {
    return (await readdir(folder)).map((name) => join(folder, name, 'lib'));
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return [];
    }
    throw error;
  }
};

/** Downloads, checks against the recorded hashes and unpacks. Throws PROVISION_FAILED, PYTHON_MISSING, INTERRUPTED. */
export const fetchWheelLibrary = async (context: BuildContext): Promise<WheelLibrary> => {
  const { folder, variant, environment } = context;
  const missing = whyNoWheel(variant, process.platform, process.arch);
  if (missing !== null) {
    throw new TtExpError('PROVISION_FAILED', `native TensorFlow: ${missing}`);
  }

  reportStep(context, 'download', 'TensorFlow wheel', 20);
  const { executable } = await findPython(
    environment,
    environment.TT_PYTHON === '' ? undefined : environment.TT_PYTHON,
  );
  const wheels = join(folder, 'wheels');
  await download(context, executable, wheels);

  reportStep(context, 'install', 'unpacking the C library', 60);
  const unpacked = join(folder, 'unpacked');
  await runBuildStep(context, {
    what: 'unpacking the wheel',
    command: executable,
    args: ['-c', UNPACK, wheels, unpacked],
    timeoutMs: UNPACK_TIMEOUT_MS,
    hint: 'Free 3 GB on the disk of the cache folder (TT_EXP_CACHE).',
  });
  await rm(wheels, { recursive: true });
  const libraryFolder = join(bindingFolder(folder), 'deps', 'lib');
  await mkdir(libraryFolder, { recursive: true });
  for (const name of LIBRARIES) {
    await rename(join(unpacked, 'tensorflow', name), join(libraryFolder, name));
  }
  return {
    includeFolder: join(unpacked, 'tensorflow', 'include'),
    libraryFolder,
    cudaFolders: await foldersBelow(join(unpacked, 'nvidia')),
    removeHeaders: () => rm(join(unpacked, 'tensorflow'), { recursive: true, force: true }),
  };
};
