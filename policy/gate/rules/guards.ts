/** Measures of the candidate that must not become worse than the champion's. */
import type { GuardConfig } from '../../../contracts/experiment-config.ts';
import {
  type CatalogueMetric,
  type GateGuard,
  type GateRule,
  type GuardMeasure,
  isCatalogueMetric,
} from '../../../contracts/gate.ts';
import { holm } from '../holm.ts';
import { guardName } from '../measure-guards.ts';
import { normalQuantile } from '../normal-quantile.ts';
import { figuresBeside, formatter, isNumber, probabilityText } from './gate-text.ts';

/** Of models as good as the champion, the share that passes at the provable tolerance. */
const POWER = 0.8;

/** Numbers that exceed their bound by rounding alone are at it. */
const ROUNDING = 1e-9;

/** How much worse the candidate's number is; null where there is nothing to compare. */
const WORSE: Readonly<Record<CatalogueMetric, (candidate: number, champion: number) => number>> = {
  coverage: (candidate, champion) => champion - candidate,
  popularity_share: (candidate, champion) => candidate - champion,
  model_size_mb: (candidate, champion) => candidate / champion - 1,
  scoring_latency_ms: (candidate, champion) => candidate / champion - 1,
};

const NOT_MEASURED = { candidate: null, champion: null, users: null, standard_error: null, p_value: null } as const;

const measureOf = (guard: GuardConfig, measures: readonly GuardMeasure[]): GuardMeasure =>
  measures.find(({ metric, slice }) => metric === guard.metric && slice === (guard.slice ?? null)) ?? {
    ...{ ...NOT_MEASURED, metric: guard.metric, slice: guard.slice ?? null },
    problem: 'the evaluation was made by an earlier version of tt-exp',
  };

const worseBy = ({ metric, candidate, champion }: GuardMeasure): number | null => {
  const isComparable = isCatalogueMetric(metric) && isNumber(candidate) && isNumber(champion);
  const worse = isComparable ? WORSE[metric](candidate, champion) : null;
  return isNumber(worse) ? worse : null;
};

const reasonOf = (guard: GateGuard): string => {
  const { passed, value, bound, candidate, champion, tolerance, users } = guard;
  const name = guardName(guard);
  if (value === null || !isNumber(candidate) || !isNumber(champion)) {
    return `guard ${name} was not measured: ${guard.problem ?? 'it is not a number'}`;
  }
  const [worse, atMost] = figuresBeside(value, bound);
  const values = formatter([candidate, champion]);
  const beside = `${values(candidate)} beside ${values(champion)}`;
  if (isCatalogueMetric(guard.metric)) {
    return `guard ${name} ${passed ? 'holds' : 'fails'} (${beside}, worse by ${worse}, at most ${atMost} accepted; numbers of the whole, without an interval)`;
  }
  const { provable_tolerance: provable } = guard;
  const advice = passed || provable === null ? '' : `; these users can show a tolerance of ${provable.toFixed(3)}`;
  return `guard ${name}: a fall of ${tolerance} is ${passed ? '' : 'not '}ruled out (${beside} over ${users} users, adjusted p ${probabilityText(value, bound)}, at most ${atMost} accepted${advice})`;
};

/** The same in as few words as the outcome of several rules has room for; the guard itself has the numbers. */
const objectionOf = (guard: GateGuard): string => {
  const { value, candidate, champion, tolerance } = guard;
  if (value === null || !isNumber(candidate) || !isNumber(champion)) {
    return reasonOf(guard);
  }
  const text = formatter([candidate, champion]);
  return `guard ${guardName(guard)} fails (${text(candidate)} beside ${text(champion)}, tolerance ${tolerance})`;
};

type GuardRuleName = `guard:${string}`;

export interface JudgedGuards {
  readonly guards: readonly GateGuard[];
  readonly rules: readonly GateRule[];
  /** By the name of its rule: what a guard that fails says in the outcome. */
  readonly objections: ReadonlyMap<string, string>;
}

const ruleNameOf = (guard: GateGuard): GuardRuleName => `guard:${guardName(guard)}`;

/**
 * For a mean over users, the hypothesis to be rejected is that it fell by the tolerance or more (non-inferiority, the
 * standard for guards in experiments: Schultzberg, Ankargren & Frånberg 2024): a fall cannot pass for lack of users, and
 * a guard that fails says which tolerance its users could show. Holm's adjustment lets all guards that hold be claimed
 * together at `level`. Numbers of the whole catalogue have no users to resample: they are compared as they are.
 */
export const judgeGuards = (
  configured: readonly GuardConfig[],
  measures: readonly GuardMeasure[],
  level: number,
): JudgedGuards => {
  const measured = configured.map(({ tolerance, ...guard }) => ({
    ...measureOf({ ...guard, tolerance }, measures),
    tolerance,
  }));
  const tested = measured.filter(({ p_value: p }) => isNumber(p));
  const adjusted = holm(tested.map(({ p_value: p }) => p ?? 1));
  const distance = normalQuantile(1 - level / Math.max(1, tested.length)) + normalQuantile(POWER);
  const guards = measured.map((measure): GateGuard => {
    const { tolerance } = measure;
    const isCatalogue = isCatalogueMetric(measure.metric);
    const adjustedP = adjusted[tested.indexOf(measure)] ?? null;
    const value = isCatalogue ? worseBy(measure) : adjustedP;
    const bound = isCatalogue ? tolerance : level;
    const { standard_error: error } = measure;
    return {
      ...measure,
      ...{ value, bound, adjusted_p: adjustedP },
      provable_tolerance: isNumber(error) ? distance * error : null,
      passed: value !== null && value <= bound + (isCatalogue ? ROUNDING : 0),
    };
  });
  const rules = guards.map((guard) => {
    const { passed, value, bound } = guard;
    return { name: ruleNameOf(guard), passed, value, comparison: '<=' as const, bound, reason: reasonOf(guard) };
  });
  return { guards, rules, objections: new Map(guards.map((guard) => [ruleNameOf(guard), objectionOf(guard)])) };
};
