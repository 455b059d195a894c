/** Numbers of `gate` that fit the schema and can still not work: no candidate passes with them, or every one does. */
import { type GuardMetric, isCatalogueMetric } from '../contracts/gate.ts';
import { LEAST_TAIL } from '../policy/gate/resample-count.ts';
import type { Finding } from './config-source.ts';
import { type JsonPath, valueAt } from './json-path.ts';

/** In hours: nobody could answer sooner. */
const LEAST_APPROVAL_HOURS = 1 / 60;

/** What rounding may take from a bound. */
const ROUNDING = 1e-9;

/** Shares of the champion's: a model can be worse by more than the whole. */
const RATIOS: readonly GuardMetric[] = ['model_size_mb', 'scoring_latency_ms'];

const numberAt = (root: unknown, path: JsonPath): number | null => {
  const value = valueAt(root, path);
  return typeof value === 'number' ? value : null;
};

const outside = (root: unknown, path: JsonPath, isPossible: (value: number) => boolean, expected: string) => {
  const value = numberAt(root, path);
  const finding: Finding = { path, part: 'value', expected };
  return value === null || isPossible(value) ? [] : [finding];
};

/** Of several guards, the one with the smallest p-value is asked for as many times more (Holm). */
const checkConfidence = (root: unknown, guards: number): readonly Finding[] => {
  const most = Number((1 - 2 * LEAST_TAIL * Math.max(1, guards)).toFixed(8));
  const beside = guards > 1 ? ` with ${guards} guards, which share the level` : '';
  return outside(
    root,
    ['gate', 'confidence'],
    (confidence) => confidence <= most + ROUNDING,
    `at most ${most}${beside}: beyond, the 250,000 resamples of an interval cannot resolve its end`,
  );
};

const checkTolerance = (root: unknown, index: number): readonly Finding[] => {
  const guard: JsonPath = ['gate', 'guards', index];
  const metric = String(valueAt(root, [...guard, 'metric'])) as GuardMetric;
  const what = isCatalogueMetric(metric) ? 'the number lies' : 'the mean lies';
  return RATIOS.includes(metric)
    ? []
    : outside(
        root,
        [...guard, 'tolerance'],
        (tolerance) => tolerance < 1,
        `a tolerance below 1: ${what} from 0 to 1, so that a guard of 1 could never fail`,
      );
};

/** For a `gate` that fits the schema. @param guards how many it has */
export const checkGateNumbers = (root: unknown, guards: number): readonly Finding[] => [
  ...outside(
    root,
    ['gate', 'min_ndcg_at_10'],
    (minimum) => minimum < 1,
    'below 1: only a model that ranks for every user as well as can be would reach it',
  ),
  ...outside(
    root,
    ['gate', 'min_improvement'],
    (improvement) => improvement > -1 && improvement < 1,
    'above -1 and below 1: NDCG@10 lies from 0 to 1, so that with 1 no candidate could pass, and with -1 every one would',
  ),
  ...outside(
    root,
    ['gate', 'margin'],
    (margin) => margin < 1,
    'below 1: NDCG@10 lies from 0 to 1, so that with 1 every candidate would pass',
  ),
  ...outside(
    root,
    ['gate', 'approval_timeout'],
    (hours) => hours >= LEAST_APPROVAL_HOURS - ROUNDING,
    'hours, at least 0.0167 (a minute): before that nobody could approve; null waits as long as it takes',
  ),
  ...checkConfidence(root, guards),
  ...Array.from({ length: guards }, (_, index) => checkTolerance(root, index)).flat(),
];
