import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceAddresses, ServiceProgress } from '../../../contracts/services.ts';
import { eventually } from '../../support/eventually.ts';
import {
  listeningSockets,
  makeHome,
  processesNaming,
  reborn,
  serviceOf,
  supervisorStopped,
  type TestHome,
} from './home.ts';

const CPU = { queue: 'tt-cpu', slots: 2 } as const;
const GPU = { queue: 'tt-gpu', slots: 1 } as const;

const withClient = async <T>(address: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
};

const mlflowPost = (uri: string, path: string, body: unknown): Promise<Response> =>
  fetch(`${uri}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const seenBy = async (home: TestHome, queue: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(home.folder, `seen-${queue}.json`), 'utf8'));

describe('services/supervisor', () => {
  let home: TestHome;
  let addresses: ServiceAddresses;
  const progress: ServiceProgress[] = [];

  beforeAll(async () => {
    home = await makeHome();
    addresses = await home.services.ensureUp({ workers: [CPU, GPU] }, (event) => progress.push(event));
  });

  afterAll(() => home.dispose());

  it('services/index: brings Temporal, MLflow and the workers up and tells each step', async () => {
    const status = await home.services.status();
    expect(status.supervisor.state).toBe('running');
    expect(status.services.map(({ name, state }) => [name, state])).toEqual([
      ['temporal', 'healthy'],
      ['mlflow', 'healthy'],
      ['worker-tt-cpu-1', 'healthy'],
      ['worker-tt-gpu-1', 'healthy'],
    ]);
    expect(serviceOf(status, 'temporal').version).toMatch(/^\d+\.\d+\.\d+/);
    expect(serviceOf(status, 'mlflow').version).toBe('3.17.2');
    for (const name of ['temporal', 'mlflow', 'worker-tt-cpu-1', 'worker-tt-gpu-1']) {
      expect(progress.filter((event) => event.part === name && event.step === 'ready')).not.toEqual([]);
    }
  });

  it('services/worker-process: a worker gets queue, slots and the addresses of the servers', async () => {
    expect(await seenBy(home, 'tt-gpu')).toMatchObject({
      queue: 'tt-gpu',
      slots: '1',
      TEMPORAL_ADDRESS: addresses.temporal.address,
      MLFLOW_TRACKING_URI: addresses.mlflow.uri,
    });
  });

  it('services/mlflow-server: serves the pages of the web interface', async () => {
    const page = await (await fetch(addresses.mlflow.uri)).text();
    const script = /src="(static-files\/[^"]+\.js)"/.exec(page)?.[1];
    expect(script).toBeDefined();
    const answer = await fetch(`${addresses.mlflow.uri}/${script}`);
    expect(answer.status).toBe(200);
    expect((await answer.text()).length).toBeGreaterThan(100_000);
  });

  it('services/temporal-server: has the web interface and the search attribute', async () => {
    const uiUrl = addresses.temporal.uiUrl ?? '';
    expect(await (await fetch(uiUrl)).text()).toContain('<html');
    const attributes = await (await fetch(`${uiUrl}/api/v1/namespaces/default/search-attributes`)).json();
    expect(attributes).toMatchObject({ customAttributes: { TtExperimentId: 'INDEXED_VALUE_TYPE_KEYWORD' } });
  });

  it.runIf(process.platform === 'linux')('nothing listens beyond 127.0.0.1', async () => {
    const listening = await listeningSockets(await processesNaming(home.folder));
    expect(listening.length).toBeGreaterThanOrEqual(3);
    expect(listening.filter(({ host }) => host !== '127.0.0.1')).toEqual([]);
  });

  it('services/index: a second ensureUp re-uses what runs', async () => {
    const before = await home.services.status();
    const again = await home.services.ensureUp({ workers: [CPU, GPU] }, () => {});
    const after = await home.services.status();
    expect(again).toEqual(addresses);
    expect(after.services.map(({ pid }) => pid)).toEqual(before.services.map(({ pid }) => pid));
    expect(after.supervisor.pid).toBe(before.supervisor.pid);
  });

  it('a killed Temporal is back on its port with its workflows', async () => {
    await withClient(addresses.temporal.address, (client) =>
      client.workflow.start('noSuchWorkflow', { taskQueue: 'nobody', workflowId: 'kept', args: [] }),
    );
    const before = serviceOf(await home.services.status(), 'temporal');
    process.kill(before.pid ?? 0, 'SIGKILL');
    const after = await reborn(home, 'temporal', before.pid);
    expect(after.address).toBe(before.address);
    expect(after.uiUrl).toBe(before.uiUrl);
    expect(after.restarts).toBe(1);
    const description = await withClient(addresses.temporal.address, (client) =>
      client.workflow.getHandle('kept').describe(),
    );
    expect(description.status.name).toBe('RUNNING');
  });

  it('a killed MLflow is back on its port with its data, its orphan gone', async () => {
    const created = await mlflowPost(addresses.mlflow.uri, 'experiments/create', { name: 'kept' });
    expect(created.status).toBe(200);
    const before = serviceOf(await home.services.status(), 'mlflow');
    process.kill(before.pid ?? 0, 'SIGKILL');
    const after = await reborn(home, 'mlflow', before.pid);
    expect(after.address).toBe(before.address);
    const found = await fetch(`${addresses.mlflow.uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=kept`);
    expect(found.status).toBe(200);
    const pids = await processesNaming(home.folder);
    const servers = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
    expect(servers.filter((line) => line.includes('-m\0uvicorn'))).toHaveLength(1);
  });

  it('a killed worker is started again and its child does not stay', async () => {
    const before = serviceOf(await home.services.status(), 'worker-tt-cpu-1');
    const { childPid } = await seenBy(home, 'tt-cpu');
    process.kill(before.pid ?? 0, 'SIGKILL');
    await reborn(home, 'worker-tt-cpu-1', before.pid);
    expect(await processesNaming(home.folder)).not.toContain(childPid);
  });

  it('services/index: ensureUp with other workers changes those that run, and leaves the servers alone', async () => {
    const before = await home.services.status();
    await home.services.ensureUp({ workers: [{ ...CPU, slots: 5 }] }, () => {});
    const changed = await reborn(home, 'worker-tt-cpu-1', serviceOf(before, 'worker-tt-cpu-1').pid);
    expect(changed.state).toBe('healthy');
    expect(await seenBy(home, 'tt-cpu')).toMatchObject({ slots: '5' });
    await eventually(
      'the other worker is gone',
      async () => (await home.services.status()).services.map(({ name }) => name),
      (names) => !names.includes('worker-tt-gpu-1'),
    );
    const after = await home.services.status();
    expect(serviceOf(after, 'mlflow').pid).toBe(serviceOf(before, 'mlflow').pid);
    expect(serviceOf(after, 'temporal').pid).toBe(serviceOf(before, 'temporal').pid);
  });

  it('after a killed supervisor its services go on, and a new one takes them over', async () => {
    const before = await home.services.status();
    process.kill(before.supervisor.pid ?? 0, 'SIGKILL');
    await supervisorStopped(home.services);
    const alone = await home.services.status();
    expect(alone.services.map(({ state }) => state)).toEqual(['unsupervised', 'unsupervised', 'unsupervised']);
    const again = await home.services.ensureUp({}, () => {});
    const after = await home.services.status();
    expect(again).toEqual(addresses);
    expect(after.supervisor.pid).not.toBe(before.supervisor.pid);
    expect(after.services.map(({ name, pid }) => [name, pid])).toEqual(
      before.services.map(({ name, pid }) => [name, pid]),
    );
    expect(after.services.map(({ state }) => state)).toEqual(['healthy', 'healthy', 'healthy']);
  });

  it('services/take-down: leaves no process, and the next start has the same addresses and data', async () => {
    const { stopped } = await home.services.takeDown();
    expect([...stopped].sort()).toEqual(['mlflow', 'supervisor', 'temporal', 'worker-tt-cpu-1']);
    expect(await processesNaming(home.folder)).toEqual([]);
    await expect(home.services.addresses()).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    expect(await home.services.takeDown()).toEqual({ stopped: [] });

    const again = await home.services.ensureUp({}, () => {});
    expect(again).toEqual(addresses);
    expect(serviceOf(await home.services.status(), 'worker-tt-cpu-1').state).toBe('healthy');
    const found = await fetch(`${again.mlflow.uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=kept`);
    expect(found.status).toBe(200);
  }, 240_000);

  it('services/take-down: stops what a killed supervisor left', async () => {
    const status = await home.services.status();
    process.kill(status.supervisor.pid ?? 0, 'SIGKILL');
    await supervisorStopped(home.services);
    const { stopped } = await home.services.takeDown();
    expect([...stopped].sort()).toEqual(['mlflow', 'temporal', 'worker-tt-cpu-1']);
    expect(await processesNaming(home.folder)).toEqual([]);
  });
});
