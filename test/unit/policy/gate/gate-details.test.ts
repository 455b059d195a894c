import { expect, test } from 'vitest';
import type { CategorySlice, SliceMetrics } from '../../../../contracts/metrics.ts';
import { type DetailedModel, gateDetails } from '../../../../policy/gate/gate-details.ts';

const slice = (users: number, ndcg: number): SliceMetrics => ({
  ...{ ndcg_at_10: ndcg, precision_at_10: 0, recall_at_10: 0, f1_at_10: 0, hit_rate_at_10: 0, map: 0 },
  users,
});

const category = (value: string, users: number, ndcg: number): CategorySlice => ({
  ...slice(users, ndcg),
  ...{ side: 'user', feature: 'country', value },
});

const model = (ndcg: readonly number[], categories: readonly CategorySlice[] = []): DetailedModel => ({
  ndcg,
  report: { slices: { cold: slice(0, 0), warm: slice(2, 0.5), hot: slice(2, 0.25) }, categories },
});

test('counts who gains, loses and sees no difference, and sorts the differences', () => {
  // 0.5, -0.25, 0, 0.25
  const details = gateDetails(model([1, 0.25, 0.5, 0.5]), model([0.5, 0.5, 0.5, 0.25]));
  expect(details).toMatchObject({ users: 4, better: 2, worse: 1, equal: 1, differences: [-0.25, 0, 0.25, 0.5] });
});

test('keeps 400 of 100,001 differences, evenly spread, with both ends', () => {
  const ndcg = Array.from({ length: 100_001 }, (_, user) => user / 100_000);
  const { differences, users } = gateDetails(model(ndcg.toReversed()), model(ndcg.map(() => 0)));
  expect(users).toBe(100_001);
  expect(differences).toHaveLength(400);
  // Place 1 of 399 in the order of 100,000: 250.63, rounded.
  expect([differences[0], differences[1], differences[399]]).toEqual([0, 251 / 100_000, 1]);
});

test('holds slices of both against each other, without those of nobody or of one model alone', () => {
  const candidate = model([1], [category('de', 3, 0.4), category('fr', 2, 0.1)]);
  const champion = model([1], [category('de', 3, 0.3), category('it', 2, 0.2)]);
  expect(gateDetails(candidate, champion).slices).toEqual([
    { side: 'history', feature: 'training pairs', value: 'warm', users: 2, candidate: 0.5, champion: 0.5 },
    { side: 'history', feature: 'training pairs', value: 'hot', users: 2, candidate: 0.25, champion: 0.25 },
    { side: 'user', feature: 'country', value: 'de', users: 3, candidate: 0.4, champion: 0.3 },
  ]);
});

test('a single user has one difference', () => {
  expect(gateDetails(model([0.5]), model([0.25])).differences).toEqual([0.25]);
});
