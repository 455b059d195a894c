/**
 * Who engages with what, how deeply and when. An engagement is a funnel: a view, perhaps a click, like, favorite,
 * interest and apply, each an event; a few engagements are misses that end in a dislike.
 */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { AFFINITY_SCALE, LATENT_DIM } from './latent.ts';
import { createStream, type RandomStream, weightedIndex } from './random.ts';

type EventType = 'view' | 'click' | 'like' | 'favorite' | 'interest' | 'apply' | 'dislike';

export interface SimulatedEvent {
  readonly itemIndex: number;
  readonly type: EventType;
  readonly timeMs: number;
}

/** Startups as flat arrays, for scoring all of them at once. */
export interface StartupMatrix {
  readonly count: number;
  /** [count, LATENT_DIM], row-major. */
  readonly places: Float64Array;
  readonly popularity: Float64Array;
}

/** The period that the simulation covers. */
export const PERIOD_END_MS = Date.UTC(2025, 5, 30);
export const PERIOD_MS = 180 * 86_400_000;
const WINDOWS = 4;
const MINUTE_MS = 60_000;

/** Spread of the users' activity: few are hot, many are warm, some are cold. */
const ACTIVITY_SPREAD = 0.9;
/** Standard deviations at which activity is capped: nobody is busier than seven median users. */
const MOST_ACTIVITY = 2.1;
/** Share of engagements that happen outside a user's taste and end in a dislike. */
const MISS_SHARE = 0.05;
/** Share of the other engagements that open a new pair; the rest come back to a known one. */
const NEW_PAIR_SHARE = 0.74;
/** No user meets more than this share of the catalogue. */
const MOST_OF_CATALOGUE = 0.5;

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** Chance of each step of the funnel, given the intent in (0, 1) of the pair. */
const CHANCE = {
  view: () => 0.925,
  click: (intent: number) => 0.05 + 0.72 * sigmoid((intent - 0.52) / 0.14),
  like: (intent: number) => 0.47 * sigmoid((intent - 0.5) / 0.12),
  favorite: (intent: number) => 0.42 * sigmoid((intent - 0.6) / 0.1),
  interest: (intent: number) => 0.79 * sigmoid((intent - 0.78) / 0.03),
  apply: (intent: number) => 0.59 * sigmoid((intent - 0.8) / 0.03),
} as const satisfies Partial<Record<EventType, (intent: number) => number>>;
const FUNNEL = ['view', 'click', 'like', 'favorite', 'interest', 'apply'] as const;

/** Engagements of each user; they add up to `total`, and every user has one where `total` allows it. */
export const simulateActivity = (seed: number, users: number, total: number): Int32Array => {
  const random = createStream(seed, 'activity');
  const weights = Float64Array.from({ length: users }, () =>
    Math.exp(ACTIVITY_SPREAD * Math.min(MOST_ACTIVITY, random.normal())),
  );
  const sum = weights.reduce((left, right) => left + right, 0);
  const floor = total >= users ? 1 : 0;
  const rest = total - floor * users;
  let exact = 0;
  let given = 0;
  return Int32Array.from(weights, (weight) => {
    exact += (rest * weight) / sum;
    const upTo = Math.min(rest, Math.round(exact));
    const own = upTo - given;
    given = upTo;
    return floor + own;
  });
};

interface Pair {
  readonly itemIndex: number;
  readonly window: number;
  readonly strength: number;
}

/** The `count` startups of greatest score that are not met yet, best first; of equals the first. One pass. */
const takeBest = (scores: Float64Array, met: Uint8Array, count: number): number[] => {
  const best: number[] = [];
  if (count === 0) {
    return best;
  }
  const scoreOf = (item: number): number => scores[item] ?? missing(scores, item);
  const itemAt = (rank: number): number => best[rank] ?? missing(best, rank);
  for (let item = 0; item < scores.length; item += 1) {
    const score = scoreOf(item);
    const isFull = best.length === count;
    if (met[item] === 1 || (isFull && score <= scoreOf(itemAt(count - 1)))) {
      continue;
    }
    let rank = isFull ? count - 1 : best.length;
    while (rank > 0 && scoreOf(itemAt(rank - 1)) < score) {
      best[rank] = itemAt(rank - 1);
      rank -= 1;
    }
    best[rank] = item;
  }
  return best;
};

const dotRow = (matrix: Float64Array, row: number, vector: Float64Array): number => {
  let sum = 0;
  const from = row * LATENT_DIM;
  for (let axis = 0; axis < LATENT_DIM; axis += 1) {
    sum += (matrix[from + axis] ?? missing(matrix, from + axis)) * (vector[axis] ?? missing(vector, axis));
  }
  return sum;
};

export interface Taste {
  readonly place: Float64Array;
  readonly drift: Float64Array;
}

