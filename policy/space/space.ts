/** A search space made ready for drawing: parameters in an order in which each can be decided. */
import { TtExpError } from '../../contracts/errors.ts';
import type { ResolvedSweep } from '../../contracts/resolved-config.ts';
import type { ParameterValue, TrialParams } from '../../contracts/trial.ts';
import { type Condition, conditionsOf, holds, orderKeys } from './conditions.ts';
import { createDomain, type Domain } from './domain.ts';
import { evaluate } from './expression/evaluate.ts';
import { type Expression, keysOf } from './expression/expression.ts';
import { parseExpression } from './expression/parse.ts';

export interface Constraint {
  /** As it stands in the config. */
  readonly source: string;
  /** Place in `sweep.constraints`. */
  readonly index: number;
  readonly expression: Expression;
}

export interface Axis {
  readonly key: string;
  readonly domain: Domain;
  /** Keys of earlier axes, or of the config. */
  readonly when: readonly Condition[];
  /** Those that can be judged once this axis is decided, and not before. */
  readonly constraints: readonly Constraint[];
}

export interface Space {
  /** Each after those that its condition asks. */
  readonly axes: readonly Axis[];
  /** The config's own values, for what a point does not say. */
  readonly base: Readonly<Record<string, unknown>>;
}

export type SpaceSettings = Pick<ResolvedSweep, 'space' | 'constraints' | 'base'>;

/** Throws CONFIG_INVALID for conditions in a circle and for a constraint that cannot be read. */
export const createSpace = ({ space, constraints, base }: SpaceSettings): Space => {
  const { keys, cyclic } = orderKeys(space);
  if (cyclic.length > 0) {
    throw new TtExpError(
      'CONFIG_INVALID',
      `sweep.space: got conditions in a circle (${cyclic.join(', ')}), expected "when" to lead to other keys`,
    );
  }
  const parsed = constraints.map((source, index) => ({ source, index, expression: parseExpression(source) }));
  // A constraint that mentions no key of the space is judged at the first axis.
  const lastAxis = ({ expression }: Constraint): number =>
    Math.max(0, ...keysOf(expression).map((key) => keys.indexOf(key)));
  const axes = keys.map((key, place) => {
    const parameter = space[key] ?? {};
    return {
      key,
      domain: createDomain(parameter),
      when: conditionsOf(parameter),
      constraints: parsed.filter((constraint) => lastAxis(constraint) === place),
    };
  });
  return { axes, base };
};

/** The value of a key in a trial: a parameter's own, else the config's. */
const readKey = (space: Space, params: TrialParams, key: string): unknown =>
  Object.hasOwn(params, key) ? params[key] : space.base[key];

/** Whether an axis is part of a trial; `params` has all earlier axes. A condition on an axis that is not part of it does not hold. */
export const isActive = (space: Space, { when }: Axis, params: TrialParams): boolean =>
  when.every((condition) => {
    const isLeftOut = !Object.hasOwn(params, condition.key) && space.axes.some(({ key }) => key === condition.key);
    return !isLeftOut && holds(condition, readKey(space, params, condition.key));
  });

/** The first constraint of an axis that does not hold; `params` has this axis and all earlier ones. */
export const findViolated = (space: Space, axis: Axis, params: TrialParams): Constraint | null =>
  axis.constraints.find(({ expression }) => evaluate(expression, (key) => readKey(space, params, key)) !== true) ??
  null;

/** What came of an attempt to find a point. */
export type Visit =
  | { readonly kind: 'point'; readonly params: TrialParams }
  | { readonly kind: 'refused'; readonly by: Constraint | null };

/** Decides axis by axis, without those that are not part of the trial. Refused by a constraint, or by null where an axis has no value. */
export const buildPoint = (space: Space, decide: (axis: Axis, place: number) => ParameterValue | undefined): Visit => {
  const params: Record<string, ParameterValue> = {};
  for (const [place, axis] of space.axes.entries()) {
    if (isActive(space, axis, params)) {
      const value = decide(axis, place);
      if (value === undefined) {
        return { kind: 'refused', by: null };
      }
      params[axis.key] = value;
    }
    const by = findViolated(space, axis, params);
    if (by !== null) {
      return { kind: 'refused', by };
    }
  }
  return { kind: 'point', params };
};
