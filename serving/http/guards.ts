/** In front of every address that has a scope: who it is, how much they asked, what they may. And whether there is time. */
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import type { KeyRing } from './api-keys.ts';
import { authorise, identify } from './authorise.ts';
import { RateWindows } from './rate-windows.ts';
import { refuse } from './refusal.ts';

/**
 * Of the whole server. What a key may is asked only after the limit: whoever tries keys is held back by the address.
 * @param most requests a second of one key, or of one address without a key that is known; null for any number
 */
export const addCallerGuards = async (
  app: FastifyInstance,
  keys: KeyRing | null,
  most: number | null,
): Promise<void> => {
  if (keys !== null) {
    app.addHook('onRequest', identify(keys));
  }
  if (most !== null) {
    await app.register(rateLimit, {
      ...{ global: false, max: most, timeWindow: 1000, store: RateWindows },
      keyGenerator: ({ apiKey, ip }) => (apiKey === null ? `address ${ip}` : `key ${apiKey.name}`),
      errorResponseBuilder: () => refuse(429, `more than ${most} requests a second`, 'Slow down.', 1),
    });
    const limit = app.rateLimit();
    app.addHook('onRequest', async (request, reply) => {
      if (request.routeOptions.config?.scope !== undefined) {
        await limit.call(app, request, reply);
      }
    });
  }
  if (keys !== null) {
    app.addHook('onRequest', authorise);
  }
};

export interface LoadLimits {
  /** Event loop delay from which requests are shed. */
  readonly loopDelayMs: number;
  /** The delay is a mean over so long: one stall is no flood. */
  readonly loopSampleMs: number;
  /** Since when requests are taken, by `performance.now()`; null before. */
  readonly listeningSince: () => number | null;
}

/** Sheds nothing before a whole sample was taken while it listens: how busy the start was tells nothing of requests. */
export const addLoadGuard = async (
  app: FastifyInstance,
  { loopDelayMs, loopSampleMs, listeningSince }: LoadLimits,
): Promise<void> => {
  await app.register(underPressure, {
    ...{ maxEventLoopDelay: loopDelayMs, sampleInterval: loopSampleMs, retryAfter: 1 },
    pressureHandler: () => {
      const since = listeningSince();
      // The sample that is known now may have begun two intervals ago.
      if (since !== null && performance.now() - since > 2 * loopSampleMs) {
        throw refuse(503, 'more requests than this server can answer', 'Come again in a moment.', 1);
      }
    },
  });
};
