/** Device slots of one worker: each running child holds one, so that two never share a GPU or a core. */

export interface SlotPool {
  /** The lowest free slot, waited for in the order of the calls. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<number>;
  release(slot: number): void;
}

export const createSlotPool = (size: number): SlotPool => {
  const free = Array.from({ length: size }, (_, index) => index);
  const waiting: ((slot: number) => void)[] = [];
  return {
    acquire: (signal) => {
      const slot = free.shift();
      if (slot !== undefined) {
        return Promise.resolve(slot);
      }
      return new Promise((resolve, reject) => {
        const take = (given: number): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(given);
        };
        const giveUp = (): void => {
          waiting.splice(waiting.indexOf(take), 1);
          reject(signal.reason);
        };
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.push(take);
      });
    },
    release: (slot) => {
      const next = waiting.shift();
      if (next !== undefined) {
        next(slot);
        return;
      }
      free.push(slot);
      free.sort((a, b) => a - b);
    },
  };
};
