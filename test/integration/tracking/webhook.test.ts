import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createNotifyActivities } from '../../../activities/notify.ts';
import type { Notification, NotificationOutcome } from '../../../contracts/notification.ts';
import { sendToWebhook } from '../../../tracking/webhook.ts';

const SECRET = 'secret-token';
const notification: Notification = {
  event: 'end',
  experiment_id: 'demo-0123456789',
  status: 'completed',
  best: { trial_id: 'trial-003', metric: 'ndcg_at_10', value: 0.61, params: { 'training.learning_rate': 0.001 } },
  gate: { decision: 'rejected', reasons: ['NDCG@10 0.61 is below 0.7'] },
  urls: { mlflow: null, temporal: null },
};

let server: Server | null = null;

afterEach(async () => {
  const running = server;
  server = null;
  await new Promise<void>((resolve) => (running === null ? resolve() : running.close(() => resolve())));
});

interface Received {
  readonly request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>;
  readonly body: string;
}

/** A server that answers with these statuses in turn, the last one for ever. */
const listen = async (statuses: readonly number[]): Promise<{ url: string; received: Received[] }> => {
  const received: Received[] = [];
  const started = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      received.push({ request, body });
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 200;
      response.writeHead(status, { location: '/elsewhere', connection: 'close' }).end('{}');
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(started.address() as AddressInfo).port}/hook/${SECRET}`, received };
};

const waits: number[] = [];

/** Through the activity, as a workflow would. */
const notify = (url: string | undefined): Promise<NotificationOutcome> => {
  waits.length = 0;
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
  };
  const send = (variable: string, told: Notification): Promise<NotificationOutcome> =>
    sendToWebhook({ url, variable, sleep }, told);
  return createNotifyActivities({ notifications: { send } }).notify({ urlEnv: 'TT_EXP_WEBHOOK_URL', notification });
};

test('posts the notification as JSON, once', async () => {
  const { url, received } = await listen([204]);
  expect(await notify(url)).toEqual({ kind: 'delivered', attempts: 1 });
  expect(received.map(({ request }) => [request.method, request.url])).toEqual([['POST', `/hook/${SECRET}`]]);
  expect(received[0]?.request.headers['content-type']).toBe('application/json');
  expect(JSON.parse(received[0]?.body ?? '')).toEqual(notification);
});

test('tries again after 503 and 429, waiting longer each time', async () => {
  const { url, received } = await listen([503, 429, 200]);
  expect(await notify(url)).toEqual({ kind: 'delivered', attempts: 3 });
  expect(received).toHaveLength(3);
  expect(waits).toEqual([500, 1000]);
});

test.each([404, 301])('%d is final, and no redirect is followed', async (status) => {
  const { url, received } = await listen([status]);
  expect(await notify(url)).toEqual({
    kind: 'undelivered',
    attempts: 1,
    reason: `the address in TT_EXP_WEBHOOK_URL: got status ${status}, expected 2xx`,
  });
  expect(received).toHaveLength(1);
});

test('gives up after four tries', async () => {
  const { url, received } = await listen([500]);
  expect(await notify(url)).toMatchObject({ kind: 'undelivered', attempts: 4 });
  expect(received).toHaveLength(4);
  expect(waits).toEqual([500, 1000, 2000]);
});

test('a server that is not there is an outcome without the address', async () => {
  // Port 9 (discard) has no listener here.
  const outcome = await notify(`http://127.0.0.1:9/hook/${SECRET}`);
  expect(outcome).toEqual({
    kind: 'undelivered',
    attempts: 4,
    reason: 'the address in TT_EXP_WEBHOOK_URL: ECONNREFUSED',
  });
});

test.each([
  [undefined, 'TT_EXP_WEBHOOK_URL is not set'],
  [`${SECRET} is no address`, 'TT_EXP_WEBHOOK_URL holds no http or https address'],
  [`file:///${SECRET}`, 'TT_EXP_WEBHOOK_URL holds no http or https address'],
])('%s is not tried', async (url, reason) => {
  expect(await notify(url)).toEqual({ kind: 'undelivered', attempts: 0, reason });
});
