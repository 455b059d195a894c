/** The HTTP server: fastify with its plugins, around whatever bundle is current. */
import { isIP, type Socket } from 'node:net';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Log } from '../../contracts/log.ts';
import { printable } from '../../contracts/printable.ts';
import type { Additions } from '../additions/open-additions.ts';
import type { EventLog } from '../events/event-log.ts';
import type { ExperimentLists } from '../online/experiment-lists.ts';
import type { ApiContext } from './api-context.ts';
import type { KeyRing } from './api-keys.ts';
import { answerBrokenRequest, answerUnknownExpectation, MOST_HEADER_BYTES } from './broken-request.ts';
import { checkAddresses } from './check-addresses.ts';
import { addCallerGuards, addLoadGuard } from './guards.ts';
import { createMetrics, type ServingMetrics } from './metrics.ts';
import { readJsonBodies } from './read-json.ts';
import { refusalBody, refusalOf, refuse } from './refusal.ts';
import { requestIdOf } from './request-id.ts';
import { addAdditionRoutes } from './routes/addition-routes.ts';
import { addEventRoutes } from './routes/event-routes.ts';
import { addListRoutes } from './routes/list-routes.ts';
import { addOperationRoutes } from './routes/operation-routes.ts';
import type { BundleSource } from './served-bundle.ts';
import { stopListening } from './stop-listening.ts';
import { createValidatorCompiler } from './validation.ts';

/** 500 events with the longest ids. */
const MOST_BODY_BYTES = 2 * 1024 * 1024;
const MOST_CONNECTIONS = 10_000;

/** Milliseconds. */
export interface ServerLimits {
  /** For a whole request to arrive; a connection without one counts too. */
  readonly requestMs: number;
  /** Event loop delay from which requests are shed. */
  readonly loopDelayMs: number;
  /** The delay is a mean over so long: one stall is no flood. */
  readonly loopSampleMs: number;
  /** Between /readyz failing and the last new connection. */
  readonly noticeMs: number;
  /** For requests in flight to end. */
  readonly drainMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  requestMs: 10_000,
  loopDelayMs: 250,
  loopSampleMs: 1_000,
  noticeMs: 1_000,
  drainMs: 10_000,
};

export interface ServerOptions {
  readonly source: BundleSource;
  /** null: none is taken, and lists are those of the bundle alone. */
  readonly events: EventLog | null;
  /** Default: this server takes part in no experiment online. */
  readonly online?: ExperimentLists;
  /** Default: users and items that training has not seen are not taken. */
  readonly additions?: Additions;
  /** null: everybody may do everything. */
  readonly keys: KeyRing | null;
  /** Requests a second of one key, or of one address without keys; null for any number. */
  readonly rateLimit: number | null;
  readonly log: Log;
  readonly version: string;
  readonly timestamp: () => string;
  readonly limits?: Partial<ServerLimits>;
}

export interface HttpServer {
  readonly metrics: ServingMetrics;
  /** Resolves with its URL once it takes requests. Throws what the socket throws, EADDRINUSE among it. */
  listen(host: string, port: number): Promise<string>;
  /** /readyz fails, then no new connection is taken, then those in flight end. Idempotent. */
  drain(): Promise<void>;
}

const describe = (options: ServerOptions) => ({
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Recommendations',
      description:
        'Every list comes from one bundle, one model with the data that it was trained on, but for those of an experiment online.',
      version: options.version,
    },
    ...(options.keys === null
      ? {}
      : {
          components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } as const } },
          security: [{ key: [] }],
        }),
  },
});

const answerError = (log: Log, error: unknown, requestId: string, reply: FastifyReply): void => {
  const refusal = refusalOf(error, reply.request.routeOptions.bodyLimit);
  if (refusal.status === 500) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log('error', printable(`request ${requestId}: ${stack}`));
  }
  if (refusal.retryAfterSeconds !== null) {
    reply.header('retry-after', refusal.retryAfterSeconds);
  }
  reply.code(refusal.status).send(refusalBody(refusal, requestId));
};

