import { describe, expect, it } from 'vitest';
import type { OnlineExperiment, UserObservation } from '../../../../contracts/online-experiment.ts';
import { DEFAULT_ONLINE_SETTINGS, type OnlineSettings } from '../../../../contracts/online-report.ts';
import { type OnlineEvidence, summariseOnline } from '../../../../policy/online/summarise-online.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const DAY_MS = 86_400_000;

const EXPERIMENT: OnlineExperiment = {
  ...{ format: 1, id: 'exp', model: 'movies', mode: 'split', share: 0.5, attribution_hours: 24 },
  champion: { version: '3', run_id: 'a' },
  challenger: { version: '4', run_id: 'b' },
  started_at: '2026-11-01T00:00:00Z',
};

const userOf = (index: number, changed: Partial<UserObservation> = {}): UserObservation => ({
  ...{ user_id: `u${index}`, arm: 'champion', first_at_ms: START + index * 1000, lists: 1, precision_at_10: 0 },
  ...{ interactions: {}, credit: { champion: 0, challenger: 0 } },
  ...changed,
});

/** Alternating arms; precisions by arm, the same for every user of it. */
const splitUsers = (count: number, champion: number, challenger: number): readonly UserObservation[] =>
  Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? userOf(index, { arm: 'champion', precision_at_10: champion })
      : userOf(index, { arm: 'challenger', precision_at_10: challenger }),
  );

const draftedUsers = (credits: readonly (readonly [champion: number, challenger: number])[]) =>
  credits.map(([champion, challenger], index) =>
    userOf(index, {
      ...{ arm: null, credit: { champion, challenger } },
      first_pick: index % 2 === 0 ? 'champion' : 'challenger',
    }),
  );

const summarise = (
  closed: readonly UserObservation[],
  {
    days = 3,
    open = [],
    settings = {},
    ...experiment
  }: Partial<OnlineExperiment> & {
    days?: number;
    open?: OnlineEvidence['open'];
    settings?: Partial<OnlineSettings>;
  } = {},
) =>
  summariseOnline({
    experiment: { ...EXPERIMENT, ...experiment },
    settings: { ...DEFAULT_ONLINE_SETTINGS, ...settings },
    ...{ closed, open, nowMs: START + days * DAY_MS },
  });

