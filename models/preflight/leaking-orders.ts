/**
 * Columns that order users or items as their held-out interactions do: popularity counted in the test part, or in all
 * parts. What is still to come has the noise of counting, so nobody who knows the past can know its order exactly; a
 * column that comes closer than a fresh count of equal means would has seen the answers.
 */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { combineSeeds, createGenerator, toUnit } from '../numerics/prng.ts';
import { correlation, orderInformation, unitRanks } from './rank-correlation.ts';
import { type SideView, totalsOf } from './side-view.ts';
import { pickEvenly } from './slice-users.ts';

export interface LeakingOrder {
  readonly column: number;
  readonly what: string;
  readonly correlation: number;
}

const MOST_ENTITIES = 1000;
const LEAST_ENTITIES = 20;
const GLANCE_ENTITIES = 64;
/** Far below what a leak shows even among few. */
const LEAST_AT_A_GLANCE = 0.5;

/** A column out of thousands that fits an order of so many nats by chance: exp(-40) · 10⁴, less than 10⁻¹². */
const LEAST_INFORMATION = 40;

const LEAST_CORRELATION = 0.9;
/** Least advantage over a fresh count, and over what training itself says of the order. */
const MOST_OF_NOISE = 0.25;
const MOST_OF_TRAINING = 0.3;
const ROUNDING = 1e-6;

/** Knuth's product of uniforms; from 30 on the normal distribution is as good. */
const drawPoisson = (mean: number, next: () => number): number => {
  if (mean > 30) {
    const radius = Math.sqrt(-2 * Math.log(1 - toUnit(next())));
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * radius * Math.cos(2 * Math.PI * toUnit(next()))));
  }
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = toUnit(next()); product > limit; product *= toUnit(next())) {
    count += 1;
  }
  return count;
};

interface Target {
  readonly what: string;
  readonly values: Float64Array;
  readonly ranks: Float64Array;
  /** 1 - rho of the target and a fresh count of the same means. */
  readonly noise: number;
}

interface Group {
  readonly entities: readonly number[];
  /** Few of them, and the targets' ranks among these: most columns are far from any target, which shows at once. */
  readonly glance: { readonly entities: readonly number[]; readonly ranks: readonly (Float64Array | null)[] };
  /** What training says of them. */
  readonly training: readonly (Float64Array | null)[];
  readonly targets: readonly Target[];
}

const HELD_OUT = [['test'], ['validation'], ['validation', 'test']] as const;

const groupsOf = (view: SideView): readonly Group[] => {
  const totals = totalsOf(view);
  return HELD_OUT.flatMap((parts): readonly Group[] => {
    const sumOf = (kind: 'pairs' | 'gain', entity: number): number =>
      parts.reduce((sum, part) => sum + elementAt(totals[kind][part], entity), 0);
    // Within those that come: whether an item comes at all may be known by its date, how often may not.
    const coming = Array.from({ length: view.count }, (_, entity) => entity).filter(
      (entity) => sumOf('pairs', entity) > 0,
    );
    const entities = pickEvenly(coming, MOST_ENTITIES);
    if (entities.length < LEAST_ENTITIES) {
      return [];
    }
    const training = (['pairs', 'gain'] as const).map((kind) =>
      unitRanks(Float64Array.from(entities, (entity) => elementAt(totals[kind].train, entity))),
    );
    const targets = (['pairs', 'gain'] as const).flatMap((kind) =>
      ([false, true] as const).flatMap((withTraining): Target[] => {
        const known = (entity: number): number => (withTraining ? elementAt(totals[kind].train, entity) : 0);
        const values = Float64Array.from(entities, (entity) => known(entity) + sumOf(kind, entity));
        const ranks = unitRanks(values);
        if (ranks === null || orderInformation(values) < LEAST_INFORMATION) {
          return [];
        }
        const next = createGenerator(combineSeeds(entities.length, withTraining ? 1 : 0));
        const fresh = entities.map((entity) => known(entity) + drawPoisson(sumOf(kind, entity), next));
        const what = `${kind} in ${[...(withTraining ? ['train'] : []), ...parts].join(' and ')}`;
        const noise = 1 - correlation(ranks, unitRanks(Float64Array.from(fresh)));
        return [{ what, values, ranks, noise }];
      }),
    );
    const places = pickEvenly([...entities.keys()], GLANCE_ENTITIES);
    const glance = {
      entities: places.map((place) => elementAt(entities, place)),
      ranks: targets.map(({ values }) => unitRanks(Float64Array.from(places, (place) => elementAt(values, place)))),
    };
    return [{ entities, glance, training, targets }];
  });
};

/** A loop: `from` with a function takes three times as long, and this is done for every column. */
const columnOf = ({ features, width }: SideView, column: number, entities: readonly number[]): Float64Array => {
  const values = new Float64Array(entities.length);
  for (let place = 0; place < values.length; place += 1) {
    const index = (entities[place] ?? missing(entities, place)) * width + column;
    values[place] = features[index] ?? missing(features, index);
  }
  return values;
};

/** At most one for each column: the closest. */
export const leakingOrders = (view: SideView): readonly LeakingOrder[] => {
  const groups = groupsOf(view);
  const found: LeakingOrder[] = [];
  for (let column = 0; column < view.width; column += 1) {
    let closest: LeakingOrder | null = null;
    for (const { entities, glance, training, targets } of groups) {
      const first = unitRanks(columnOf(view, column, glance.entities));
      if (!glance.ranks.some((ranks) => Math.abs(correlation(first, ranks)) >= LEAST_AT_A_GLANCE)) {
        continue;
      }
      const values = unitRanks(columnOf(view, column, entities));
      const ofTraining = Math.max(...training.map((known) => Math.abs(correlation(values, known))));
      for (const { what, ranks, noise } of targets) {
        const rho = Math.abs(correlation(values, ranks));
        const isLeak =
          rho >= LEAST_CORRELATION &&
          1 - rho < MOST_OF_NOISE * noise &&
          1 - rho < MOST_OF_TRAINING * (1 - ofTraining) &&
          1 - ofTraining > ROUNDING;
        if (isLeak && rho > (closest?.correlation ?? 0)) {
          closest = { column, what, correlation: rho };
        }
      }
    }
    if (closest !== null) {
      found.push(closest);
    }
  }
  return found;
};
