/** The hook in front of every address of the API. */
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { KeyRing, Scope } from './api-keys.ts';
import { refuse } from './refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be allowed to; an address without it needs none. */
    scope?: Scope;
  }
  interface FastifyRequest {
    /** Name of the API key; null without one. */
    keyName: string | null;
  }
}

const BEARER = /^Bearer +([^\s]+)$/i;

/** Throws what answers 401 and 403. */
export const authorise =
  (keys: KeyRing): onRequestHookHandler =>
  (request: FastifyRequest, reply, done) => {
    const { scope } = request.routeOptions.config;
    if (scope === undefined) {
      done();
      return;
    }
    const given = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const key = given === undefined ? null : keys.find(given);
    if (key === null) {
      reply.header('www-authenticate', 'Bearer');
      const what = given === undefined ? 'no API key' : 'an API key that this server does not know';
      done(refuse(401, `authorization: got ${what}`, 'Send the header `Authorization: Bearer <key>`.'));
      return;
    }
    request.keyName = key.name;
    done(
      key.scopes.includes(scope)
        ? undefined
        : refuse(403, `API key ${key.name}: has not the scope ${scope}`, `Use a key with the scope ${scope}.`),
    );
  };
