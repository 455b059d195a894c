/** Notices a champion that somebody moved, set or removed in MLflow itself, while workers run. */
import { toErrorRecord } from '../contracts/errors.ts';
import type { Log } from '../contracts/log.ts';
import { ALIAS, TAG } from '../contracts/names.ts';
import type { RegisteredModelRecord } from '../contracts/registered-models.ts';
import { isMovedByHand } from './models/moved-by-hand.ts';

export interface WatchOptions {
  /** All of them, in one request. Those without a ledger are nobody's business. */
  readonly models: () => Promise<readonly RegisteredModelRecord[]>;
  /** Asks the model's owner to look. Whatever it finds then counts: this one only has an inkling. */
  readonly reconcile: (modelName: string) => Promise<void>;
  readonly log: Log;
  readonly everyMs: number;
  /** Rejects once `signal` aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Says each problem once, until the look works again; nothing once `signal` aborts. */
const createComplaints = ({ log, signal }: Pick<WatchOptions, 'log' | 'signal'>) => {
  const told = new Map<string, string>();
  return async (subject: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
      told.delete(subject);
    } catch (error) {
      const { message } = toErrorRecord(error);
      if (told.get(subject) !== message && !signal.aborted) {
        told.set(subject, message);
        log('warn', `${subject}: moves by hand are not noticed until this works again: ${message}`);
      }
    }
  };
};

/** Names a candidate that waits with an owner: one that has lost its question is asked to look once; null: none. */
const awaits = ({ name, aliases, tags }: RegisteredModelRecord): string | null => {
  const challenger = aliases[ALIAS.challenger];
  return challenger === undefined || tags[TAG.ledgerRun] === undefined ? null : `${name}/${challenger}`;
};

/** Until `signal` aborts; never rejects. A server that is down is asked again each time. */
export const watchMovesByHand = async (options: WatchOptions): Promise<void> => {
  const { models, reconcile, everyMs, sleep, signal } = options;
  const complaining = createComplaints(options);
  const seen = new Set<string | null>([null]);
  const isToLookAt = (model: RegisteredModelRecord): boolean => isMovedByHand(model) || !seen.has(awaits(model));
  while (!signal.aborted) {
    await complaining('registered models', async () => {
      for (const model of (await models()).filter(isToLookAt)) {
        const { name } = model;
        await complaining(`registered model ${name}`, async () => {
          await reconcile(name);
          seen.add(awaits(model));
        });
      }
    });
    await sleep(everyMs, signal).catch(() => undefined);
  }
};
