/** `tt-exp serve`: the server, what it follows and what it keeps, wired. */
import { once } from 'node:events';
import { join } from 'node:path';
import { readEnvironment } from '../../config/env.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { systemClock } from '../../host/clock.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { type EventLog, openEventLog } from '../../serving/events/event-log.ts';
import { EVENTS_FILE } from '../../serving/events/log-file.ts';
import { openFollower } from '../../serving/follow/follow-champion.ts';
import { POINTER_FILE } from '../../serving/follow/pointer-file.ts';
import { type KeyFile, openKeyFile } from '../../serving/http/api-keys.ts';
import { createHttpServer, type HttpServer } from '../../serving/http/create-server.ts';
import type { ServeRequest, ServeRuntime } from '../../ui-cli/serving/serve-runtime.ts';
import { packageVersion } from '../package-files.ts';
import { createChampionSource } from './champion-source.ts';
import { contextOf } from './local-context.ts';

/** A key that was taken back is refused within this time. */
const READ_KEYS_EVERY_MS = 5_000;

const listen = async (server: HttpServer, { host, port }: ServeRequest): Promise<string> => {
  try {
    return await server.listen(host, port);
  } catch (cause) {
    await server.drain();
    const why = isFileError(cause, 'EADDRINUSE') ? 'something else listens there' : String(cause);
    throw new TtExpError('SERVICE_START_FAILED', `serve: cannot listen at ${host}, port ${port}: ${why}`, {
      hint: 'Choose another port with --port (0 takes one that is free), or another address with --host.',
      cause,
    });
  }
};

const watchKeys = async (keys: KeyFile | null, signal: AbortSignal): Promise<void> => {
  while (keys !== null && !signal.aborted) {
    await systemClock.sleep(READ_KEYS_EVERY_MS, signal);
    await keys.refresh();
  }
};

export const serveModel: ServeRuntime['serveModel'] = async (request) => {
  const { model, apiKeysFile, rateLimit, signal, log, onReady } = request;
  const environment = readEnvironment();
  const folder = homeLayout(environment.homeFolder).servingFolder(model);
  const keys = apiKeysFile === null ? null : await openKeyFile(apiKeysFile, log);
  let opening = null as Promise<EventLog> | null;
  const openEvents = (): Promise<EventLog> => {
    opening ??= openEventLog({ path: join(folder, EVENTS_FILE), clock: systemClock, log });
    return opening;
  };
  try {
    const context = contextOf(request);
    let server: HttpServer | null = null;
    const follower = await openFollower({
      source: createChampionSource({
        environment,
        context,
        model,
        openOverlay: async () => (await openEvents()).overlay,
      }),
      pointerFile: join(folder, POINTER_FILE),
      onSwap: () => server?.metrics.swapped(),
      ...{ model, clock: systemClock, log, signal },
    });
    const events = await openEvents();
    const problems = (): readonly string[] => [...follower.problems(), ...[keys?.problem() ?? []].flat()];
    server = await createHttpServer({
      source: { current: follower.current, building: follower.building, problems },
      ...{ events, keys, rateLimit, log, version: packageVersion() },
      timestamp: () => new Date().toISOString(),
    });
    const url = await listen(server, request);
    const { digest, modelVersion, items, search, nouns } = follower.current();
    const path = `/api/recommendations/${nouns.items}/for-${nouns.user}/`;
    onReady({ url, model, modelVersion, bundle: digest, items, search, path });
    const watching = Promise.all([follower.follow(), watchKeys(keys, signal)]);
    if (!signal.aborted) {
      await once(signal, 'abort');
    }
    log('info', 'draining');
    await server.drain();
    await watching;
  } finally {
    await (await opening)?.close();
  }
};
