import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceProgress } from '../../../contracts/services.ts';
import { systemClock } from '../../../host/clock.ts';
import { ensureTemporal } from '../../../services/provision/temporal-binary.ts';
import { eventually } from '../../support/eventually.ts';
import {
  cacheFolder,
  environment,
  mainProcesses,
  makeHome,
  processesNaming,
  reborn,
  requirementsFolder,
  serviceOf,
  type TestHome,
} from './home.ts';

// MLflow takes seconds to start and matters to none of these: an address stands in for it.
const NO_MLFLOW = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' };

let home: TestHome;
let server: Server | undefined;

// Installing takes longer than a test may.
beforeAll(async () => {
  const request = {
    cacheFolder,
    requirementsFolder,
    environment,
    clock: systemClock,
    progress: () => {},
    log: () => {},
  };
  await ensureTemporal(request);
});

afterEach(async () => {
  await home.dispose();
  if (server?.listening === true) {
    await new Promise((resolve) => server?.close(resolve));
  }
});

const occupy = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const taking = createServer();
    taking.once('error', reject);
    taking.listen(port, '127.0.0.1', () => resolve(taking));
  });

describe('services: faults', () => {
  it('services/supervised-service: a port that was taken meanwhile is replaced, and workers follow the new address', async () => {
    home = await makeHome({ environment: NO_MLFLOW });
    const before = await home.services.ensureUp({ workers: [{ queue: 'tt-cpu', slots: 1 }] }, () => {});
    const worker = serviceOf(await home.services.status(), 'worker-tt-cpu-1');
    await home.services.takeDown();
    server = await occupy(Number(before.temporal.address.split(':')[1]));

    const after = await home.services.ensureUp({}, () => {});
    expect(after.temporal.address).not.toBe(before.temporal.address);
    const reply = await fetch(`${after.temporal.uiUrl}/api/v1/cluster-info`);
    expect(reply.status).toBe(200);
    expect(serviceOf(await home.services.status(), 'worker-tt-cpu-1').pid).not.toBe(worker.pid);
    // The outside address is given on as it is, and nothing of ours claims it.
    expect(after.mlflow).toEqual({ uri: 'http://127.0.0.1:9', isEmbedded: false });
  });

  it('services/supervisor: a worker that keeps failing is given up with its last words, and has another chance at the next request', async () => {
    home = await makeHome({ environment: { ...NO_MLFLOW } });
    const crashing = { queue: 'tt-gpu', slots: 1, env: { TEST_WORKER_MODE: 'crashes' } } as const;
    const events: ServiceProgress[] = [];
    await expect(home.services.ensureUp({ workers: [crashing] }, (event) => events.push(event))).rejects.toMatchObject({
      code: 'SERVICE_START_FAILED',
      message: expect.stringContaining('worker: cannot read its model'),
      hint: expect.stringContaining('Free space on the disk'),
    });
    expect(events.some(({ part, message }) => part === 'worker-tt-gpu-1' && message.includes('restarting'))).toBe(true);
    const given = serviceOf(await home.services.status(), 'worker-tt-gpu-1');
    expect(given).toMatchObject({ state: 'failed', pid: null });
    expect(given.lastError).toContain('No space left on device');

    await home.services.ensureUp({ workers: [{ queue: 'tt-gpu', slots: 1 }] }, () => {});
    expect(serviceOf(await home.services.status(), 'worker-tt-gpu-1').state).toBe('healthy');
  });

  it('services/ensure-up: two at once start one supervisor and one of each server', async () => {
    home = await makeHome({ environment: NO_MLFLOW });
    const [a, b] = await Promise.all([home.services.ensureUp({}, () => {}), home.services.ensureUp({}, () => {})]);
    expect(a).toEqual(b);
    const status = await home.services.status();
    // The supervisor that lost leaves by itself.
    const left = await eventually(
      'only one supervisor and one server are left',
      () => mainProcesses(home.folder),
      (pids) => pids.length === 2,
    );
    expect([...left].sort()).toEqual([status.supervisor.pid, serviceOf(status, 'temporal').pid].sort());
  });

  it('services/supervised-service: a server whose record was lost is not started twice', async () => {
    home = await makeHome({ environment: NO_MLFLOW });
    await home.services.ensureUp({}, () => {});
    const before = await home.services.status();
    process.kill(before.supervisor.pid ?? 0, 'SIGKILL');
    // As if the supervisor had died between starting the server and writing that down.
    await rm(join(home.folder, 'services', 'temporal.json'));
    await home.services.ensureUp({}, () => {});
    const after = await reborn(home, 'temporal', serviceOf(before, 'temporal').pid);
    expect(await mainProcesses(home.folder)).toHaveLength(2);
    // The same home has the same first choice of ports.
    expect(after.address).toBe(serviceOf(before, 'temporal').address);
  });

  it('services/supervised-service: a pid that went to another process is not taken for the service, nor harmed', async () => {
    home = await makeHome({ environment: NO_MLFLOW });
    await home.services.ensureUp({}, () => {});
    await home.services.takeDown();
    const file = join(home.folder, 'services', 'temporal.json');
    const record = JSON.parse(await readFile(file, 'utf8'));
    // This test's own pid, with the start of a process that is gone.
    await writeFile(file, JSON.stringify({ ...record, process: { pid: process.pid, startToken: 'other' } }));
    expect(serviceOf(await home.services.status(), 'temporal')).toMatchObject({ state: 'stopped', pid: null });
    await home.services.ensureUp({}, () => {});
    expect(serviceOf(await home.services.status(), 'temporal').pid).not.toBe(process.pid);
  });

  it('services/ensure-up: a supervisor that does not start is an error with its last words', async () => {
    home = await makeHome({ environment: NO_MLFLOW, supervisorScript: '/nowhere/supervisor.js' });
    await expect(home.services.ensureUp({}, () => {})).rejects.toMatchObject({
      code: 'SERVICE_START_FAILED',
      message: expect.stringContaining('supervisor: exited 3 times'),
      hint: expect.stringContaining('supervisor.log'),
    });
  });

  it('services/ensure-up: an abort ends the waiting only', async () => {
    home = await makeHome({ environment: NO_MLFLOW });
    const stopping = new AbortController();
    const waiting = home.services.ensureUp({ signal: stopping.signal }, ({ part, step }) => {
      if (part === 'supervisor' && step === 'start') {
        stopping.abort();
      }
    });
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await eventually(
      'Temporal is up all the same',
      async () => (await home.services.status()).services,
      (services) => services.find(({ name }) => name === 'temporal')?.state === 'healthy',
    );
  });

  it('services/take-down: ends an ensureUp that is waiting, in place of being undone by it', async () => {
    home = await makeHome({ environment: NO_MLFLOW });
    const starting = { queue: 'tt-cpu', slots: 1, env: { TEST_WORKER_MODE: 'never-ready' } } as const;
    const waiting = home.services
      .ensureUp({ workers: [starting] }, () => {})
      .then(
        () => null,
        (error: unknown) => error,
      );
    await eventually(
      'the worker starts',
      async () => (await home.services.status()).services,
      (services) => services.some(({ name, pid }) => name === 'worker-tt-cpu-1' && pid !== null),
    );
    await home.services.takeDown();
    expect(await waiting).toMatchObject({ code: 'INTERRUPTED', message: expect.stringContaining('tt-exp down') });
    expect(await processesNaming(home.folder)).toEqual([]);
  });

  it('services/supervisor: ends all it keeps when its home folder is removed, and does not make it again', async () => {
    home = await makeHome({ environment: NO_MLFLOW });
    await home.services.ensureUp({ workers: [{ queue: 'tt-cpu', slots: 1 }] }, () => {});
    await rm(home.folder, { recursive: true, force: true });
    await eventually(
      'all are gone',
      () => processesNaming(home.folder),
      (pids) => pids.length === 0,
    );
    await expect(readdir(home.folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('services/index: with outside servers nothing is started', async () => {
    home = await makeHome({ environment: { ...NO_MLFLOW, TEMPORAL_ADDRESS: 'example.test:7233' } });
    const addresses = await home.services.ensureUp({}, () => {});
    expect(addresses).toEqual({
      temporal: { address: 'example.test:7233', uiUrl: null, namespace: 'default', isEmbedded: false },
      mlflow: { uri: 'http://127.0.0.1:9', isEmbedded: false },
    });
    expect(await processesNaming(home.folder)).toEqual([]);
    const { supervisor, services } = await home.services.status();
    expect(supervisor.state).toBe('stopped');
    expect(services.map(({ state }) => state)).toEqual(['outside', 'outside']);
  });
});
