/** Python environments in the cache folder, each one built from one pinned and hashed requirements file. */

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { ProgressSink } from '../../contracts/services.ts';
import type { Clock } from '../../host/clock.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { interrupted, withLock } from '../../host/locks/with-lock.ts';
import { runCommand, TIME_LIMIT } from '../../host/processes/run-command.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { alternativeTo, pipInstall, withoutPythonOverrides } from './pip.ts';
import { findPython } from './python.ts';
import { type Requirements, readRequirements } from './requirements.ts';

export interface ManagedEnvironment {
  /** Folder of the virtual environment; its programs are below bin/. */
  readonly folder: string;
  readonly python: string;
  readonly pythonVersion: string;
  readonly requirements: Requirements;
}

export interface EnvironmentPlace {
  readonly part: string;
  readonly cacheFolder: string;
  readonly requirementsFolder: string;
  readonly environment: Variables;
}

export interface EnvironmentRequest extends EnvironmentPlace {
  readonly clock: Clock;
  readonly progress: ProgressSink;
  /** Interpreter to build with, in place of the first one on PATH that fits. */
  readonly pythonOverride?: string;
  readonly signal?: AbortSignal;
  /** Proves that what was installed works; returns what does not. */
  verify(environment: ManagedEnvironment): Promise<string | null>;
}

const MARKER = 'complete.json';

const placeOf = async ({ part, cacheFolder, requirementsFolder }: EnvironmentPlace) => {
  const requirements = await readRequirements(join(requirementsFolder, `requirements-${part}.txt`));
  return { requirements, base: join(cacheFolder, 'python', `${part}-${requirements.digest}`) };
};

/** The finished environment, or null. Fast: one file is read, and the interpreter is asked whether it still works. */
export const findEnvironment = async (place: EnvironmentPlace): Promise<ManagedEnvironment | null> => {
  const { requirements, base } = await placeOf(place);
  return findBelow(base, requirements, place.environment);
};

const findBelow = async (
  base: string,
  requirements: Requirements,
  environment: Variables,
): Promise<ManagedEnvironment | null> => {
  const marker = await readJsonFile(join(base, MARKER));
  if (!isObject(marker) || typeof marker.build !== 'string' || typeof marker.pythonVersion !== 'string') {
    return null;
  }
  const folder = join(base, marker.build);
  const python = join(folder, 'bin', 'python');
  // The interpreter it was built with may have been removed or updated since.
  const probe = await runCommand({
    command: python,
    args: ['-c', 'pass'],
    env: withoutPythonOverrides(environment),
    timeoutMs: 20_000,
  });
  if (probe.kind === 'broken' || probe.code !== 0) {
    return null;
  }
  return { folder, python, pythonVersion: marker.pythonVersion, requirements };
};

/**
 * The finished environment, built first where it is missing. Two processes at once build it once. A build has a folder
 * of its own (virtual environments can't be moved) and counts from the moment when the marker names it, so one that was
 * killed at any point, even with its pip still running, is never taken for a whole one.
 */
export const ensureEnvironment = async (request: EnvironmentRequest): Promise<ManagedEnvironment> => {
  const { part, progress, clock, signal } = request;
  const { requirements, base } = await placeOf(request);
  const existing = await findBelow(base, requirements, request.environment);
  if (existing !== null) {
    return existing;
  }
  return withLock(
    {
      folder: `${base}.lock`,
      purpose: `installing ${part}`,
      clock,
      ...(signal === undefined ? {} : { signal }),
      onWait: ({ process, sinceMs }) => {
        const seconds = Math.round((clock.nowMs() - sinceMs) / 1000);
        progress({ part, step: 'wait', message: `process ${process.pid} has been installing it for ${seconds} s` });
      },
    },
    async () =>
      // Whoever held the lock before us may just have finished.
      (await findBelow(base, requirements, request.environment)) ?? (await build(request, requirements, base)),
  );
};

const build = async (
  request: EnvironmentRequest,
  requirements: Requirements,
  base: string,
): Promise<ManagedEnvironment> => {
  const { part, progress, environment, signal, clock } = request;
  progress({ part, step: 'python', message: 'looking for Python 3.10 or later', percent: 0 });
  const python = await findPython(environment, request.pythonOverride);
  const name = `build-${randomUUID().slice(0, 8)}`;
  const folder = join(base, name);
  try {
    await removeOtherBuilds(base, name);
    await mkdir(folder, { recursive: true });
    progress({ part, step: 'environment', message: `Python ${python.version} (${python.executable})`, percent: 0 });
    await createVirtualEnvironment(request, python.executable, folder);
    const made: ManagedEnvironment = {
      folder,
      python: join(folder, 'bin', 'python'),
      pythonVersion: python.version,
      requirements,
    };
    await pipInstall({
      part,
      python: made.python,
      requirements,
      environment,
      progress,
      ...(signal === undefined ? {} : { signal }),
    });
    progress({ part, step: 'verify', message: 'trying the installed files', percent: 95 });
    const complaint = await request.verify(made);
    if (complaint?.includes(TIME_LIMIT) === true) {
      throw new TtExpError('TIMED_OUT', `installing ${part}: trying the installed files was ${complaint}`, {
        hint: 'The machine or its disk is busy: run the command again when it is less busy.',
      });
    }
    if (complaint !== null) {
      throw new TtExpError('PROVISION_FAILED', `installing ${part}: the installed files do not work (${complaint})`, {
        hint: `Run the command again; if that does not help, ${alternativeTo(part)}.`,
      });
    }
    if (signal?.aborted === true) {
      throw interrupted(`installing ${part}`);
    }
    await writeJsonFile(join(base, MARKER), {
      format: 1,
      build: name,
      pythonVersion: python.version,
      requirements: requirements.digest,
      completedAt: new Date(clock.nowMs()).toISOString(),
    });
    progress({ part, step: 'ready', message: 'installed', percent: 100 });
    return made;
  } catch (error) {
    await removeFolder(folder);
    if (error instanceof TtExpError) {
      throw error;
    }
    throw new TtExpError('PROVISION_FAILED', `installing ${part}: ${error instanceof Error ? error.message : error}`, {
      hint: `Check that ${base} can be written and has 1 GB of space; or ${alternativeTo(part)}.`,
      cause: error,
    });
  }
};

const createVirtualEnvironment = async (request: EnvironmentRequest, python: string, folder: string): Promise<void> => {
  const { part, environment, signal } = request;
  const result = await runCommand({
    command: python,
    args: ['-m', 'venv', folder],
    env: withoutPythonOverrides(environment),
    ...(signal === undefined ? {} : { signal }),
  });
  if (signal?.aborted === true) {
    throw interrupted(`installing ${part}`);
  }
  if (result.kind === 'exited' && result.code === 0) {
    return;
  }
  throw new TtExpError(
    'PROVISION_FAILED',
    `installing ${part}: \`${python} -m venv\` failed (${result.lines.slice(-3).join(' ') || 'no output'})`,
    {
      hint: 'Install the venv module of this Python (Debian: apt install python3-venv), or set TT_PYTHON to another one.',
    },
  );
};

const removeOtherBuilds = async (base: string, keep: string): Promise<void> => {
  await mkdir(base, { recursive: true });
  const others = (await readdir(base)).filter((entry) => entry.startsWith('build-') && entry !== keep);
  for (const entry of others) {
    await removeFolder(join(base, entry));
  }
};

/** Retried, since the pip of a killed build may still be writing there. */
const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
