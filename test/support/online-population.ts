/** People before whom a champion and a challenger are compared: what each would meet in either's lists, and in drafted ones. */
import { elementAt } from '../../contracts/element-at.ts';
import type { Arm } from '../../contracts/online-experiment.ts';
import { creditOf, teamDraft } from '../../policy/online/team-draft.ts';
import { createRng, type Rng } from '../../policy/rng.ts';

export interface PopulationOptions {
  readonly users: number;
  /** Mean precision@10 of the champion's lists. */
  readonly rate: number;
  /** By which the challenger's exceeds it: 0.2 for a fifth. */
  readonly lift: number;
  readonly seed: number;
}

export interface Person {
  /** Precision@10 of the lists that the user would be given. */
  readonly champion: number;
  readonly challenger: number;
  /** Of drafted lists: (challenger's credit - champion's) / both; null without credit. */
  readonly preference: number | null;
  /** Share of the first ten places that both fill with the same items. */
  readonly overlap: number;
}

export interface Population {
  readonly people: readonly Person[];
  /** True mean difference in precision@10. */
  readonly difference: number;
  /** That over the champion's mean: what was asked for, to the chance of who is among them. */
  readonly lift: number;
}

const ITEMS = 60;
const PLACES = 10;
const MOST_LISTS = 50;
/** How much the champion knows of what a user likes: the correlation of its scores with it. */
const CHAMPION_KNOWS = 0.4;
/** Two models of the same data err alike. */
const SHARED_ERROR = 0.8;
/** Outcomes are skewed over users: Beta(0.5, …) of their rates. */
const RATE_SHAPE = 0.5;

const normal = (rng: Rng): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());

/** Gamma(0.5) is half a squared normal. */
const halfGamma = (rng: Rng): number => normal(rng) ** 2 / 2;

/** Marsaglia & Tsang 2000, for shapes of 1 and more. */
const gamma = (rng: Rng, shape: number): number => {
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(rng);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - rng.next()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) {
      return d * v;
    }
  }
};

interface Taste {
  readonly rate: number;
  readonly lists: number;
  /** How much the user likes each item, and what each model takes for it by mistake. */
  readonly liking: Float64Array;
  readonly error: Readonly<Record<Arm, Float64Array>>;
}

const drawTaste = (rng: Rng, rate: number): Taste => {
  const [own, other] = [halfGamma(rng), gamma(rng, 1 + RATE_SHAPE / rate)];
  const draws = (): Float64Array => Float64Array.from({ length: ITEMS }, () => normal(rng));
  const [liking, shared, champion, challenger] = [draws(), draws(), draws(), draws()];
  const errorOf = (alone: Float64Array): Float64Array =>
    alone.map((value, item) => Math.sqrt(SHARED_ERROR) * elementAt(shared, item) + Math.sqrt(1 - SHARED_ERROR) * value);
  return {
    rate: own / (own + other),
    // Few come often: a Pareto tail, 1 list for most.
    lists: Math.min(MOST_LISTS, Math.floor((1 - rng.next()) ** (-1 / 1.5))),
    liking,
    error: { champion: errorOf(champion), challenger: errorOf(challenger) },
  };
};

const chanceOf = ({ rate, liking }: Taste, item: number, scale: number): number =>
  Math.min(1, scale * rate * Math.exp(elementAt(liking, item)));

const rankedBy = ({ liking, error }: Taste, model: Arm, knows: number): readonly number[] => {
  const scores = liking.map((value, item) => knows * value + Math.sqrt(1 - knows ** 2) * elementAt(error[model], item));
  const better = (a: number, b: number): number => elementAt(scores, b) - elementAt(scores, a);
  return Array.from(scores.keys()).sort(better).slice(0, PLACES);
};

/** Where an increasing function reaches a value, within [0, to]. */
const reaches = (of: (at: number) => number, value: number, to: number): number => {
  let [low, high] = [0, to];
  for (let halving = 0; halving < 12; halving += 1) {
    const middle = (low + high) / 2;
    [low, high] = of(middle) < value ? [middle, high] : [low, middle];
  }
  return high;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const drawPerson = (rng: Rng, taste: Taste, user: number, knows: number, scale: number): Person => {
  const lists = {
    champion: rankedBy(taste, 'champion', CHAMPION_KNOWS).map(String),
    challenger: rankedBy(taste, 'challenger', knows).map(String),
  };
  const listed = [...new Set([...lists.champion, ...lists.challenger])];
  // What a user would meet of it does not depend on who lists it.
  const visits = Array.from(
    { length: taste.lists },
    () => new Set(listed.filter((item) => rng.next() < chanceOf(taste, Number(item), scale))),
  );
  const precision = (list: readonly string[]): number =>
    mean(visits.map((met) => list.filter((item) => met.has(item)).length / PLACES));
  const items = teamDraft({ experimentId: 'population', userId: String(user), lists, length: PLACES });
  const credits = visits.map((met) => creditOf({ items }, met));
  const creditTo = (arm: Arm): number => credits.reduce((sum, credit) => sum + credit[arm], 0);
  const [own, others] = [creditTo('challenger'), creditTo('champion')];
  return {
    champion: precision(lists.champion),
    challenger: precision(lists.challenger),
    preference: own + others === 0 ? null : (own - others) / (own + others),
    overlap: lists.champion.filter((item) => lists.challenger.includes(item)).length / PLACES,
  };
};

/** Models are made as good as asked for on the same people, by how much they know of what people like. */
export const createPopulation = ({ users, rate, lift, seed }: PopulationOptions): Population => {
  const rng = createRng(seed);
  const tastes = Array.from({ length: users }, () => drawTaste(rng, rate));
  const sample = tastes.slice(0, 2000);
  const precisionOf = (model: Arm, knows: number, scale: number): number =>
    mean(sample.map((taste) => mean(rankedBy(taste, model, knows).map((item) => chanceOf(taste, item, scale)))));
  const scale = reaches((at) => precisionOf('champion', CHAMPION_KNOWS, at), rate, 3);
  const knows =
    lift === 0 ? CHAMPION_KNOWS : reaches((at) => precisionOf('challenger', at, scale), rate * (1 + lift), 1);
  const people = tastes.map((taste, user) => drawPerson(rng, taste, user, knows, scale));
  const champion = mean(people.map((person) => person.champion));
  const difference = mean(people.map((person) => person.challenger)) - champion;
  return { people, difference, lift: difference / champion };
};
