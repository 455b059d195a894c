import { describe, expect, it } from 'vitest';
import type { AskedLook, Look } from '../../../../contracts/test-part-looks.ts';
import { lookShare, shelfLife, takeLook } from '../../../../policy/gate/alpha-ledger.ts';

const day = (number: number): string => new Date(Date.UTC(2026, 0, number)).toISOString();
const ask = (key: string, startsAt: string, endsAt: string, confidence = 0.95): AskedLook => ({
  key,
  at: day(200),
  stated_confidence: confidence,
  dataset_version: `ds-${key}`,
  starts_at: startsAt,
  ends_at: endsAt,
  rows_digest: key,
  users: 350,
});
const look = (earlier: readonly Look[], asked: AskedLook): readonly Look[] => [...earlier, takeLook(earlier, asked)];

describe('policy/gate/alpha-ledger', () => {
  it('the first look has the full level, the later ones share as much again', () => {
    // Half of 5 % for one side of the first interval. 1 + 1/2 + … + 1/51 = 4.518813.
    expect(lookShare(0.95, 1)).toBeCloseTo(0.025, 12);
    expect(lookShare(0.95, 2)).toBeCloseTo(0.025 / 4.518813, 8);
    expect(lookShare(0.95, 52)).toBeCloseTo(0.025 / 4.518813 / 51, 8);
    expect(lookShare(0.95, 53)).toBe(0);
    expect(shelfLife(0.95)).toBe(52);
  });

  it('a stricter level has as many looks as its shares can be resolved for', () => {
    // A share of at least 2e-5, 5 of 250,000 resamples: with 0.0005 in all, H(8) * 8 = 21.7 <= 25 < 25.5 = H(9) * 9.
    expect(shelfLife(0.999)).toBe(9);
    expect(lookShare(0.999, 9)).toBeGreaterThanOrEqual(2e-5);
    // A level that no look after the first can have.
    expect(shelfLife(0.99999)).toBe(1);
  });

  it('a year of weekly looks at one test part spends the level and no more', () => {
    let looks: readonly Look[] = [];
    for (let week = 1; week <= 53; week += 1) {
      looks = look(looks, ask(`week ${week}`, day(1), day(30)));
    }
    expect(looks[0]).toMatchObject({ looks: 1, confidence: 0.95, is_used_up: false, shelf_life: 52 });
    expect(looks[1]?.confidence).toBeCloseTo(1 - (2 * 0.025) / 4.518813, 8);
    expect(looks[51]).toMatchObject({ looks: 52, is_used_up: false });
    expect(looks[51]?.alpha_spent).toBeCloseTo(0.05, 12);
    expect(looks[52]).toMatchObject({ looks: 53, is_used_up: true, spent: 0, alpha_spent: looks[51]?.alpha_spent });
    expect(looks[52]?.confidence).toBeCloseTo(looks[51]?.confidence ?? 0, 12);
  });

  it('the same question again is the same look', () => {
    const first = look([], ask('a', day(1), day(30)));
    const [, again] = look(first, { ...ask('a', day(1), day(30)), at: day(300) });
    expect(again).toBe(first[0]);
  });

  it('a window that begins after all windows before is fresh; one that begins with the end of one is not', () => {
    const first = look([], ask('a', day(1), day(30)));
    expect(takeLook(first, ask('b', day(31), day(60)))).toMatchObject({ looks: 1, confidence: 0.95 });
    expect(takeLook(first, ask('b', day(30), day(60)))).toMatchObject({ looks: 2, is_used_up: false });
  });

  it('an earlier window counts with every test part that may share its rows', () => {
    let looks = look([], ask('january', day(1), day(30)));
    looks = look(looks, ask('january again', day(1), day(30)));
    looks = look(looks, ask('february', day(31), day(60)));
    // January had two looks, February one: the third one of January's users.
    looks = look(looks, ask('both', day(10), day(50)));
    expect(looks[3]).toMatchObject({ looks: 3 });
    const spent = 0.025 + lookShare(0.95, 2) + lookShare(0.95, 3);
    expect(looks[3]?.alpha_spent).toBeCloseTo(spent, 12);
    // From then on they are one test part, that ends when February does.
    expect(takeLook(looks, ask('february again', day(31), day(60)))).toMatchObject({ looks: 4 });
    expect(takeLook(looks, ask('march', day(61), day(90)))).toMatchObject({ looks: 1 });
  });

  it('nothing is spent beyond the level that is stated now', () => {
    // The first look at 95 % has spent 2.5 %: more than 99 % allows in all.
    const first = look([], ask('a', day(1), day(30)));
    expect(takeLook(first, ask('b', day(1), day(30), 0.99))).toMatchObject({ is_used_up: true, spent: 0 });
    expect(takeLook(first, ask('b', day(1), day(30), 0.9)).is_used_up).toBe(false);
  });
});