const addErrors = (app: FastifyInstance, log: Log): void => {
  app.setErrorHandler((error, request, reply) => answerError(log, error, request.id, reply));
  app.setNotFoundHandler((request, reply) => {
    const { refusal } = refuse(
      404,
      `${request.method} ${request.url.slice(0, 200)}: there is no such address`,
      '/openapi.json lists them all.',
    );
    reply.code(404).send(refusalBody(refusal, request.id));
  });
};

export const createHttpServer = async (options: ServerOptions): Promise<HttpServer> => {
  const { source, events, online = null, additions = null, log, timestamp } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  let isReady = false;
  let listeningSince: number | null = null;
  let draining: Promise<void> | null = null;
  const app = fastify({
    logger: false,
    bodyLimit: MOST_BODY_BYTES,
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.requestMs * 3,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    http: {
      maxHeaderSize: MOST_HEADER_BYTES,
      // Node would refuse it in a shape of its own.
      requireHostHeader: false,
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(1_000, limits.requestMs),
    },
    routerOptions: { maxParamLength: MOST_HEADER_BYTES },
    genReqId: ({ headers }) => requestIdOf(headers),
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => answerBrokenRequest(error, socket),
    // Its types take the statuses of a route, and no route was found.
    frameworkErrors: (error, request, reply) => answerError(log, error, request.id, reply as unknown as FastifyReply),
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  app.server.on('checkExpectation', answerUnknownExpectation);
  readJsonBodies(app);
  app.setValidatorCompiler(createValidatorCompiler());
  app.decorateRequest('engine', null);
  app.decorateRequest('apiKey', null);
  app.decorateRequest('experimentLists', null);
  const metrics = createMetrics({ source, events, online, additions, isReady: () => isReady });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { method, engine, routeOptions } = request;
    const route = routeOptions.url ?? 'unknown';
    metrics.answered({ method, route, engine, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    if (reply.statusCode === 200) {
      for (const list of request.experimentLists ?? []) {
        list.record();
      }
    }
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A client that uses a connection again must not find it closed.
    if (draining !== null) {
      reply.header('connection', 'close');
    }
    done(null, payload);
  });
  await addCallerGuards(app, options.keys, options.rateLimit);
  checkAddresses(app);
  addErrors(app, log);
  await app.register(swagger, describe(options));
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  const { nouns, userFields, itemFields } = source.current();
  const context: ApiContext = {
    ...{ app, source, events, online, additions, metrics, nouns, userFields, itemFields, timestamp },
    isReady: () => isReady,
  };
  await app.register(async (api) => {
    await addLoadGuard(api, { ...limits, listeningSince: () => listeningSince });
    addListRoutes({ ...context, app: api });
    if (events !== null) {
      addEventRoutes({ ...context, app: api, events });
    }
    if (additions !== null) {
      addAdditionRoutes({ ...context, app: api }, additions);
    }
  });
  await app.register(async (operation) => {
    addOperationRoutes({ ...context, app: operation });
  });
  await app.ready();

  const drain = async (): Promise<void> => {
    isReady = false;
    await new Promise((resolve) => setTimeout(resolve, limits.noticeMs));
    const late = setTimeout(() => {
      log('warn', `requests in flight have not ended within ${limits.drainMs} ms; their connections are closed`);
      app.server.closeAllConnections();
    }, limits.drainMs);
    try {
      await stopListening(app.server);
      await app.close();
    } finally {
      clearTimeout(late);
    }
  };
  return {
    metrics,
    listen: async (host, port) => {
      await app.listen({ host, port });
      listeningSince = performance.now();
      isReady = true;
      const address = app.server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      return `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`;
    },
    drain: () => {
      draining ??= drain();
      return draining;
    },
  };
};
