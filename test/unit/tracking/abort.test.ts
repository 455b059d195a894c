import { getEventListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createTracking } from '../../../tracking/index.ts';
import { eventually } from '../../support/eventually.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Its address; `onRequest` hears of every request, and nobody answers. */
const silentServer = async (onRequest: () => void): Promise<string> => {
  const server = createServer(onRequest);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const REASON = new Error('nobody waits any more');

test('tracking/http: a call in flight ends with the reason of the signal', async () => {
  const stop = new AbortController();
  const trackingUri = await silentServer(() => stop.abort(REASON));
  const tracking = createTracking({ trackingUri, signal: stop.signal });
  await expect(tracking.getRun('a')).rejects.toBe(REASON);
  await tracking.close();
});

test('tracking/http: with a limit to it, a server that says nothing is away, and not asked again', async () => {
  let requests = 0;
  const trackingUri = await silentServer(() => {
    requests += 1;
  });
  const tracking = createTracking({ trackingUri, answerLimitMs: 200 });
  await expect(tracking.getRun('a')).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
    message: expect.stringContaining('no answer within 0.2 s'),
  });
  expect(requests).toBe(1);
  await tracking.close();
});

test('tracking/http: so does one that waits for its next try, and each later one', async () => {
  const stop = new AbortController();
  const retry = { budgetMs: 3_600_000, firstDelayMs: 3_000_000, maxDelayMs: 3_000_000 };
  const tracking = createTracking({ trackingUri: 'http://127.0.0.1:9', retry, signal: stop.signal });
  const asking = tracking.getRun('a');
  setTimeout(() => stop.abort(REASON), 100);
  await expect(asking).rejects.toBe(REASON);
  await expect(tracking.getRun('b')).rejects.toBe(REASON);
  await tracking.close();
});

test('tracking: as many requests as are asked for at once listen to the signal, without a warning of Node', async () => {
  const stop = new AbortController();
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => {
    warnings.push(name);
  };
  process.on('warning', onWarning);
  try {
    const trackingUri = await silentServer(() => undefined);
    const tracking = createTracking({ trackingUri, signal: stop.signal });
    const asking = Array.from({ length: 12 }, (_, index) => tracking.getRun(`run-${index}`));
    const ended = Promise.allSettled(asking);
    const listeners = () => getEventListeners(stop.signal, 'abort').length;
    await eventually('a listener for each request', listeners, (count) => count >= 12);
    stop.abort(REASON);
    await ended;
    await tracking.close();
    // A warning is told in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', onWarning);
  }
});
