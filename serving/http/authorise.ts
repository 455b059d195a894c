/** Who asks, and whether they may. */
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { KeyRing, Scope } from './api-keys.ts';
import { refuse } from './refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be allowed to; an address without it needs none. */
    scope?: Scope;
  }
  interface FastifyRequest {
    /** null without a key, or with one that is not known. */
    apiKey: ReturnType<KeyRing['find']>;
  }
}

const BEARER = /^Bearer +([^\s]+)$/i;

const givenKey = ({ headers }: FastifyRequest): string | undefined => BEARER.exec(headers.authorization ?? '')?.[1];

export const identify =
  (keys: KeyRing): onRequestHookHandler =>
  (request, _reply, done) => {
    const given = givenKey(request);
    request.apiKey = given === undefined ? null : keys.find(given);
    done();
  };

/** After `identify`. Throws what answers 401 and 403. */
export const authorise: onRequestHookHandler = (request, reply, done) => {
  const scope = request.routeOptions.config?.scope;
  if (scope === undefined) {
    done();
    return;
  }
  const { apiKey } = request;
  if (apiKey === null) {
    reply.header('www-authenticate', 'Bearer');
    const what = givenKey(request) === undefined ? 'no API key' : 'an API key that this server does not know';
    done(refuse(401, `authorization: got ${what}`, 'Send the header `Authorization: Bearer <key>`.'));
    return;
  }
  done(
    apiKey.scopes.includes(scope)
      ? undefined
      : refuse(403, `API key ${apiKey.name}: has not the scope ${scope}`, `Use a key with the scope ${scope}.`),
  );
};
