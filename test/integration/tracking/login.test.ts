import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNotifications } from '../../../bin/notifications.ts';
import { openTracking } from '../../../bin/open-tracking.ts';
import { readEnvironment } from '../../../config/env.ts';

let server: Server;
let host: string;
let received: { readonly authorization: string | undefined; readonly body: string }[];

beforeEach(async () => {
  received = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      received.push({ authorization: request.headers.authorization, body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"experiment": {"experiment_id": "7"}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const login = async (variables: Record<string, string>): Promise<string | undefined> => {
  const environment = readEnvironment(variables);
  const tracking = openTracking(environment, environment.mlflow.trackingUri ?? '');
  await tracking.findExperiment('any');
  await tracking.close();
  return received.at(-1)?.authorization;
};

it('bin/open-tracking: the credentials of the tracking URI log in', async () => {
  // base64 of ada:p@ss
  expect(await login({ MLFLOW_TRACKING_URI: `http://ada:p%40ss@${host}` })).toBe('Basic YWRhOnBAc3M=');
});

it('bin/open-tracking: a token wins over the credentials of the tracking URI', async () => {
  expect(await login({ MLFLOW_TRACKING_URI: `http://ada:x@${host}`, MLFLOW_TRACKING_TOKEN: 't' })).toBe('Bearer t');
});

it('bin/notifications: a webhook is told the addresses of the servers without their credentials', async () => {
  const environment = readEnvironment({
    MLFLOW_TRACKING_URI: 'http://ada:secret@mlflow:5000',
    TEMPORAL_UI_URL: 'https://ada:secret@temporal.example/ui',
    HOOK: `http://${host}/hook`,
  });
  const notifications = createNotifications(environment, environment.mlflow.trackingUri ?? '', () => undefined);
  const told = { event: 'end', experiment_id: 'x', status: 'completed', best: null, gate: null } as const;
  await notifications.send('HOOK', { ...told, gate: null });
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
    urls: { mlflow: 'http://mlflow:5000', temporal: 'https://temporal.example/ui' },
  });
});
