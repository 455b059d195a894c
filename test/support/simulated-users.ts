/** Per-user NDCG@10 of models whose true difference is known. */
import { createGenerator, toUnit } from '../../models/numerics/prng.ts';
import type { PairedUsers } from '../../policy/gate/paired-differences.ts';

/** A user's chance of a relevant item among the first ten is u^2.5 for a uniform u: many hard users, few easy ones. */
const HARDNESS = 2.5;
const MEAN_CHANCE = 1 / (HARDNESS + 1);
/** Share of users for whom two trainings come to the same list. */
const ALIKE = 0.6;

/** Of one relevant item at rank 1 to 10, upper ranks more often: rank 1 + floor(10 v^1.7). */
const CUTOFF = 10;
const TOP_HEAVY = 1.7;
const gainAt = (rank: number): number => 1 / Math.log2(1 + rank);
const MEAN_GAIN = Array.from({ length: CUTOFF }, (_, index) => {
  const share = (index + 1) ** (1 / TOP_HEAVY) - index ** (1 / TOP_HEAVY);
  return (share / CUTOFF ** (1 / TOP_HEAVY)) * gainAt(index + 1);
}).reduce((sum, value) => sum + value, 0);

export interface SimulatedPart {
  /** Of the champion, always the same. */
  readonly champion: Float64Array;
  /** Of another training; its mean over all users that there might be exceeds the champion's by `lift`. */
  train(lift: number): Float64Array;
}

/** A test part of users drawn at random, and models that rank for them. A function of its options and of the calls so far. */
export const simulatePart = ({ users, seed }: { readonly users: number; readonly seed: number }): SimulatedPart => {
  const next = createGenerator(seed);
  const draw = (): number => toUnit(next());
  const hit = (): number => gainAt(1 + Math.floor(CUTOFF * draw() ** TOP_HEAVY));
  const chances = Float64Array.from({ length: users }, () => draw() ** HARDNESS);
  const outcome = (chance: number): number => (draw() < chance ? hit() : 0);
  const champion = chances.map(outcome);
  return {
    champion,
    train: (lift) => {
      // A user without a hit gets one with this probability: the mean rises by it * P(no hit) * E(gain).
      const found = lift / ((1 - MEAN_CHANCE) * MEAN_GAIN);
      return chances.map((chance, user) => {
        const value = draw() < ALIKE ? (champion[user] ?? Number.NaN) : outcome(chance);
        return value === 0 && draw() < found ? hit() : value;
      });
    },
  };
};

/** A test part and one other training. */
export const simulatePair = (options: {
  readonly users: number;
  readonly lift: number;
  readonly seed: number;
}): PairedUsers => {
  const { champion, train } = simulatePart(options);
  return { candidate: train(options.lift), champion };
};
