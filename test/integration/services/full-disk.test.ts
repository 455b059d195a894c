/** A home on a disk that is full or small. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { makeHome, processesNaming, reborn, serviceOf, type TestHome } from './home.ts';

const NO_MLFLOW = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' };

let disk: SmallDisk | null = null;
let home: TestHome | undefined;

afterEach(async () => {
  disk?.free();
  await home?.dispose();
  disk?.dispose();
  home = undefined;
  disk = null;
});

const needDisk = (context: TestContext, megabytes: number): SmallDisk => {
  disk = mountSmallDisk(megabytes);
  if (disk === null) {
    context.skip('needs the right to mount a file system (root on Linux)');
  }
  if (disk === null) {
    throw new Error('skipped');
  }
  return disk;
};

describe('services: full disk', () => {
  it('services/take-down: a home of 3 MB cannot hold the servers, `up` says so, and `down` stops what it left', async (context) => {
    const { folder } = needDisk(context, 3);
    home = await makeHome({ parent: folder });
    await expect(home.services.ensureUp({}, () => {})).rejects.toMatchObject({
      code: expect.stringMatching(/^(SERVICE_START_FAILED|DISK_FULL)$/),
      hint: expect.stringContaining('Free space on the disk'),
    });
    expect((await home.services.takeDown()).stopped).toContain('supervisor');
    expect(await processesNaming(home.folder)).toEqual([]);
  });

  it('services/supervisor: outlives a full disk, has its services back once there is room, and says what its log lost', async (context) => {
    const { folder, fill, free } = needDisk(context, 60);
    home = await makeHome({ parent: folder, environment: NO_MLFLOW });
    const { services } = home;
    await services.ensureUp({ workers: [{ queue: 'tt-cpu', slots: 1 }] }, () => {});
    const before = await services.status();
    const worker = serviceOf(before, 'worker-tt-cpu-1');

    fill([before.supervisor.logFile]);
    process.kill(worker.pid ?? 0, 'SIGKILL');
    // Its own state cannot be written now; that it looks after the worker shows in the processes.
    await eventually(
      'the dead worker and its child are gone',
      () => processesNaming(folder),
      (pids) => !pids.includes(worker.pid ?? 0),
    );
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect((await services.status()).supervisor).toMatchObject({ state: 'running', pid: before.supervisor.pid });

    free();
    await reborn(home, 'worker-tt-cpu-1', worker.pid);
    const after = await services.status();
    expect(after.supervisor.pid).toBe(before.supervisor.pid);
    expect(serviceOf(after, 'temporal').state).toBe('healthy');
    expect(await readFile(after.supervisor.logFile, 'utf8')).toMatch(
      /\d+ lines of this log were lost because the disk was full/,
    );
  });

  it('services/take-down: stops everything on a disk without a free byte, and nobody starts it again', async (context) => {
    const { folder, fill } = needDisk(context, 60);
    home = await makeHome({ parent: folder, environment: NO_MLFLOW });
    const { services } = home;
    await services.ensureUp({ workers: [{ queue: 'tt-cpu', slots: 1 }] }, () => {});
    const watching = new AbortController();
    const kept = services.keepSupervised(() => {}, watching.signal);
    fill();
    const { stopped } = await services.takeDown();
    expect([...stopped].sort()).toEqual(['supervisor', 'temporal', 'worker-tt-cpu-1']);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    watching.abort();
    await kept;
    expect(await processesNaming(home.folder)).toEqual([]);
    expect(await services.takeDown()).toEqual({ stopped: [] });
  });
});

describe('services/keep-supervised', () => {
  it('services/keep-supervised: starts a supervisor that was killed again, and none after `down`', async () => {
    home = await makeHome({ environment: NO_MLFLOW });
    const { services } = home;
    await services.ensureUp({}, () => {});
    const before = await services.status();
    const watching = new AbortController();
    const said: string[] = [];
    const kept = services.keepSupervised(({ message }) => said.push(message), watching.signal);
    process.kill(before.supervisor.pid ?? 0, 'SIGKILL');
    await eventually(
      'another supervisor',
      async () => (await services.status()).supervisor,
      ({ pid }) => pid !== null && pid !== before.supervisor.pid,
    );
    expect(said).toContain('died and is being restarted');
    const after = await reborn(home, 'temporal', null);
    expect(after.pid).toBe(serviceOf(before, 'temporal').pid);
    await services.takeDown();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    watching.abort();
    await kept;
    expect(await processesNaming(home.folder)).toEqual([]);
  });
});
