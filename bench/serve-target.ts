// The server of bench/serve.ts: a process, and so a core, of its own. Serves a bundle, or a constant by bare fastify.
import { join } from 'node:path';
import fastify from 'fastify';
import { systemClock } from '../host/clock.ts';
import { loadBundle } from '../registry/bundle/load-bundle.ts';
import { openEventLog } from '../serving/events/event-log.ts';
import { createHttpServer } from '../serving/http/create-server.ts';
import { openServedBundle } from '../serving/open-served-bundle.ts';

export type TargetMessage =
  | { readonly kind: 'ready'; readonly url: string; readonly readyMs: number; readonly megabytes: number }
  | { readonly kind: 'swapped' };

const [mode = '', workFolder = '', ...bundles] = process.argv.slice(2);
const tell = (message: TargetMessage): void => {
  process.send?.(message);
};
const megabytes = (): number => process.memoryUsage().rss / 2 ** 20;

const serveConstant = async (): Promise<void> => {
  const answer = JSON.parse(mode.slice('constant:'.length));
  const app = fastify();
  app.get('/*', (_, reply) => reply.send(answer));
  tell({ kind: 'ready', url: await app.listen({ port: 0 }), readyMs: 0, megabytes: megabytes() });
};

const serveBundles = async (): Promise<void> => {
  // Since the process began, as somebody who starts a server waits.
  const log = (_level: string, message: string): void => console.error(message);
  const events = await openEventLog({ path: join(workFolder, 'events.ndjson'), clock: systemClock, log });
  const open = async (folder: string) => openServedBundle(await loadBundle(folder), events.overlay);
  const [first = '', second = first] = bundles;
  let [current, next] = [await open(first), second];
  const server = await createHttpServer({
    source: { current: () => current, problems: () => [], building: () => null },
    ...{ events, keys: null, rateLimit: null, log, version: '0' },
    timestamp: () => new Date().toISOString(),
  });
  const url = await server.listen('127.0.0.1', 0);
  tell({ kind: 'ready', url, readyMs: performance.now(), megabytes: megabytes() });
  process.on('message', async () => {
    current = await open(next);
    next = next === second ? first : second;
    tell({ kind: 'swapped' });
  });
};

await (mode.startsWith('constant:') ? serveConstant() : serveBundles());
