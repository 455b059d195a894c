/** One home in two containers: each has process ids of its own, as `unshare` gives them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { readLockHolder, tryLock } from '../../../host/locks/lock.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { cacheFolder, environment, mainProcesses, makeHome, supervisorStopped, type TestHome } from './home.ts';

const NO_MLFLOW = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' };
const CONTAINER = ['--pid', '--fork', '--mount-proc', '--kill-child'];

const canUnshare = (() => {
  try {
    execFileSync('unshare', [...CONTAINER, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const needContainer = (context: TestContext): void =>
  context.skip(!canUnshare, 'needs `unshare` and the right to make a pid namespace (root on Linux)');

let container: ChildProcess | undefined;
let home: TestHome | undefined;

afterEach(async () => {
  await stopContainer();
  await home?.dispose();
  home = undefined;
});

/** Starts a fixture as the first process of a container; returns what it says first. */
const startContainer = async (fixture: string, args: readonly string[]): Promise<string> => {
  const script = fileURLToPath(new URL(`./fixtures/${fixture}`, import.meta.url));
  const command = [process.execPath, '--import', import.meta.resolve('tsx'), script, ...args];
  container = spawn('unshare', [...CONTAINER, ...command], {
    env: { ...environment, ...NO_MLFLOW },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (container.stdout === null) {
    throw new Error('no output');
  }
  const [line] = await once(createInterface({ input: container.stdout }), 'line');
  return String(line);
};

/** As a container is killed: all its processes at once. */
const stopContainer = async (): Promise<void> => {
  if (container === undefined || container.exitCode !== null || container.signalCode !== null) {
    return;
  }
  const ended = once(container, 'exit');
  container.kill('SIGKILL');
  await ended;
};

const commandOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8');

describe('services: one home, two containers', () => {
  it('host/locks/lock: a holder in another container keeps the lock until it dies, and then one takes it', async (context) => {
    needContainer(context);
    const locks = await temporaryFolder(`tt-exp-lock-${'long'.repeat(30)}-`);
    expect(await startContainer('lock-main.ts', [locks])).toBe('held');
    expect(await tryLock(locks, 'next', 1)).toMatchObject({
      kind: 'busy',
      holder: { purpose: 'holding a test lock', isKnownAlive: true },
    });
    await stopContainer();
    await eventually(
      'the kernel has ended the holder',
      () => readLockHolder(locks),
      (holder) => holder === null,
    );
    const attempts = await Promise.all(Array.from({ length: 10 }, () => tryLock(locks, 'next', 2)));
    expect(attempts.filter(({ kind }) => kind === 'held')).toHaveLength(1);
    // The dead holder's socket went with its number.
    expect(await readdir(locks)).toHaveLength(2);
    for (const attempt of attempts) {
      if (attempt.kind === 'held') {
        await attempt.lock.release();
      }
    }
  });

  it('host/locks/lock: a holder outside is seen from within a container', async (context) => {
    needContainer(context);
    const folder = await temporaryFolder('tt-exp-lock-');
    const attempt = await tryLock(folder, 'outside', 1);
    if (attempt.kind !== 'held') {
      throw new Error('the first attempt fails');
    }
    expect(await startContainer('lock-main.ts', [folder])).toBe('busy');
    await attempt.lock.release();
    await stopContainer();
    expect(await startContainer('lock-main.ts', [folder])).toBe('held');
  });

  it('services/index: a home that another container serves is neither started, taken down nor changed from outside', async (context) => {
    needContainer(context);
    home = await makeHome({ environment: NO_MLFLOW });
    const { services, folder: homeFolder } = home;
    expect(await startContainer('container-main.ts', [homeFolder, cacheFolder])).toBe('up');
    const before = [...(await mainProcesses(homeFolder))].sort();
    expect(before).toHaveLength(2);

    const refusal = {
      code: 'HOME_IN_USE',
      message: expect.stringMatching(/process \d+ in another container \(.+\) has been supervising/),
    };
    await expect(services.ensureUp({}, () => {})).rejects.toMatchObject(refusal);
    await expect(services.takeDown()).rejects.toMatchObject(refusal);
    expect((await services.status()).supervisor).toMatchObject({
      state: 'elsewhere',
      pid: null,
      elsewhere: expect.stringContaining('in another container'),
    });
    expect([...(await mainProcesses(homeFolder))].sort()).toEqual(before);

    // Its supervisor dies, its server does not: the database has one server still.
    for (const pid of before) {
      if ((await commandOf(pid)).includes('supervisor-main')) {
        process.kill(pid, 'SIGKILL');
      }
    }
    await supervisorStopped(services);
    await expect(services.ensureUp({}, () => {})).rejects.toMatchObject({
      code: 'SERVICE_START_FAILED',
      message: expect.stringContaining('of an earlier start still runs'),
      hint: expect.stringContaining('in that container'),
    });
    await expect(services.takeDown()).rejects.toMatchObject({
      code: 'HOME_IN_USE',
      message: expect.stringMatching(/temporal, process \d+ in another container/),
    });
    const left = await mainProcesses(homeFolder);
    expect(left).toHaveLength(1);
    expect(before).toContain(left[0]);

    await stopContainer();
    await services.ensureUp({}, () => {});
    expect((await services.status()).supervisor.state).toBe('running');
    expect(await mainProcesses(homeFolder)).toHaveLength(2);
  });
});
