/** What candidate and champion come to under the guards of a config. */

import type { GuardConfig } from '../../contracts/experiment-config.ts';
import { type GuardMeasure, isCatalogueMetric } from '../../contracts/gate.ts';
import type { UserSliceName } from '../../contracts/metrics.ts';
import { deriveSeed } from '../rng.ts';
import type { JudgedModel } from './judged-model.ts';
import { nonInferiorityTest } from './non-inferiority-test.ts';

export interface GuardedModels {
  readonly candidate: JudgedModel;
  readonly champion: JudgedModel;
  readonly resamples: number;
  readonly seed: number;
  /** Two-sided, of the interval beside which the guards stand; absent: 0.95. */
  readonly confidence?: number;
}

/** What a guard is called, in rules and streams of random numbers. */
export const guardName = ({ metric, slice = null }: { readonly metric: string; readonly slice?: string | null }) =>
  slice ?? metric;

const USER_SLICES: Readonly<Partial<Record<GuardConfig['metric'], UserSliceName>>> = {
  cold_ndcg_at_10: 'cold',
  warm_ndcg_at_10: 'warm',
  hot_ndcg_at_10: 'hot',
};

/** Per user; the same users for every model. */
const valuesOf = ({ metric, slice }: GuardConfig, model: JudgedModel): readonly number[] => {
  if (metric === 'recall_at_10') {
    return model.recall;
  }
  return metric === 'slice'
    ? (model.watched[slice ?? ''] ?? [])
    : model.ndcg.filter((_, user) => model.userSlices[user] === USER_SLICES[metric]);
};

const nobodyIn = ({ metric, slice }: GuardConfig): string => {
  const name = USER_SLICES[metric];
  return name === undefined
    ? `no test user counts for ${slice ?? metric}; test_metrics.json names the slices that have some`
    : `no test user is ${name}`;
};

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const measureUsers = (guard: GuardConfig, models: GuardedModels) => {
  const [candidate, champion] = [valuesOf(guard, models.candidate), valuesOf(guard, models.champion)];
  const seed = deriveSeed(models.seed, `guard ${guardName(guard)}`);
  const test = nonInferiorityTest({ ...models, candidate, champion, margin: guard.tolerance, seed });
  const users = candidate.length;
  return {
    candidate: meanOf(candidate),
    champion: meanOf(champion),
    users,
    standard_error: test?.standardError ?? null,
    p_value: test?.pValue ?? null,
    problem: users === 0 ? nobodyIn(guard) : test === null ? 'one test user shows no spread' : null,
  };
};

const measureCatalogue = (guard: GuardConfig, { candidate, champion }: GuardedModels) => {
  const of = ({ catalogue }: JudgedModel): number | null =>
    isCatalogueMetric(guard.metric) ? catalogue[guard.metric] : null;
  const [own, other] = [of(candidate), of(champion)];
  const problem = own === null || other === null ? 'it has no number for both models' : null;
  return { candidate: own, champion: other, users: null, standard_error: null, p_value: null, problem };
};

/** Means over users are tested against a fall by the tolerance or more; numbers of the whole are taken as they are. */
export const measureGuard = (guard: GuardConfig, models: GuardedModels): GuardMeasure => ({
  metric: guard.metric,
  slice: guard.slice ?? null,
  ...(isCatalogueMetric(guard.metric) ? measureCatalogue(guard, models) : measureUsers(guard, models)),
});
