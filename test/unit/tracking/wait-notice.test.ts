import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createTracking } from '../../../tracking/index.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const RUN = { run: { info: { run_id: 'a', experiment_id: '1', status: 'FINISHED' }, data: {} } };

describe('tracking/wait-notice', () => {
  it('says once what is waited for and until when, and again in the next outage', async () => {
    const told: string[] = [];
    let isDown = true;
    const trackingUri = await serve((_request, response) => {
      response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isDown ? { error_code: 'TEMPORARILY_UNAVAILABLE', message: 'away' } : RUN));
    });
    const retry = { budgetMs: 60_000, firstDelayMs: 20, maxDelayMs: 20 };
    const tracking = createTracking({ trackingUri, retry, onWait: (message) => told.push(message) });
    for (const outage of [1, 2]) {
      isDown = true;
      const asking = [tracking.getRun('a'), tracking.getRun('a')];
      await expect.poll(() => told.length, { timeout: 30_000 }).toBe(outage);
      isDown = false;
      await Promise.all(asking);
    }
    expect(told[0]).toMatch(
      /^waiting for MLflow at http:\/\/127\.0\.0\.1:\d+ until \d\d:\d\d:\d\d UTC, for \d\d s more \(status 503: .*\); Ctrl-C ends it$/,
    );
    await tracking.close();
  });

  it('says that there is no answer yet, and nothing of a server that answers', async () => {
    const told: string[] = [];
    const stop = new AbortController();
    const silent = await serve(() => {});
    const onWait = (message: string): void => {
      told.push(message);
      stop.abort(new Error('enough'));
    };
    const tracking = createTracking({ trackingUri: silent, signal: stop.signal, onWait });
    await expect(tracking.getRun('a')).rejects.toThrow('enough');
    expect(told).toEqual([expect.stringContaining('for 120 s more (no answer yet)')]);
    await tracking.close();
  });
});