describe('policy/online/summarise-online', () => {
  it.each([0.0001, 0.9999, 1])('has numbers alone at the edges of a share: %s', (share) => {
    for (const users of [
      splitUsers(150, 0.1, 0.3),
      splitUsers(150, 0.1, 0.3).filter(({ arm }) => arm === 'challenger'),
      splitUsers(150, 0.1, 0.3).filter(({ arm }) => arm === 'champion'),
      [],
    ]) {
      const report = summarise(users, { share });
      // JSON has no other numbers: they become null.
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      expect(report.sample_ratio?.is_broken).toBe(
        users.some(({ arm }) => arm === (share > 0.5 ? 'champion' : 'challenger')),
      );
    }
  });

  it('promotes a challenger whose interval lies above 0, and clears one whose lies below', () => {
    const better = summarise(splitUsers(400, 0.1, 0.6));
    expect(better).toMatchObject({ decision: 'promote', users: 400, comparison: { measure: 'precision_at_10' } });
    expect(better.comparison?.estimate.mean).toBeCloseTo(0.5, 12);
    expect(better.comparison?.p_value).toBeLessThan(0.05);
    expect(better.comparison?.further_users).toBe(0);
    expect(better.reason).toMatch(
      /^The challenger is better: the 95 % interval of the difference to the champion, 0\.\d+ to 0\.\d+, lies above 0\.$/,
    );
    const worse = summarise(splitUsers(400, 0.6, 0.1));
    expect(worse.decision).toBe('clear');
    expect(worse.reason).toMatch(/^The challenger is worse: .* lies below 0\.$/);
  });

  it('asks for a smallest gain where one is set, and clears what is shown to be below it', () => {
    const users = splitUsers(400, 0.1, 0.6);
    expect(summarise(users, { settings: { min_effect: 0.3 } }).decision).toBe('promote');
    expect(summarise(users, { settings: { min_effect: 0.5 } }).decision).toBe('continue');
    expect(summarise(users, { settings: { min_effect: 0.9 } })).toMatchObject({
      decision: 'clear',
      reason: expect.stringMatching(/^The challenger is not better by 0\.9: /),
    });
  });

  it('continues without a difference until the planned end, and then clears', () => {
    const users = splitUsers(400, 0.2, 0.2);
    const running = summarise(users, { days: 13.9 });
    expect(running).toMatchObject({ decision: 'continue', reason: expect.stringContaining('contains 0.') });
    expect(summarise(users, { days: 14 })).toMatchObject({
      decision: 'clear',
      reason: expect.stringMatching(/^No better was shown by the planned end after 14 days: /),
    });
  });

  it('concludes nothing from fewer users than asked for', () => {
    const users = splitUsers(400, 0, 1);
    const settings = { minimum_users: 401 };
    expect(summarise(users, { settings })).toMatchObject({
      decision: 'continue',
      reason: 'Too few users yet: 400 of at least 401 users were observed in full.',
    });
    expect(summarise(users, { settings, days: 20 }).decision).toBe('clear');
    expect(summarise(users, { settings: { minimum_users: 400 } }).decision).toBe('promote');
  });

  it('compares nothing while an arm has no user', () => {
    const users = splitUsers(40, 0, 1).filter(({ arm }) => arm === 'champion');
    const settings = { minimum_users: 1 };
    const report = summarise(users, { share: 0.01, settings });
    expect(report).toMatchObject({ comparison: null, decision: 'continue', reason: 'Nothing can be compared yet.' });
    expect(report.groups.map(({ arm, users: count }) => [arm, count])).toEqual([['champion', 20]]);
    expect(summarise([], { days: 20, settings: { minimum_users: 0 } }).decision).toBe('clear');
  });

  it('stops where users were not divided as planned, whatever else was seen, open users counted as well', () => {
    const users = splitUsers(400, 0, 1);
    const open = Array.from({ length: 200 }, () => ({ arm: 'champion' }) as const);
    expect(summarise(users, { open })).toMatchObject({
      ...{ decision: 'invalid', open_users: 200, users: 400 },
      sample_ratio: { expected_share: 0.5, users: 600, challenger_users: 200, is_broken: true },
      reason: expect.stringMatching(
        /^Users were not divided as planned: 200 of 600 for the challenger, expected 50 % \(p < 0\.0001 < 0\.01\)\./,
      ),
    });
    expect(summarise(users, { share: 0.2 }).decision).toBe('invalid');
  });

  it('asks drafted lists for the preference of the users who have one', () => {
    const credits = Array.from({ length: 300 }, (_, index): readonly [number, number] =>
      index % 3 === 0 ? [0, 0] : index % 3 === 1 ? [0, 2] : [1, 3],
    );
    const report = summarise(draftedUsers(credits), { mode: 'interleave', share: 0.2 });
    // 100 users with 1, 100 with (3 - 1) / 4.
    expect(report.comparison).toMatchObject({ measure: 'preference', users: 200, undecided_users: 100 });
    expect(report.comparison?.estimate.mean).toBeCloseTo(0.75, 12);
    expect(report).toMatchObject({ decision: 'promote', sample_ratio: { expected_share: 0.5, challenger_users: 150 } });
    expect(report.groups.map(({ arm }) => arm)).toEqual([null]);
  });

  it('counts users without a preference among those who are still needed', () => {
    const credits = Array.from({ length: 400 }, (_, index): readonly [number, number] =>
      index % 2 === 0 ? [0, 0] : (index * 7) % 40 < 22 ? [0, 1] : [1, 0],
    );
    const decidedOnly = credits.filter(([champion, challenger]) => champion + challenger > 0);
    const all = summarise(draftedUsers(credits), { mode: 'interleave' }).comparison?.further_users ?? Number.NaN;
    const alone = summarise(draftedUsers(decidedOnly), { mode: 'interleave' }).comparison?.further_users ?? Number.NaN;
    expect(alone).toBeGreaterThan(0);
    expect(all).toBe(2 * alone);
  });

  it('never promotes from a shadow: tells how far the lists agree, and clears at the planned end', () => {
    const users = Array.from({ length: 200 }, (_, index) =>
      userOf(index, { overlap_at_10: index % 2 === 0 ? 0.4 : 0.6 }),
    );
    const report = summarise(users, { mode: 'shadow' });
    expect(report).toMatchObject({ decision: 'continue', comparison: null, sample_ratio: null });
    expect(report.overlap_at_10?.mean).toBeCloseTo(0.5, 12);
    expect(report.overlap_at_10?.low).toBeGreaterThan(0.4);
    expect(summarise(users, { mode: 'shadow', days: 14 })).toMatchObject({
      decision: 'clear',
      reason: expect.stringMatching(/^The shadow reached the planned end after 14 days\. Nobody saw its lists/),
    });
  });

  it("has each arm's precision and interactions by type, and says which intervals hold at every look", () => {
    const users = splitUsers(40, 0.1, 0.3).map((user, index) =>
      index % 4 === 1 ? { ...user, interactions: { watch: 3, like: 1 } } : user,
    );
    const [champion, challenger] = summarise(users).groups;
    expect(champion).toMatchObject({ arm: 'champion', users: 20, lists: 20, interactions: {} });
    expect(challenger?.precision_at_10).toMatchObject({ mean: expect.closeTo(0.3, 12), is_anytime_valid: true });
    // Every second user of the challenger.
    expect(Object.keys(challenger?.interactions ?? {})).toEqual(['like', 'watch']);
    const { users: reached, per_user: perUser } = challenger?.interactions.watch ?? {};
    expect(reached).toMatchObject({ mean: 0.5, is_anytime_valid: true });
    // Standard deviation of 3 and 0 in turn: 1.5 * sqrt(20 / 19); over sqrt(20), times 1.96: 0.6745.
    expect(perUser).toMatchObject({
      ...{ mean: 1.5, is_anytime_valid: false },
      ...{ low: expect.closeTo(1.5 - 0.6745, 3), high: expect.closeTo(1.5 + 0.6745, 3) },
    });
  });

  it('is the same whatever order its users come in', () => {
    const users = splitUsers(120, 0.1, 0.4).map((user, index) => ({
      ...user,
      first_at_ms: START + Math.floor(index / 7),
      precision_at_10: (index * 37) % 11 === 0 ? 1 : user.precision_at_10,
    }));
    expect(summarise(users.toReversed())).toEqual(summarise(users));
  });
});
