/** Experiments online as tests need them, and what was written down of their lists. */
import { readFile } from 'node:fs/promises';
import type { Impression, OnlineExperiment } from '../../contracts/online-experiment.ts';
import { DEFAULT_ONLINE_SETTINGS, type OnlineDecision } from '../../contracts/online-report.ts';
import type { MeasuredOnline } from '../../contracts/online-steps.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { assignArm } from '../../policy/online/assign-arm.ts';

export const onlineExperiment = (change: Partial<OnlineExperiment> = {}): OnlineExperiment => ({
  ...{ format: 1, id: 'ab-1', model: 'two-tower', mode: 'split', share: 0.5 },
  champion: { version: '3', run_id: 'run' },
  challenger: { version: '4', run_id: 'run 4' },
  ...{ started_at: '2026-01-01T00:00:00.000Z', attribution_hours: 24 },
  ...change,
});

/** The first of u0, u1, … whom the experiment gives this arm. */
export const userOf = (arm: 'champion' | 'challenger', { id, share }: OnlineExperiment, from = 0): string => {
  for (let number = from; ; number += 1) {
    const userId = `u${number}`;
    if (assignArm({ experimentId: id, userId, share }).arm === arm) {
      return userId;
    }
  }
};

/** Whole lines; none where there is no file. */
export const readImpressions = async (file: string): Promise<readonly Impression[]> => {
  try {
    const text = await readFile(file, 'utf8');
    return text.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)));
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return [];
    }
    throw error;
  }
};

export const impressionOf = (request_id: string, user_id: string, change: Partial<Impression> = {}): Impression => ({
  ...{ format: 1, request_id, at: '2026-01-01T00:00:00.000Z', experiment_id: 'ab-1', user_id },
  ...{ arm: 'champion', propensity: 0.5, bundles: { champion: 'aa' } },
  items: [{ item_id: 'i1', position: 0, arm: 'champion' }],
  ...change,
});

/** Of 200 users, whatever the decision. */
export const measuredOnline = ({ id, mode }: OnlineExperiment, decision: OnlineDecision): MeasuredOnline => ({
  report: {
    ...{ format: 1, experiment_id: id, mode, at: '2026-01-02T00:00:00.000Z', settings: DEFAULT_ONLINE_SETTINGS },
    ...{ days: 1, users: 200, open_users: 3, groups: [], sample_ratio: null, overlap_at_10: null },
    comparison: {
      ...{ measure: 'precision_at_10', users: 200, undecided_users: 0, p_value: 0.01, further_users: null },
      estimate: { mean: 0.02, low: 0.01, high: 0.03, is_anytime_valid: true },
    },
    ...{ decision, reason: `It is ${decision}.` },
  },
  losses: { lost_impressions: 0, damaged_impressions: 0, damaged_events: 0, early_events: 0, voided: null },
});