/** Pairs of one user within their taste, by time window; without replacement, as the taste of that window has it. */
const choosePairs = (random: RandomStream, taste: Taste, startups: StartupMatrix, count: number, met: Uint8Array) => {
  const { popularity } = startups;
  const scores = new Float64Array(startups.count);
  const drifts = new Float64Array(startups.count);
  for (let item = 0; item < startups.count; item += 1) {
    const affinity = AFFINITY_SCALE * dotRow(startups.places, item, taste.place);
    scores[item] = affinity + (popularity[item] ?? missing(popularity, item)) + random.gumbel();
    drifts[item] = AFFINITY_SCALE * dotRow(startups.places, item, taste.drift);
  }
  const pairs: Pair[] = [];
  const now = new Float64Array(startups.count);
  for (let window = 0; window < WINDOWS; window += 1) {
    const phase = (window + 0.5) / WINDOWS - 0.5;
    const share = Math.floor((count * (window + 1)) / WINDOWS) - Math.floor((count * window) / WINDOWS);
    for (let item = 0; item < startups.count; item += 1) {
      now[item] = (scores[item] ?? missing(scores, item)) + phase * (drifts[item] ?? missing(drifts, item));
    }
    for (const itemIndex of takeBest(now, met, share)) {
      met[itemIndex] = 1;
      pairs.push({ itemIndex, window, strength: elementAt(now, itemIndex) + 0.6 * random.normal() });
    }
  }
  return pairs;
};

/** Intent of each pair in (0, 1): evenly spread over a user's pairs, in the order of their strength. */
const intentsOf = (random: RandomStream, pairs: readonly Pair[]): Float64Array => {
  const ascending = [...pairs.entries()].sort(
    ([left, one], [right, other]) => one.strength - other.strength || left - right,
  );
  const intents = new Float64Array(pairs.length);
  ascending.forEach(([pair], rank) => {
    intents[pair] = (rank + random.next()) / pairs.length;
  });
  return intents;
};

const timeIn = (random: RandomStream, window: number): number =>
  PERIOD_END_MS - PERIOD_MS + Math.floor(((window + random.next()) / WINDOWS) * PERIOD_MS);

const funnel = (random: RandomStream, itemIndex: number, intent: number, startMs: number): SimulatedEvent[] => {
  const events: SimulatedEvent[] = [];
  let timeMs = startMs;
  for (const type of FUNNEL) {
    if (random.next() < CHANCE[type](intent)) {
      events.push({ itemIndex, type, timeMs });
      timeMs += MINUTE_MS + random.below(10 * MINUTE_MS);
    }
  }
  // Whoever engages without any other trace has at least clicked through, say from a mail.
  return events.length > 0 ? events : [{ itemIndex, type: 'click', timeMs }];
};

/** All events of one user, in order of time. */
export const simulateEvents = (
  seed: number,
  userIndex: number,
  engagements: number,
  taste: Taste,
  startups: StartupMatrix,
): SimulatedEvent[] => {
  const random = createStream(seed, 'engagements', userIndex);
  const met = new Uint8Array(startups.count);
  let misses = 0;
  for (let engagement = 0; engagement < engagements; engagement += 1) {
    misses += random.next() < MISS_SHARE ? 1 : 0;
  }
  const hits = engagements - misses;
  const mostPairs = Math.max(1, Math.floor(startups.count * MOST_OF_CATALOGUE));
  const newPairs = Math.min(hits, mostPairs, Math.max(1, Math.round(hits * NEW_PAIR_SHARE)));
  const pairs = choosePairs(random, taste, startups, newPairs, met);
  const intents = intentsOf(random, pairs);
  const events: SimulatedEvent[] = [];
  const firstTimes = pairs.map(({ itemIndex, window }, pair) => {
    const timeMs = timeIn(random, window);
    events.push(...funnel(random, itemIndex, elementAt(intents, pair), timeMs));
    return timeMs;
  });
  const returnWeights = intents.map((intent) => intent * intent);
  for (let repeat = newPairs; repeat < hits; repeat += 1) {
    const pair = weightedIndex(random, returnWeights);
    const firstMs = elementAt(firstTimes, pair);
    const timeMs = firstMs + 3_600_000 + Math.floor(random.next() * Math.max(0, PERIOD_END_MS - firstMs));
    events.push(...funnel(random, elementAt(pairs, pair).itemIndex, elementAt(intents, pair), timeMs));
  }
  for (let miss = 0; miss < misses; miss += 1) {
    const itemIndex = random.below(startups.count);
    const timeMs = timeIn(random, random.below(WINDOWS));
    if (random.next() < 0.6) {
      events.push({ itemIndex, type: 'view', timeMs });
    }
    events.push({ itemIndex, type: 'dislike', timeMs: timeMs + MINUTE_MS });
  }
  return events.sort((left, right) => left.timeMs - right.timeMs || left.itemIndex - right.itemIndex);
};
