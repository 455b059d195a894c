/** A blessing in which everything agrees. */
import type { Blessing } from '../../contracts/blessing.ts';

export const blessed = (change: Partial<Blessing> = {}): Blessing => ({
  ...{
    outcome: 'agrees',
    reason: 'a server answers 80 test users as evaluated',
    bundle: 'ab'.repeat(32),
    bundle_mb: 1.5,
  },
  ...{ search: 'exact', evaluated_ndcg_at_10: 0.4, served_ndcg_at_10: 0.4, production_ndcg_at_10: 0.35, users: 80 },
  ...{ differing_users: 0, p99_ms: 3.1, p99_bound_ms: 250, difference: 0, bound: 1e-6, first_difference: null },
  engines: { two_tower: 70, content: 10, popularity: 0 },
  ...change,
});
