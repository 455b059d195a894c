import { describe, expect, it } from 'vitest';
import type { OnlineReport } from '../../../../contracts/online-report.ts';
import { describeOnline } from '../../../../policy/online/describe-online.ts';

const EXPERIMENT = {
  model: 'movies',
  champion: { version: '3', run_id: 'a' },
  challenger: { version: '4', run_id: 'b' },
} as const;

const estimate = (mean: number, low: number, high: number, isAnytime = true) => ({
  ...{ mean, low, high },
  is_anytime_valid: isAnytime,
});

const SPLIT: OnlineReport = {
  ...{ format: 1, experiment_id: 'exp', mode: 'split', at: '2026-11-30T12:00:00.000Z', days: 3.5 },
  settings: { confidence: 0.95, minimum_users: 100, max_days: 14, min_effect: 0 },
  ...{ users: 351, open_users: 20 },
  groups: [
    {
      ...{ arm: 'champion', users: 1, lists: 1 },
      precision_at_10: estimate(0.1, 0, 0.975),
      interactions: {},
    },
    {
      ...{ arm: 'challenger', users: 350, lists: 700 },
      precision_at_10: estimate(0.12, 0.1, 0.15),
      interactions: { watch: { users: estimate(0.2, 0.1, 0.3), per_user: estimate(0.5, 0.25, 0.75, false) } },
    },
  ],
  comparison: {
    ...{ measure: 'precision_at_10', users: 351, undecided_users: 0, p_value: 0.31, further_users: 640 },
    estimate: estimate(0.02, -0.01, 0.05),
  },
  sample_ratio: { expected_share: 0.5, users: 351, challenger_users: 350, p_value: 0.000001, is_broken: true },
  overlap_at_10: null,
  ...{ decision: 'continue', reason: 'Nothing is shown.' },
};

describe('policy/online/describe-online', () => {
  it('tells a split: its arms, their difference and what would show it, the sample ratio, the decision', () => {
    expect(describeOnline(SPLIT, EXPERIMENT)).toEqual([
      'Experiment exp: movies version 4 against champion version 3, split',
      'Day 3 of 14: 351 users observed in full, 20 still open',
      'Champion: 1 user, 1 list, online precision@10 0.1000 (0.0000 to 0.9750)',
      'Challenger: 350 users, 700 lists, online precision@10 0.1200 (0.1000 to 0.1500)',
      '  watch: share of users 0.2000 (0.1000 to 0.3000), per user 0.5000 (0.2500 to 0.7500, for one look)',
      'Difference in online precision@10: +0.0200 (95 % interval -0.0100 to +0.0500, valid at every look; p 0.3100); about 640 further users to decide, if this is the truth',
      "Sample ratio: the challenger's users 350 of 351, expected 50 % (p < 0.0001): broken",
      'Decision: continue. Nothing is shown.',
    ]);
  });

  it('tells an interleaving: the preference, over whom, and that nothing is missing once it is decided', () => {
    const lines = describeOnline(
      {
        ...SPLIT,
        ...{ mode: 'interleave', groups: [], decision: 'promote', reason: 'It is better.' },
        comparison: {
          ...{ measure: 'preference', users: 200, undecided_users: 150, p_value: 0.004, further_users: 0 },
          estimate: estimate(0.2, 0.05, 0.35),
        },
        sample_ratio: { expected_share: 0.5, users: 350, challenger_users: 170, p_value: 1, is_broken: false },
      },
      EXPERIMENT,
    );
    expect(lines.slice(2)).toEqual([
      'Preference: +0.2000 (95 % interval +0.0500 to +0.3500, valid at every look; p 0.0040) over 200 users, 150 more met nothing listed',
      'Sample ratio: first picks by the challenger 170 of 350, expected 50 % (p 1.0000): as planned',
      'Decision: promote. It is better.',
    ]);
  });

  it('says where no number of users would decide', () => {
    const { comparison } = SPLIT;
    const report = { ...SPLIT, comparison: comparison && { ...comparison, further_users: null } };
    expect(describeOnline(report, EXPERIMENT)).toContainEqual(
      expect.stringMatching(/p 0\.3100\); too alike for any number of users to decide$/),
    );
  });

  it('tells a shadow by how far the lists agree', () => {
    const shadow: OnlineReport = {
      ...SPLIT,
      ...{ mode: 'shadow', groups: [], comparison: null, sample_ratio: null },
      overlap_at_10: estimate(0.6, 0.55, 0.65),
    };
    expect(describeOnline(shadow, EXPERIMENT).slice(2)).toEqual([
      "Overlap@10 with the challenger's lists: 0.6000 (0.5500 to 0.6500)",
      'Decision: continue. Nothing is shown.',
    ]);
  });
});
