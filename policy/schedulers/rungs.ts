/** Epoch budgets of rungs: whole numbers, ascending, no two alike; the last one is always `maxEpochs`. */

/** Takes away the noise of repeated multiplication; far below one epoch. */
const TOLERANCE = 1e-9;

/** `first`, `first` × `factor`, `first` × `factor`², …, rounded, as far as they lie below `maxEpochs`. */
export const geometricRungs = (first: number, factor: number, maxEpochs: number): readonly number[] => {
  const rungs: number[] = [];
  for (let exact = first; Math.round(exact) < maxEpochs; exact *= factor) {
    const rung = Math.round(exact);
    if (rung !== rungs.at(-1)) {
      rungs.push(rung);
    }
  }
  return [...rungs, maxEpochs];
};

/** `first`, then one every `interval` epochs, as far as they lie below `maxEpochs`. */
export const evenRungs = (first: number, interval: number, maxEpochs: number): readonly number[] => {
  const rungs: number[] = [];
  for (let rung = first; rung < maxEpochs; rung += interval) {
    rungs.push(rung);
  }
  return [...rungs, maxEpochs];
};

/** How many times `factor` fits between `first` and `maxEpochs`: floor of the logarithm, without its rounding. */
export const timesReduced = (first: number, factor: number, maxEpochs: number): number => {
  let times = 0;
  for (let exact = first * factor; exact <= maxEpochs + TOLERANCE; exact *= factor) {
    times += 1;
  }
  return times;
};
