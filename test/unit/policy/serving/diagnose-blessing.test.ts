import { describe, expect, it } from 'vitest';
import type { BlessingEvidence, RowComparison, ServedLists } from '../../../../contracts/blessing.ts';
import type { SearchFacts } from '../../../../contracts/bundle.ts';
import { blessingBound, diagnoseBlessing, notBlessed } from '../../../../policy/serving/diagnose-blessing.ts';

const SAME: RowComparison = {
  ...{ rows: 60, missing: 0, different: 0, moved: 0, scaled: 0, other: 0, example: null },
};
const LISTS: ServedLists & { readonly kind: 'answered' } = {
  ...{ kind: 'answered', ndcg: 0.4, evaluatedNdcg: 0.4, productionNdcg: 0.35, users: 80, withoutVector: 0 },
  ...{ notByModel: 0, differing: 0, tieDifference: 0, recall: 1, withMetItems: 0, first: null, p99Ms: 3.126 },
  engines: { two_tower: 70, content: 10, popularity: 0 },
};
const FIRST = { user_id: 'u7', place: 3, served: 'i1', evaluated: 'i2' };
const INDEX: SearchFacts = {
  kind: 'index',
  ...{ recall_at_10: 0.99, sampled_users: 200, connectivity: 16, expansion_add: 128, nominees: 100 },
};

const evidence = (change: Partial<BlessingEvidence> = {}, lists: Partial<ServedLists> = {}): BlessingEvidence => ({
  ...{ bundle: 'ab12', bytes: 2_345_678, search: { kind: 'exact' }, users: SAME, items: SAME },
  contentRecall: null,
  ...{ isOwnEncoder: true, isOwnModel: true, isNormalisationAgreed: true },
  ...{ evaluated: 0.4, offline: 0.4, p99BoundMs: 250, served: { ...LISTS, ...lists } },
  ...change,
});

const outcomeOf = (change: Partial<BlessingEvidence>, lists?: Partial<ServedLists>) =>
  diagnoseBlessing(evidence(change, lists)).outcome;

const rows = (change: Partial<RowComparison>): RowComparison => ({ ...SAME, different: 5, example: 'i1 …', ...change });

describe('diagnoseBlessing', () => {
  it('blesses what serves as evaluated, and keeps the numbers', () => {
    expect(diagnoseBlessing(evidence())).toEqual({
      outcome: 'agrees',
      reason:
        'a server answers 80 test users as evaluated: NDCG@10 0.4000 over HTTP, 0.3500 as in production (two_tower 70, content 10), 99 % of requests within 3.1 ms',
      ...{ bundle: 'ab12', bundle_mb: 2.346, search: 'exact', evaluated_ndcg_at_10: 0.4, served_ndcg_at_10: 0.4 },
      ...{ production_ndcg_at_10: 0.35, users: 80, differing_users: 0, p99_ms: 3.13, p99_bound_ms: 250 },
      ...{ difference: 0, bound: 1e-6, first_difference: null },
      engines: { two_tower: 70, content: 10, popularity: 0 },
    });
  });

  it('accepts what equal scores in another order come to, and nothing beside it', () => {
    expect(outcomeOf({}, { ndcg: 0.41, tieDifference: 0.01 })).toBe('agrees');
    expect(outcomeOf({}, { ndcg: 0.41, tieDifference: 0.005 })).toBe('unexplained');
    expect(outcomeOf({}, { ndcg: 0.400002 })).toBe('unexplained');
    expect(outcomeOf({}, { ndcg: 0.4000005 })).toBe('agrees');
  });

  it('names who gets something else first, also where the means are equal', () => {
    const blessing = diagnoseBlessing(evidence({}, { differing: 1, first: FIRST }));
    expect(blessing).toMatchObject({ outcome: 'unexplained', first_difference: FIRST, differing_users: 1 });
    expect(blessing.reason).toContain('1 of 80 lists differ');
    expect(blessing.reason).toContain('first: u7 at place 3 gets i1 in place of i2');
  });

  it('goes by what most of the vectors look like', () => {
    expect(outcomeOf({ items: rows({ moved: 3, other: 2 }) })).toBe('ids_shifted');
    expect(outcomeOf({ users: rows({ different: 0, missing: 1 }) })).toBe('ids_shifted');
    expect(outcomeOf({ items: rows({ scaled: 4, other: 1 }) })).toBe('normalisation');
    expect(outcomeOf({ users: rows({ other: 5 }) })).toBe('vectors');
    expect(outcomeOf({ isNormalisationAgreed: false })).toBe('normalisation');
    expect(outcomeOf({ isOwnModel: false })).toBe('vectors');
  });

  it('names the encoder before what follows from it', () => {
    const refused = { kind: 'refused', reason: 'the server does not start: …' } as const;
    expect(outcomeOf({ isOwnEncoder: false, served: refused, users: null, items: null })).toBe('encoder');
    const blessing = diagnoseBlessing(evidence({ served: refused, users: null, items: null }));
    expect(blessing).toMatchObject({ outcome: 'does_not_serve', reason: refused.reason, served_ndcg_at_10: null });
  });

  it('holds an index of content to what it states to find', () => {
    expect(outcomeOf({ contentRecall: { stated: 0.99, found: 0.971 } })).toBe('agrees');
    const blessing = diagnoseBlessing(evidence({ contentRecall: { stated: 0.99, found: 0.969 } }));
    expect(blessing.outcome).toBe('stale_index');
    expect(blessing.reason).toBe(
      'the index of content finds 96.9 % of the first ten, stated are 99.0 %: it looks like the index of other content',
    );
  });

  it('holds an index to what it states to lose', () => {
    // 1 - 0.99, and 0.005 for the sample.
    expect(blessingBound(INDEX)).toBeCloseTo(0.015, 12);
    expect(outcomeOf({ search: INDEX }, { ndcg: 0.386, differing: 9, recall: 0.985 })).toBe('agrees');
    expect(outcomeOf({ search: INDEX }, { ndcg: 0.384, differing: 9, recall: 0.985 })).toBe('stale_index');
    expect(outcomeOf({ search: INDEX }, { differing: 9, recall: 0.96 })).toBe('stale_index');
  });

  it('tells items that were met, users whom the model does not answer, other numbers and slowness apart', () => {
    expect(outcomeOf({}, { withMetItems: 2, differing: 2 })).toBe('history');
    expect(outcomeOf({}, { notByModel: 1 })).toBe('unexplained');
    expect(outcomeOf({}, { withoutVector: 1 })).toBe('agrees');
    expect(outcomeOf({ evaluated: 0.42 })).toBe('evaluation_differs');
    expect(outcomeOf({}, { p99Ms: 251 })).toBe('too_slow');
    expect(outcomeOf({}, { p99Ms: 250 })).toBe('agrees');
  });
});

describe('notBlessed', () => {
  it('has no numbers but those that were known before', () => {
    expect(notBlessed('no worker', { evaluated: 0.4, p99BoundMs: 250 })).toMatchObject({
      ...{ outcome: 'could_not_be_blessed', reason: 'no worker', bundle: null, evaluated_ndcg_at_10: 0.4 },
      ...{ served_ndcg_at_10: null, p99_bound_ms: 250, difference: null },
    });
  });
});
