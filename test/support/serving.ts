/** A server on loopback around the small bundle, and what it answers. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RowEncoder } from '../../contracts/row-encoding.ts';
import { systemClock } from '../../host/clock.ts';
import { loadBundle } from '../../registry/bundle/load-bundle.ts';
import { openAdditions } from '../../serving/additions/open-additions.ts';
import { type EventLog, openEventLog } from '../../serving/events/event-log.ts';
import { createHttpServer, type HttpServer, type ServerOptions } from '../../serving/http/create-server.ts';
import type { ServedBundle } from '../../serving/http/served-bundle.ts';
import { createExperimentLists } from '../../serving/online/experiment-lists.ts';
import type { RunningExperiment } from '../../serving/online/follow-experiment.ts';
import { openImpressionLog } from '../../serving/online/impression-log.ts';
import { openServedBundle } from '../../serving/open-served-bundle.ts';
import { type SmallBundleChange, writeSmallBundle } from './small-bundle.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests compare what came with what was expected
  readonly body: any;
}

export const ask = async (url: string, init: RequestInit = {}): Promise<TestAnswer> => {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
};

export const post = (url: string, body: unknown, init: RequestInit = {}): Promise<TestAnswer> =>
  ask(url, {
    ...init,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...init.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export interface TestServer {
  readonly url: string;
  readonly folder: string;
  readonly server: HttpServer;
  readonly events: EventLog;
  readonly messages: string[];
  /** What answers from now on. */
  serve(bundle: ServedBundle): void;
  /** Whose lists are given from now on; null: no experiment's. */
  experiment(running: RunningExperiment | null): void;
  readonly impressionsFile: string;
  openBundle(change?: SmallBundleChange): Promise<ServedBundle>;
  readonly problems: string[];
}

/** Stopped with the test. */
export const startServing = async (
  options: Partial<Omit<ServerOptions, 'source' | 'events' | 'additions'>> & {
    readonly eventsFile?: string;
    /** Encodes what is given online; default: nothing is taken. */
    readonly encoder?: RowEncoder;
  } = {},
): Promise<TestServer> => {
  const folder = await temporaryFolder();
  const messages: string[] = [];
  const problems: string[] = [];
  const log = (_level: string, message: string): void => {
    messages.push(message);
  };
  const path = options.eventsFile ?? join(folder, 'events.ndjson');
  const events = await openEventLog({ path, clock: systemClock, log });
  const additions =
    options.encoder === undefined
      ? null
      : await openAdditions({
          ...{ folder, encoder: options.encoder, clock: systemClock, log },
          events: { events: events.overlay.events, revisionOf: events.revisionOf },
        });
  let bundles = 0;
  const openBundle = async (change?: SmallBundleChange): Promise<ServedBundle> => {
    bundles += 1;
    const { folder: written } = await writeSmallBundle(join(folder, `bundle-${bundles}`), change);
    const bundle = await loadBundle(written);
    return openServedBundle(bundle, events.overlay, additions?.attach(bundle) ?? null);
  };
  let current = await openBundle();
  let running: RunningExperiment | null = null;
  const impressionsFile = join(folder, 'impressions.ndjson');
  const timestamp = options.timestamp ?? (() => '2026-01-01T00:00:00.000Z');
  const impressions = openImpressionLog({ path: impressionsFile, clock: systemClock, log, timestamp });
  const server = await createHttpServer({
    ...{ keys: null, rateLimit: null, log, version: '1.2.3', timestamp },
    online: createExperimentLists({ running: () => running, impressions, log, timestamp }),
    ...options,
    ...(additions === null ? {} : { additions }),
    // A machine that is busy with other tests sheds nothing.
    limits: { noticeMs: 0, loopDelayMs: 60_000, ...options.limits },
    ...{ events, source: { current: () => current, problems: () => problems, building: () => null } },
  });
  onTestFinished(async () => {
    await server.drain();
    await additions?.close();
    await impressions.close();
    await events.close();
  });
  const url = await server.listen('127.0.0.1', 0);
  const serve = (bundle: ServedBundle): void => {
    current = bundle;
  };
  const experiment = (next: RunningExperiment | null): void => {
    running = next;
  };
  return { url, folder, server, events, messages, serve, experiment, impressionsFile, openBundle, problems };
};
