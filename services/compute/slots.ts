/** Device slots of one worker: each running child holds one, so that two never share a GPU. */

export interface SlotPool {
  /** The lowest free slot. Throws when all are taken: the worker's concurrency limit must equal the pool's size. */
  acquire(): number;
  release(slot: number): void;
}

export const createSlotPool = (size: number): SlotPool => {
  const taken = new Set<number>();
  return {
    acquire: () => {
      const slot = Array.from({ length: size }, (_, index) => index).find((index) => !taken.has(index));
      if (slot === undefined) {
        throw new Error(`all ${size} slots are taken`);
      }
      taken.add(slot);
      return slot;
    },
    release: (slot) => {
      taken.delete(slot);
    },
  };
};
