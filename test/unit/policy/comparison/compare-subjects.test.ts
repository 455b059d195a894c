import { describe, expect, it } from 'vitest';
import { elementAt } from '../../../../contracts/element-at.ts';
import { compareSubjects } from '../../../../policy/comparison/compare-subjects.ts';
import { compareUsers } from '../../../../policy/gate/compare-users.ts';
import { deriveSeed } from '../../../../policy/rng.ts';
import { userValues, vectors } from '../../../support/model-comparison.ts';
import { pairedUsers } from '../../../support/paired-users.ts';

const SETTINGS = { confidence: 0.95, seed: 11 };

const subject = (ref: string, values: ArrayLike<number>) => ({ ref, perUser: vectors(Array.from(values)) });

describe('policy/comparison/compare-subjects', () => {
  it('says of a pair what the gate says of it with the same seed', () => {
    const { candidate, champion } = pairedUsers({ users: 300, alike: 0.5, lift: 0.03, seed: 5 });
    const { differences } = compareSubjects({
      ...SETTINGS,
      subjects: [subject('new', candidate), subject('old', champion)],
    });
    const { ci, pairedTest } = compareUsers({ candidate, champion, confidence: 0.95, seed: deriveSeed(11, 'gate') });
    const difference = elementAt(differences, 0);
    expect(difference).toMatchObject({ a: 'new', b: 'old', metric: 'ndcg_at_10', p: pairedTest.p_value });
    // The difference of two means instead of the mean of differences: equal but for rounding.
    expect(difference.mean).toBeCloseTo(ci.mean, 12);
    expect(difference.low).toBeCloseTo(ci.low, 12);
    expect(difference.high).toBeCloseTo(ci.high, 12);
  });

  it('gives every pair of every metric once, and a single pair its p as it is', () => {
    const three = ['x', 'y', 'z'].map((ref, index) => subject(ref, userValues(index / 100)));
    const { differences } = compareSubjects({ ...SETTINGS, subjects: three });
    expect(differences).toHaveLength(3 * 6);
    expect(differences.slice(0, 3).map(({ a, b }) => [a, b])).toEqual([
      ['x', 'y'],
      ['x', 'z'],
      ['y', 'z'],
    ]);
    const { differences: one } = compareSubjects({ ...SETTINGS, subjects: three.slice(0, 2) });
    expect(one.map(({ p, p_holm: holm }) => p - holm)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('adjusts p for the number of pairs of its metric alone', () => {
    // Every user alike: no set of signs but two reaches the difference, so that p is the least possible.
    const three = ['x', 'y', 'z'].map((ref, index) => subject(ref, userValues(index / 100)));
    const { differences } = compareSubjects({ ...SETTINGS, subjects: three });
    for (const { p, p_holm: holm } of differences) {
      expect(p).toBeCloseTo(1 / 10_001, 10);
      expect(holm).toBeCloseTo(3 / 10_001, 10);
    }
  });

  it('mirrors with the sides swapped', () => {
    const { candidate, champion } = pairedUsers({ users: 100, alike: 0.2, lift: 0.05, seed: 2 });
    const [one, other] = [subject('x', candidate), subject('y', champion)];
    const { differences: forth, intervals } = compareSubjects({ ...SETTINGS, subjects: [one, other] });
    const { differences: back, intervals: swapped } = compareSubjects({ ...SETTINGS, subjects: [other, one] });
    expect([...swapped].reverse()).toEqual(intervals);
    for (const [index, { mean, low, high, p }] of forth.entries()) {
      const mirrored = elementAt(back, index);
      expect(mirrored).toMatchObject({ a: 'y', b: 'x', mean: -mean, p });
      expect(mirrored.low).toBeCloseTo(-high, 12);
      expect(mirrored.high).toBeCloseTo(-low, 12);
    }
  });

  it('finds no difference between equal models', () => {
    const { differences } = compareSubjects({
      ...SETTINGS,
      subjects: [subject('x', userValues()), subject('y', userValues())],
    });
    for (const difference of differences) {
      expect(difference).toMatchObject({ mean: 0, low: 0, high: 0, p: 1, p_holm: 1 });
    }
  });

  it('refuses models of different users, and of none', () => {
    const compare = (...counts: readonly number[]) =>
      compareSubjects({ ...SETTINGS, subjects: counts.map((count) => subject(String(count), Array(count).fill(0.5))) });
    expect(() => compare(3, 4)).toThrow('got 3, 4, expected one number above 0');
    expect(() => compare(0, 0)).toThrow('got 0, expected one number above 0');
  });
});
