/** Answers that were given before, for as long as nothing that they follow from has changed. */
import type { ServedBundle } from './served-bundle.ts';

export interface AnswerCache<Answer> {
  /** @param revision of the events, and of what was given online, that the answer heeds */
  find(
    bundle: ServedBundle,
    key: string,
    revision: string | number,
    make: () => Answer,
  ): { answer: Answer; isHit: boolean };
}

interface Entry<Answer> {
  readonly revision: string | number;
  readonly answer: Answer;
}

/** The least recently used gives way. What `make` throws is thrown, and not kept. */
export const createAnswerCache = <Answer>(most: number): AnswerCache<Answer> => {
  let of: ServedBundle | null = null;
  const entries = new Map<string, Entry<Answer>>();
  return {
    find: (bundle, key, revision, make) => {
      if (bundle !== of) {
        entries.clear();
        of = bundle;
      }
      const known = entries.get(key);
      const isHit = known !== undefined && known.revision === revision;
      const entry = isHit ? known : { revision, answer: make() };
      entries.delete(key);
      entries.set(key, entry);
      if (entries.size > most) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      return { answer: entry.answer, isHit };
    },
  };
};
