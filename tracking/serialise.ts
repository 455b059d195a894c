/** Calls with the same key run one after the other: creations that the server does not make idempotent must not race. */
export const createSerialiser = () => {
  const tails = new Map<string, Promise<unknown>>();
  return async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === mine) {
        tails.delete(key);
      }
    }
  };
};

export type Serialiser = ReturnType<typeof createSerialiser>;
