/** Anytime-valid intervals of a mean: the one that decides experiments online beside others, on the same people. */
import type { SplitUser } from '../policy/online/arm-difference.ts';
import { type BoundedObservation, confidenceSequence } from '../policy/online/confidence-sequence.ts';
import { createPopulation, type Population } from '../test/support/online-population.ts';
import {
  CONFIDENCE,
  preferenceObservations,
  sequenceOf,
  simulatePreferences,
  simulateSplit,
  splitObservations,
} from '../test/support/simulate-online.ts';
import { row, shareOf } from './shares.ts';

interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of one experiment at its end: what every look has left over. */
type Method = (observations: readonly BoundedObservation[], users: readonly SplitUser[]) => Interval | null;

const LEVEL = 1 - CONFIDENCE;
const NEEDED = Math.log(2 / LEVEL);
const EVERYTHING: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

const intersect = (a: Interval, b: Interval): Interval => ({
  low: Math.max(a.low, b.low),
  high: Math.min(a.high, b.high),
});

/** Scaled to 0…1 by the widest bounds, and the predictable variances and bets of Waudby-Smith & Ramdas 2023, (26). */
const scale = (observations: readonly BoundedObservation[]) => {
  const low = Math.min(...observations.map((one) => one.low));
  const width = Math.max(...observations.map((one) => one.high)) - low;
  let [sum, squares] = [0.5, 0.25];
  const values = observations.map(({ value }) => (value - low) / width);
  const steps = values.map((value, index) => {
    const before = sum / (index + 1);
    const bet = Math.sqrt((2 * NEEDED) / (squares * Math.log(index + 2)));
    sum += value;
    squares += (value - sum / (index + 2)) ** 2;
    return { value, before, bet };
  });
  return { steps, back: (at: number): number => low + at * width };
};

/** Predictable plug-in empirical Bernstein, theorem 2. */
const empiricalBernstein: Method = (observations) => {
  const { steps, back } = scale(observations);
  let [bets, weighted, spread] = [0, 0, 0];
  const ends = steps.map(({ value, before, bet }) => {
    const lambda = Math.min(bet, 0.5);
    bets += lambda;
    weighted += lambda * value;
    spread += (value - before) ** 2 * (-Math.log(1 - lambda) - lambda);
    const half = (NEEDED + spread) / bets;
    return { low: back(weighted / bets - half), high: back(weighted / bets + half) };
  });
  return ends.reduce(intersect, EVERYTHING);
};

/** Hedged capital as in theorem 3, with bets for no number of observations in particular, cut at a half. */
const hedgedCapital: Method = (observations) => {
  const { steps, back } = scale(observations);
  const isRuledOut = (mean: number, sign: 1 | -1): boolean => {
    let wealth = 0;
    const room = sign === 1 ? mean : 1 - mean;
    return steps.some(({ value, bet }) => {
      wealth += Math.log1p(sign * Math.min(bet, 0.5 / room) * (value - mean));
      return wealth >= NEEDED;
    });
  };
  const endOf = (sign: 1 | -1): number => {
    let [out, within] = sign === 1 ? [0, 1] : [1, 0];
    for (let halving = 0; halving < 24; halving += 1) {
      const middle = (out + within) / 2;
      [out, within] = isRuledOut(middle, sign) ? [middle, within] : [out, middle];
    }
    return out;
  };
  return { low: back(endOf(1)), high: back(endOf(-1)) };
};

/** Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2021, narrowest at 300; from the twentieth on. */
const asymptotic: Method = (observations) => {
  const rho = (-2 * Math.log(LEVEL) + Math.log(-2 * Math.log(LEVEL) + 1)) / 300;
  let [sum, squares] = [0, 0];
  const ends = observations.map(({ value }, index) => {
    const at = index + 1;
    sum += value;
    squares += value ** 2;
    const mean = sum / at;
    const room = at * rho + 1;
    const half =
      Math.sqrt(Math.max(0, squares / at - mean ** 2)) *
      Math.sqrt(((2 * room) / (at ** 2 * rho)) * Math.log(Math.sqrt(room) / LEVEL));
    return { low: mean - half, high: mean + half };
  });
  return ends.slice(19).reduce(intersect, EVERYTHING);
};

/** An interval for each arm with half of the level, and all differences between them. */
const oneForEachArm: Method = (_, users) => {
  const [champion, challenger] = [false, true].map((isChallengers) =>
    confidenceSequence({
      observations: users.flatMap((user) =>
        user.isChallengers === isChallengers ? { value: user.value, low: 0, high: 1 } : [],
      ),
      ...{ confidence: 1 - LEVEL / 2, support: [0, 1] },
    }),
  );
  return champion === undefined || challenger === undefined || users.length === 0
    ? null
    : { low: challenger.low - champion.high, high: challenger.high - champion.low };
};

const METHODS: Readonly<Record<string, Method>> = {
  'betting, sized for 300 (chosen)': (observations) => sequenceOf(observations),
  'betting, for any number': hedgedCapital,
  'empirical Bernstein': empiricalBernstein,
  'one for each arm': oneForEachArm,
  asymptotic: asymptotic,
};

const RATES = [0.01, 0.05, 0.2];
const LIFT = 0.2;
const USERS = [350, 2000];

interface Setting {
  readonly name: string;
  readonly truth: number;
  draw(users: number, seed: number): readonly [readonly BoundedObservation[], readonly SplitUser[]];
}

const settingsOf = (population: Population, rate: number): readonly Setting[] => {
  const preferences = preferenceObservations(population.people.map(({ preference }) => preference));
  const percent = `${100 * rate} %`;
  return [
    {
      ...{ name: `split, ${percent}`, truth: population.difference },
      draw: (users, seed) => {
        const drawn = simulateSplit({ population, users, seed });
        return [splitObservations(drawn), drawn];
      },
    },
    {
      name: `interleave, ${percent}`,
      truth: preferences.reduce((sum, { value }) => sum + value, 0) / preferences.length,
      draw: (users, seed) => [preferenceObservations(simulatePreferences({ population, users, seed })), []],
    },
  ];
};

const compareAt = ({ name, truth, draw }: Setting, users: number, experiments: number): string => {
  const drawn = Array.from({ length: experiments }, (_, seed) => draw(users, seed));
  const cells = Object.values(METHODS).map((method) => {
    const intervals = drawn.flatMap(([observations, people]) => method(observations, people) ?? []);
    const width = intervals.reduce((sum, { low, high }) => sum + high - low, 0) / intervals.length;
    const isMissed = intervals.map(({ low, high }) => truth < low || truth > high);
    return intervals.length === 0 ? '–' : `${width.toFixed(4)}; ${shareOf(isMissed)}`;
  });
  return row(name, users, ...cells);
};

/** Mean width at the end, and how often the truth was left out at some user. */
export const compareSequences = (experiments: number): readonly string[] => [
  `${experiments} experiments each with a lift of ${100 * LIFT} %: mean width of the ${100 * CONFIDENCE} % interval at the end, and in how many it left out the truth after any user (${Math.round(100 * LEVEL)} % is allowed).`,
  '',
  row('mode, rate', 'users', ...Object.keys(METHODS)),
  `|${'---|'.repeat(2 + Object.keys(METHODS).length)}`,
  ...RATES.flatMap((rate, at) => {
    const population = createPopulation({ users: 5000, rate, lift: LIFT, seed: 100 + at });
    return settingsOf(population, rate).flatMap((setting) =>
      USERS.map((users) => compareAt(setting, users, experiments)),
    );
  }),
];
