/** Asks for what is shown, again and again, and stops asking for what is not. */
import { type FeedName, type FeedRequest, type FeedValues, feedKey } from '../core/feeds.ts';
import type { Ask } from './sources.ts';

/** Between an answer and the next question. */
const SHORTEST_PAUSE_MS: Readonly<Record<FeedName, number>> = {
  experiments: 1_000,
  experiment: 500,
  config: 5_000,
  curve: 2_000,
  history: 5_000,
  usage: 2_000,
  models: 2_000,
  ledger: 2_000,
  question: 2_000,
  since: 5_000,
  decisions: 1_000,
  version: 5_000,
  services: 1_000,
  views: 2_000,
  // It answers until nobody looks; this is the pause before the next try.
  log: 1_000,
};

/** Before the first question: whoever runs along a table wants nothing of what lies on the way. */
const SETTLE_MS: Readonly<Partial<Record<FeedName, number>>> = { curve: 150, decisions: 150 };

/** A long answer costs the servers time: at most a quarter of it is asked for. */
const PAUSE_PER_ANSWER = 3;

/** Somebody who filters by the gate waits for all pages. */
const PAUSE_PER_PAGE = 1;

/** One that has been answered for hours, a log say, is tried again after this. */
const LONGEST_PAUSE_MS = 60_000;

export interface FeedSink {
  fed<Name extends FeedName>(request: FeedRequest<Name>, value: FeedValues[Name]): void;
  trouble(request: FeedRequest, error: unknown): void;
}

export interface FeedRunnerOptions {
  readonly ask: { readonly [Name in FeedName]: Ask<Name> };
  readonly sink: FeedSink;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

export interface FeedRunner {
  /** From now on these and no others; an answer to another question is dropped. */
  want(requests: readonly FeedRequest[]): void;
  /** Asks at once, after an action say. */
  hurry(): void;
  stop(): void;
}

/** Resolves after the time, or when it is woken or aborted. */
const rest = (milliseconds: number, signal: AbortSignal, wakers: Set<() => void>): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      wakers.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    wakers.add(done);
    signal.addEventListener('abort', done, { once: true });
  });

export const createFeedRunner = ({ ask, sink, now }: FeedRunnerOptions): FeedRunner => {
  const running = new Map<string, { readonly controller: AbortController; request: FeedRequest }>();
  const wakers = new Set<() => void>();

  const run = async (key: string, first: FeedRequest, signal: AbortSignal): Promise<void> => {
    await rest(SETTLE_MS[first.feed] ?? 0, signal, wakers);
    while (!signal.aborted) {
      // Its version may have become another one since.
      const request = running.get(key)?.request ?? first;
      const askedMs = now();
      const tellMeanwhile = (value: FeedValues[FeedName]): void => {
        if (!signal.aborted) {
          sink.fed(request, value);
        }
      };
      // What goes wrong with an answer that came is a mistake of ours, and no trouble of the feed.
      let hasAnswer = false;
      const tell = await ask[request.feed](request.of, { signal, tell: tellMeanwhile, version: request.version }).then(
        (value) => {
          hasAnswer = true;
          return () => sink.fed(request, value);
        },
        (error: unknown) => () => sink.trouble(request, error),
      );
      if (!signal.aborted) {
        tell();
      }
      // What went wrong was no answer that has cost anybody time, however long it took.
      const pausePer = request.feed === 'decisions' ? PAUSE_PER_PAGE : PAUSE_PER_ANSWER;
      const earnedMs = hasAnswer ? pausePer * (now() - askedMs) : 0;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS[request.feed], earnedMs));
      await rest(pauseMs, signal, wakers);
    }
  };

  return {
    want: (requests) => {
      const wanted = new Map(requests.map((request) => [feedKey(request), request]));
      for (const [key, { controller }] of running) {
        if (!wanted.has(key)) {
          controller.abort();
          running.delete(key);
        }
      }
      for (const [key, request] of wanted) {
        const known = running.get(key);
        if (known === undefined) {
          const controller = new AbortController();
          running.set(key, { controller, request });
          void run(key, request, controller.signal);
        } else {
          known.request = request;
        }
      }
    },
    hurry: () => {
      for (const wake of [...wakers]) {
        wake();
      }
    },
    stop: () => {
      for (const { controller } of running.values()) {
        controller.abort();
      }
      running.clear();
    },
  };
};
