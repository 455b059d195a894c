/** Asks a server of recommendations as a back end does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';
import type { EngineName } from '../../contracts/serving.ts';
import type { UseCaseNouns } from '../../contracts/use-case-nouns.ts';
import { CUT_OFF } from '../../models/evaluation/ranking.ts';

export interface ServedList {
  readonly item_ids: readonly string[];
  readonly engine: EngineName;
}

export interface ListClient {
  /** In the order of the users. @param engine asks for one engine; null: the router's */
  lists(userIds: readonly string[], engine: EngineName | null): Promise<readonly ServedList[]>;
  /** Milliseconds of one request for one user, router on. */
  time(userId: string): Promise<number>;
}

/** The server answers, but not what it should. */
export class WrongAnswer extends Error {}

const USERS_A_REQUEST = 100;
const ANSWER_LIMIT_MS = 60_000;
const REPORTED_CHARACTERS = 300;
/** A server that sheds load is asked again: this machine has other work as well. */
const SHED = [429, 503];
const PATIENCE = 60;
const PAUSE_MS = 500;

const isList = (value: unknown): value is ServedList =>
  typeof value === 'object' && value !== null && 'item_ids' in value && Array.isArray(value.item_ids);

/** Throws WrongAnswer. */
const parseAnswer = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const answer: unknown = JSON.parse(text);
    if (isObject(answer)) {
      return answer;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
  }
  throw new WrongAnswer(`the server answers 200 with what is no JSON object: ${text.slice(0, REPORTED_CHARACTERS)}`);
};

export const createListClient = (
  url: string,
  { user, items }: UseCaseNouns,
  { signal, alive }: { readonly signal: AbortSignal; readonly alive: () => void },
): ListClient => {
  const base = `${url}/api/recommendations/${items}/for-${user}`;

  /** Throws WrongAnswer, SERVICE_UNREACHABLE, and the signal's reason. */
  const ask = async (address: string, init: RequestInit = {}): Promise<Readonly<Record<string, unknown>>> => {
    for (let tries = 1; ; tries += 1) {
      alive();
      let status: number;
      let text: string;
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
        const response = await fetch(address, { ...init, signal: limit });
        status = response.status;
        text = await response.text();
      } catch (cause) {
        signal.throwIfAborted();
        throw new TtExpError('SERVICE_UNREACHABLE', `server of the bundle: no answer: ${cause}`, {
          hint: 'Check memory and load of the machine that evaluates.',
          cause,
        });
      }
      if (status === 200) {
        return parseAnswer(text);
      }
      if (!SHED.includes(status)) {
        throw new WrongAnswer(`the server answers ${status}: ${text.slice(0, REPORTED_CHARACTERS)}`);
      }
      if (tries > PATIENCE) {
        throw new TtExpError('SERVICE_UNREACHABLE', `server of the bundle: it sheds every request (${status})`, {
          hint: 'Check the load of the machine that evaluates.',
        });
      }
      await sleep(PAUSE_MS, undefined, { signal });
    }
  };

  return {
    lists: async (userIds, engine) => {
      const lists: ServedList[] = [];
      for (let from = 0; from < userIds.length; from += USERS_A_REQUEST) {
        const asked = userIds.slice(from, from + USERS_A_REQUEST);
        const body = {
          ...{ user_ids: asked, limit: CUT_OFF, seen: 'before_test' },
          ...(engine === null ? {} : { engine }),
        };
        const { results } = await ask(`${base}/batch`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        if (!Array.isArray(results) || results.length !== asked.length || !results.every(isList)) {
          const count = Array.isArray(results) ? results.length : 'no';
          throw new WrongAnswer(`the server answers ${count} lists for ${asked.length} users`);
        }
        lists.push(...results);
      }
      return lists;
    },
    time: async (userId) => {
      const startMs = performance.now();
      await ask(`${base}/${encodeURIComponent(userId)}?limit=${CUT_OFF}`);
      return performance.now() - startMs;
    },
  };
};
