import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTracking } from '../../../bin/open-tracking.ts';
import { readEnvironment } from '../../../config/env.ts';
import { serverUrls } from '../../../config/server-urls.ts';
import { createNotifications } from '../../../tracking/notifications.ts';

let server: Server;
let host: string;
let refusal: { readonly status: number; readonly type: string; readonly body: string } | null;
let received: { readonly authorization: string | undefined; readonly body: string }[];

beforeEach(async () => {
  received = [];
  refusal = null;
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      received.push({ authorization: request.headers.authorization, body });
      if (refusal !== null) {
        response.writeHead(refusal.status, { 'content-type': refusal.type }).end(refusal.body);
        return;
      }
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

// base64 of user:sekr1t@pw
const ECHOED = 'Basic dXNlcjpzZWtyMXRAcHc=';

it.each([
  [{ status: 401, type: 'text/plain', body: `bad credentials ${ECHOED}` }, 'bad credentials Basic ***'],
  [
    { status: 400, type: 'application/json', body: '{"error_code": "BAD", "message": "no user with sekr1t@pw"}' },
    'no user with ***',
  ],
  [{ status: 403, type: 'text/plain', body: 'sekr1t%40pw is known' }, '*** is known'],
  [{ status: 200, type: 'text/sekr1t@pw', body: '' }, 'status 200 with text/***'],
])('tracking/http: credentials that the server repeats are in no message: %j', async (answer, told) => {
  refusal = answer;
  const error: Error = await login({ MLFLOW_TRACKING_URI: `http://user:sekr1t%40pw@${host}` }).then(
    () => new Error('no error'),
    (caught: Error) => caught,
  );
  expect(error.message).toContain(told);
  expect(JSON.stringify([error.message, error.stack, (error as { hint?: string }).hint])).not.toMatch(/sekr1t|dXNlcj/);
});

it('bin/notifications: a webhook is told the addresses of the servers without their credentials', async () => {
  const environment = readEnvironment({
    MLFLOW_TRACKING_URI: 'http://ada:secret@mlflow:5000',
    TEMPORAL_UI_URL: 'https://ada:secret@temporal.example/ui',
    HOOK: `http://${host}/hook`,
  });
  const notifications = createNotifications({
    variables: environment.variables,
    urls: serverUrls(environment, environment.mlflow.trackingUri ?? ''),
    log: () => undefined,
  });
  const told = { event: 'end', experiment_id: 'x', status: 'completed', best: null, gate: null } as const;
  await notifications.send('HOOK', { ...told, gate: null });
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
    urls: { mlflow: 'http://mlflow:5000', temporal: 'https://temporal.example/ui' },
  });
});
