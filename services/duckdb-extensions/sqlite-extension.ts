/** DuckDB's SQLite extension, out of the wheel that Python's package index has of it, kept in the cache folder. */

import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import type { ProgressSink } from '../../contracts/services.ts';
import { type Clock, systemClock } from '../../host/clock.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { syncToDisk } from '../../host/files/replace-file.ts';
import { withLock } from '../../host/locks/with-lock.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { withoutPythonOverrides } from '../provision/pip.ts';
import { findPython } from '../provision/python.ts';
import { readRequirements } from '../provision/requirements.ts';
import { runProvisionStep } from '../provision/run-step.ts';

export interface SqliteExtensionRequest {
  readonly cacheFolder: string;
  /** The package's services/duckdb-extensions/provision. */
  readonly provisionFolder: string;
  readonly environment: Variables;
  readonly progress: ProgressSink;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

const PART = 'sqlite';
const PURPOSE = "fetching DuckDB's SQLite extension";
const FILE_NAME = 'sqlite_scanner.duckdb_extension';
const VENV_TIMEOUT_MS = 120_000;
/** For 12 MB. */
const DOWNLOAD_TIMEOUT_MS = 600_000;

/** By `platform-architecture` of Node; the Python that fetches may be of another kind. */
const PLATFORM_TAG: Readonly<Record<string, string>> = {
  'linux-x64': 'manylinux2014_x86_64',
  'linux-arm64': 'manylinux2014_aarch64',
  'darwin-x64': 'macosx_11_0_x86_64',
  'darwin-arm64': 'macosx_11_0_arm64',
};

/** A wheel is a zip file. */
const UNPACK = `
import pathlib, shutil, sys, zipfile
(wheel,) = pathlib.Path(sys.argv[1]).glob('*.whl')
with zipfile.ZipFile(wheel) as archive:
    (name,) = [name for name in archive.namelist() if name.endswith('.duckdb_extension')]
    with archive.open(name) as source, open(sys.argv[2], 'wb') as target:
        shutil.copyfileobj(source, target)
`;

const OFFLINE_HINT =
  'Check the network, the proxy (HTTPS_PROXY) and which package index pip uses (`pip config list`); ' +
  'or export the tables as CSV or Parquet files and use the source `files`.';

const exists = async (file: string): Promise<boolean> => {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return false;
    }
    throw error;
  }
};

interface Step {
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly hint: string;
}

const runStep = async ({ environment, signal }: SqliteExtensionRequest, { hint, ...step }: Step): Promise<void> => {
  await runProvisionStep({
    ...step,
    ...{ part: PURPOSE, purpose: PURPOSE, env: withoutPythonOverrides(environment), signal },
    reasonOf: (lines) => lines.findLast((line) => /^ERROR:|Error:/.test(line)),
    hintFor: () => hint,
  });
};

/** The file counts from the moment it has its name. */
const publish = async (from: string, to: string): Promise<void> => {
  await syncToDisk(from);
  await rename(from, to);
};

const fetchExtension = async (
  request: SqliteExtensionRequest,
  tag: string,
  requirements: string,
  file: string,
): Promise<void> => {
  const { environment, progress } = request;
  const folder = join(file, '..', `build-${randomUUID().slice(0, 8)}`);
  const wheels = join(folder, 'wheels');
  try {
    await mkdir(folder, { recursive: true });
    progress({ part: PART, step: 'python', message: 'looking for Python 3.10 or later', percent: 0 });
    const { executable } = await findPython(environment, environment.TT_PYTHON || undefined);
    // pip of a throw-away virtual environment: the system's Python may have none, or refuse to be used.
    await runStep(request, {
      what: 'python -m venv',
      command: executable,
      args: ['-m', 'venv', join(folder, 'venv')],
      timeoutMs: VENV_TIMEOUT_MS,
      hint: 'Install the venv module of this Python (Debian: apt install python3-venv), or set TT_PYTHON to another one.',
    });
    progress({ part: PART, step: 'download', message: "DuckDB's SQLite extension", percent: 30 });
    await runStep(request, {
      what: 'pip download',
      command: join(folder, 'venv', 'bin', 'python'),
      args: [
        ...['-m', 'pip', 'download', '--no-deps', '--require-hashes', '--only-binary=:all:', '--no-cache-dir'],
        ...['--no-input', '--disable-pip-version-check', '--progress-bar=off', `--platform=${tag}`],
        ...['-d', wheels, '-r', requirements],
      ],
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
      hint: OFFLINE_HINT,
    });
    progress({ part: PART, step: 'install', message: 'unpacking', percent: 80 });
    const unpacked = join(folder, FILE_NAME);
    await runStep(request, {
      what: 'unpacking the wheel',
      command: executable,
      args: ['-c', UNPACK, wheels, unpacked],
      timeoutMs: VENV_TIMEOUT_MS,
      hint: 'Free 200 MB on the disk of the cache folder (TT_EXP_CACHE).',
    });
    await publish(unpacked, file);
    progress({ part: PART, step: 'ready', message: 'installed', percent: 100 });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
};

/**
 * Path of the extension's file, fetched first where it is missing. Idempotent; two processes at once fetch it once.
 * Throws PROVISION_FAILED, PYTHON_MISSING, INTERRUPTED.
 */
export const ensureSqliteExtension = async (request: SqliteExtensionRequest): Promise<string> => {
  const { cacheFolder, provisionFolder, clock = systemClock, progress, signal } = request;
  const requirements = await readRequirements(join(provisionFolder, 'requirements-sqlite.txt'));
  const base = join(cacheFolder, 'duckdb-extensions', `sqlite-${requirements.digest}`);
  const file = join(base, FILE_NAME);
  if (await exists(file)) {
    return file;
  }
  const tag = PLATFORM_TAG[`${process.platform}-${process.arch}`];
  if (tag === undefined) {
    throw new TtExpError('PROVISION_FAILED', `${PURPOSE}: there is none for ${process.platform} ${process.arch}`, {
      hint: 'Export the tables as CSV or Parquet files and use the source `files`.',
    });
  }
  const lock = {
    folder: `${base}.lock`,
    purpose: PURPOSE,
    clock,
    ...(signal === undefined ? {} : { signal }),
    onWait: ({ process: holder }: { readonly process: { readonly pid: number } }) =>
      progress({ part: PART, step: 'wait', message: `process ${holder.pid} is fetching it` }),
  };
  await withLock(lock, async () => {
    if (!(await exists(file))) {
      await fetchExtension(request, tag, requirements.file, file);
    }
  });
  return file;
};
