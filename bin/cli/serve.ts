/** `tt-exp serve`: the server, what it answers from and what it keeps, wired. */
import { once } from 'node:events';
import { join } from 'node:path';
import { readEnvironment } from '../../config/env.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { createSteadyWallClock, systemClock } from '../../host/clock.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { dieWithParent } from '../../host/processes/parent-watchdog.ts';
import { openNamedBundle } from '../../registry/bundle/named-bundle.ts';
import type { Additions } from '../../serving/additions/open-additions.ts';
import { type EventLog, openEventLog } from '../../serving/events/event-log.ts';
import { EVENTS_FILE } from '../../serving/events/log-file.ts';
import { openFollower } from '../../serving/follow/follow-champion.ts';
import { POINTER_FILE } from '../../serving/follow/pointer-file.ts';
import { type KeyFile, openKeyFile } from '../../serving/http/api-keys.ts';
import { createHttpServer, type HttpServer } from '../../serving/http/create-server.ts';
import type { BundleSource } from '../../serving/http/served-bundle.ts';
import { openServedBundle } from '../../serving/open-served-bundle.ts';
import { keepServerRecord, SERVERS_FOLDER } from '../../serving/server-records.ts';
import type { ServeRequest, ServeRuntime } from '../../ui-cli/serving/serve-runtime.ts';
import { packageVersion } from '../package-files.ts';
import { createChampionSource } from './champion-source.ts';
import { contextOf } from './local-context.ts';
import { openServedAdditions } from './serve-additions.ts';
import { defineByShare, openServedExperiment, type ServedExperiment } from './serve-experiment.ts';

/** A key that was taken back is refused within this time. */
const READ_KEYS_EVERY_MS = 5_000;

interface Answering {
  readonly source: BundleSource;
  /** null where none is taken. */
  readonly events: EventLog | null;
  /** null where no experiment is taken part in. */
  readonly experiment: ServedExperiment | null;
  /** null where none are taken. */
  readonly additions: Additions | null;
  /** Until the signal aborts. */
  follow(): Promise<void>;
  /** Lets commands of the home find the server, until what it returns is called. */
  announce(url: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The champion's bundle, and the next one's. */
const answerAsChampion = async (
  request: ServeRequest,
  timestamp: () => string,
  onSwap: () => void,
): Promise<Answering> => {
  const { model, challengerShare, signal, log } = request;
  const environment = readEnvironment();
  const folder = homeLayout(environment.homeFolder).servingFolder(model);
  let opening = null as Promise<EventLog> | null;
  const openEvents = (): Promise<EventLog> => {
    opening ??= openEventLog({ path: join(folder, EVENTS_FILE), clock: systemClock, log });
    return opening;
  };
  let openingAdditions = null as Promise<Additions> | null;
  const openAdditions = async (): Promise<Additions | null> => {
    if (request.onlineEncoding) {
      const events = await openEvents();
      openingAdditions ??= openServedAdditions({ environment, request, folder, events });
    }
    return openingAdditions;
  };
  let experiment: ServedExperiment | null = null;
  const close = async (): Promise<void> => {
    await (await openingAdditions)?.close();
    await experiment?.close();
    await (await opening)?.close();
  };
  try {
    const source = createChampionSource({
      ...{ environment, context: contextOf(request), model },
      openOverlay: async () => (await openEvents()).overlay,
      ...{ openAdditions, log },
    });
    const follower = await openFollower({
      source,
      pointerFile: join(folder, POINTER_FILE),
      ...{ model, clock: systemClock, log, signal, onSwap },
    });
    const online = { folder, source, champion: follower.current, log, signal, timestamp };
    if (challengerShare !== null) {
      await defineByShare(online, challengerShare);
    }
    const served = openServedExperiment(online);
    experiment = served;
    await served.begin();
    return {
      source: { ...follower, problems: () => [...follower.problems(), ...served.problems()] },
      ...{ events: await openEvents(), experiment, additions: await openAdditions(), close },
      follow: async () => {
        await Promise.all([follower.follow(), served.follow()]);
      },
      announce: (url) => keepServerRecord(join(folder, SERVERS_FOLDER), url, log),
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** One bundle and nothing else: neither MLflow nor what users do is asked for. */
const answerFromBundle = async (named: string): Promise<Answering> => {
  const { bundlesFolder } = homeLayout(readEnvironment().homeFolder);
  const bundle = await openServedBundle(await openNamedBundle(bundlesFolder, named));
  return {
    source: { current: () => bundle, problems: () => [], building: () => null },
    ...{ events: null, experiment: null, additions: null },
    follow: () => Promise.resolve(),
    announce: () => Promise.resolve(() => Promise.resolve()),
    close: () => Promise.resolve(),
  };
};

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
  const { bundle, parent, apiKeysFile, rateLimit, signal, log, onReady } = request;
  if (parent !== null) {
    dieWithParent(parent);
  }
  const keys = apiKeysFile === null ? null : await openKeyFile(apiKeysFile, log);
  let server: HttpServer | null = null;
  // Lists and what users do are told apart by their times: both are by this clock.
  const nowMs = createSteadyWallClock();
  const timestamp = (): string => new Date(nowMs()).toISOString();
  const { source, events, experiment, additions, follow, announce, close } =
    bundle === null
      ? await answerAsChampion(request, timestamp, () => server?.metrics.swapped())
      : await answerFromBundle(bundle);
  try {
    const problems = (): readonly string[] => [...source.problems(), ...[keys?.problem() ?? []].flat()];
    server = await createHttpServer({
      source: { current: source.current, building: source.building, problems },
      ...{ events, keys, rateLimit, log, version: packageVersion(), timestamp },
      ...(experiment === null ? {} : { online: experiment.lists }),
      ...(additions === null ? {} : { additions }),
    });
    const url = await listen(server, request);
    const withdraw = await announce(url);
    const { digest, model, modelVersion, items, search, nouns } = source.current();
    const path = `/api/recommendations/${nouns.items}/for-${nouns.user}/`;
    onReady({ url, model, modelVersion, bundle: digest, items, search, path });
    const watching = Promise.all([follow(), watchKeys(keys, signal)]);
    if (!signal.aborted) {
      await once(signal, 'abort');
    }
    log('info', 'draining');
    await withdraw();
    await server.drain();
    await watching;
  } finally {
    await close();
  }
};
