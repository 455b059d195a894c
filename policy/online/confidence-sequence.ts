/** An interval for a mean that holds at every observation at once, so that it may be looked at after each of them. */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { meanOf } from '../gate/paired-differences.ts';

export interface BoundedObservation {
  readonly value: number;
  /** Between which it was sure to lie before it was seen; the mean that is asked for lies between them too. */
  readonly low: number;
  readonly high: number;
}

export interface SequenceOptions {
  /** In the order in which they were made; each may have other bounds. */
  readonly observations: readonly BoundedObservation[];
  /** In (0, 1). */
  readonly confidence: number;
  /** Between which the mean lies whatever is observed, within the bounds of every observation. */
  readonly support: readonly [low: number, high: number];
}

export interface ConfidenceSequence {
  readonly low: number;
  readonly high: number;
  /** Two-sided, that the mean is this one; the smallest that it was after any observation. */
  pValue(mean: number): number;
  /** Observations like those so far until the interval excludes this mean; null: never, or after a thousand times as many. */
  furtherUntil(mean: number): number | null;
}

/** Bets that the mean is above a number: they make money in the long run only if it is. */
interface Bettor {
  readonly values: Float64Array;
  readonly lows: Float64Array;
  readonly bets: Float64Array;
  /** By which the next bet is sized. */
  readonly variance: number;
}

/** At most this share of what is left is lost to one observation. */
const BOLDEST = 0.9;
/** Observations at which the interval is to be narrow; bets shrink from there on. */
const HORIZON = 300;
/** Variance before anything was observed, as a share of the first observation's range squared, worth one observation. */
const PRIOR_VARIANCE = 0.01;
/** Of the range of the mean: 24 halvings leave 1e-7 of it. */
const HALVINGS = 24;
const FURTHER_STEP = 1.05;
const MOST_FURTHER = 1000;

/** Logarithm. Who bets against the truth gets there with probability (1 - confidence) / 2 at most, on either side. */
const neededWealth = (confidence: number): number => Math.log(2 / (1 - confidence));

const betAt = (at: number, variance: number, needed: number): number => {
  const scale = Math.max(HORIZON, (at * Math.log(at + 1)) / Math.log(HORIZON + 1));
  return Math.sqrt((2 * needed) / (variance * scale));
};

/** Sized by the spread of what came before. */
const sizeBets = (observations: readonly BoundedObservation[], needed: number): Pick<Bettor, 'bets' | 'variance'> => {
  let mean = 0;
  let squares = observations[0] === undefined ? 0 : PRIOR_VARIANCE * (observations[0].high - observations[0].low) ** 2;
  const bets = Float64Array.from(observations, ({ value }, index) => {
    const bet = betAt(index + 1, squares / (index + 1), needed);
    const before = mean;
    mean += (value - mean) / (index + 1);
    squares += (value - before) * (value - mean);
    return bet;
  });
  return { bets, variance: squares / (observations.length + 1) };
};

const logGrowth = (value: number, low: number, bet: number, mean: number): number =>
  Math.log1p(Math.min(bet, BOLDEST / (mean - low)) * (value - mean));

/** Logarithms of what betting against this mean came to in the end, and at best. Stops where `enough` is reached. */
const wealthAgainst = ({ values, lows, bets }: Bettor, mean: number, enough = Number.POSITIVE_INFINITY) => {
  let now = 0;
  let most = 0;
  for (let index = 0; index < values.length && most < enough; index += 1) {
    const bet = bets[index] ?? missing(bets, index);
    now += logGrowth(values[index] ?? missing(values, index), lows[index] ?? missing(lows, index), bet, mean);
    most = Math.max(most, now);
  }
  return { now, most };
};

/** The largest mean that the bets of this side have ruled out; they win the more, the smaller it is. */
const lowerEnd = (bettor: Bettor, needed: number, [from, to]: SequenceOptions['support']): number => {
  let [low, high] = [from, to];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (wealthAgainst(bettor, middle, needed).most >= needed) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
};

/** Goes on in steps of a twentieth, with bets as they would be and what they would have won on the observations so far. */
const furtherOf = (bettor: Bettor, mean: number, needed: number): number | null => {
  const { values, lows, variance } = bettor;
  let { now } = wealthAgainst(bettor, mean);
  let at = values.length;
  while (at <= MOST_FURTHER * values.length) {
    const bet = betAt(at, variance, needed);
    const growth = meanOf(values.map((value, index) => logGrowth(value, elementAt(lows, index), bet, mean)));
    const step = Math.ceil(at * (FURTHER_STEP - 1));
    if (now + step * growth >= needed) {
      return Math.ceil(at - values.length + (needed - now) / growth);
    }
    now += step * growth;
    at += step;
  }
  return null;
};

/**
 * Hedged-capital betting (Waudby-Smith & Ramdas 2023, theorem 3): betting against the true mean ever multiplies one's money
 * by 2 / (1 - confidence) with probability (1 - confidence) / 2 at most (Ville 1939). The interval holds the means that
 * neither side has ruled out after any observation. Any size of a bet that does not know what comes is valid; these are
 * sized for some hundred observations, and shrink after them.
 */
export const confidenceSequence = ({ observations, confidence, support }: SequenceOptions): ConfidenceSequence => {
  const needed = neededWealth(confidence);
  const sized = sizeBets(observations, needed);
  const above: Bettor = {
    values: Float64Array.from(observations, ({ value }) => value),
    lows: Float64Array.from(observations, ({ low }) => low),
    ...sized,
  };
  const below: Bettor = {
    values: Float64Array.from(observations, ({ value }) => -value),
    lows: Float64Array.from(observations, ({ high }) => -high),
    ...sized,
  };
  const [from, to] = support;
  return {
    low: lowerEnd(above, needed, support),
    high: -lowerEnd(below, needed, [-to, -from]),
    pValue: (mean) => {
      const most = Math.max(wealthAgainst(above, mean).most, wealthAgainst(below, -mean).most);
      return Math.min(1, 2 * Math.exp(-most));
    },
    furtherUntil: (mean) => {
      const gap = meanOf(above.values) - mean;
      const [bettor, against] = gap > 0 ? [above, mean] : [below, -mean];
      if (wealthAgainst(bettor, against).most >= needed) {
        return 0;
      }
      return gap === 0 || observations.length === 0 ? null : furtherOf(bettor, against, needed);
    },
  };
};
