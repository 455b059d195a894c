/** What a web page elsewhere can do to the servers on this machine: it may send simple requests to any local port. */

import { request } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceAddresses } from '../../../contracts/services.ts';
import { listeningSockets, makeHome, processesNaming, type TestHome } from './home.ts';

interface Answer {
  /** Null where the port does not speak HTTP, as those of gRPC. */
  readonly status: number | null;
  /** The origin that may read the answer. */
  readonly readableBy: string | undefined;
  readonly text: string;
}

interface Sent {
  readonly port: number;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const send = ({ port, method, path, headers = {}, body }: Sent): Promise<Answer> =>
  new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, timeout: 20_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? null,
          readableBy: response.headers['access-control-allow-origin'],
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve({ status: null, readableBy: undefined, text: '' }));
    sent.end(body);
  });

/** What a page may send without asking first. */
const SIMPLE = { Origin: 'http://evil.test', 'Content-Type': 'text/plain' };

const POSTS = [
  {
    path: '/api/v1/namespaces/default/workflows/planted',
    body: JSON.stringify({ workflowType: { name: 'w' }, taskQueue: { name: 'q' } }),
  },
  { path: '/api/2.0/mlflow/experiments/create', body: JSON.stringify({ name: 'planted' }) },
  { path: '/ajax-api/2.0/mlflow/experiments/create', body: JSON.stringify({ name: 'planted' }) },
] as const;

describe.runIf(process.platform === 'linux')('services: pages of other sites', () => {
  let home: TestHome;
  let addresses: ServiceAddresses;
  let ports: readonly number[];

  beforeAll(async () => {
    home = await makeHome();
    addresses = await home.services.ensureUp({}, () => {});
    ports = (await listeningSockets(await processesNaming(home.folder))).map(({ port }) => port);
  });

  afterAll(() => home.dispose());

  const isPlanted = async (): Promise<{ readonly workflows: number; readonly experiment: number }> => {
    const connection = await Connection.connect({ address: addresses.temporal.address });
    try {
      const { count } = await new Client({ connection }).workflow.count();
      const found = await fetch(
        `${addresses.mlflow.uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=planted`,
      );
      return { workflows: count, experiment: found.status };
    } finally {
      await connection.close();
    }
  };

  it('services/temporal-server: no port that is open takes a POST of a page elsewhere, or lets it read an answer', async () => {
    // Temporal: clients, web interface, HTTP API, metrics and three of its own; MLflow: one.
    expect(ports.length).toBeGreaterThanOrEqual(8);
    for (const port of ports) {
      for (const post of POSTS) {
        for (const headers of [SIMPLE, { ...SIMPLE, Host: 'evil.test' }, { ...SIMPLE, Origin: 'null' }]) {
          const answer = await send({ port, method: 'POST', headers, ...post });
          expect({ port, ...post, isTaken: answer.status !== null && answer.status < 400 }).toMatchObject({
            isTaken: false,
          });
          expect(answer.readableBy).toBeUndefined();
        }
      }
      const read = await send({ port, method: 'GET', path: '/api/v1/namespaces', headers: SIMPLE });
      expect(read.readableBy).toBeUndefined();
    }
    expect(await isPlanted()).toEqual({ workflows: 0, experiment: 404 });
  });

  it('services/temporal-server: its HTTP API serves nobody, whatever Host is asked for', async () => {
    const { path, body } = POSTS[0];
    const refusals: string[] = [];
    for (const port of ports) {
      for (const Host of ['127.0.0.1', `127.0.0.1:${port}`, `localhost:${port}`, 'none', '*']) {
        const answer = await send({ port, method: 'POST', path, body, headers: { Host } });
        if (answer.text.includes('Host not allowed')) {
          refusals.push(`${answer.status} ${Host.split(':')[0]}`);
        }
      }
    }
    expect(refusals).toEqual(['403 127.0.0.1', '403 127.0.0.1', '403 localhost', '403 none', '403 *']);
    expect(await isPlanted()).toMatchObject({ workflows: 0 });
  });

  it('services/mlflow-server: refuses a name that was made to point at this machine, and uploads of other origins', async () => {
    const port = Number(new URL(addresses.mlflow.uri).port);
    const read = { port, method: 'GET', path: '/api/2.0/mlflow/experiments/search?max_results=1' } as const;
    expect((await send({ ...read, headers: { Host: 'evil.test' } })).status).toBe(403);
    expect((await send({ ...read, headers: { Host: `127.0.0.1:${port}` } })).status).toBe(200);
    const path = '/api/2.0/mlflow-artifacts/artifacts/0/planted.txt';
    expect((await send({ port, method: 'PUT', path, body: 'x', headers: SIMPLE })).status).toBe(403);
  });

  it('services/temporal-server: no port shows a profile of its process', async () => {
    for (const port of ports) {
      const profile = await send({ port, method: 'GET', path: '/debug/pprof/heap?debug=1' });
      expect(profile.text).not.toContain('heap profile');
    }
  });
});
