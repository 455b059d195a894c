/** What the users of an experiment online have shown so far. */
import type { OnlineExperiment, UserObservation } from '../../contracts/online-experiment.ts';
import type { OnlineReport, OnlineSettings } from '../../contracts/online-report.ts';
import { compareArms } from './compare-arms.ts';
import { decideOnline } from './decide-online.ts';
import { divideUsers } from './divided-users.ts';
import { shareEstimate } from './estimates.ts';
import { groupUsers } from './group-users.ts';
import { sampleRatio } from './sample-ratio.ts';

export interface OnlineEvidence {
  readonly experiment: OnlineExperiment;
  readonly settings: OnlineSettings;
  /** Users whose time of observation is over, in any order. */
  readonly closed: readonly UserObservation[];
  /** Users who are still observed: they count for the sample ratio alone. */
  readonly open: readonly Pick<UserObservation, 'arm' | 'first_pick'>[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;

/** All are observed equally long, so that they close in the order in which they began. */
const inClosingOrder = (users: readonly UserObservation[]): readonly UserObservation[] =>
  users.toSorted((a, b) => a.first_at_ms - b.first_at_ms || (a.user_id < b.user_id ? -1 : 1));

/** A function of its arguments alone. May be asked as often as one likes: its decision keeps its level over all looks. */
export const summariseOnline = ({ experiment, settings, closed, open, nowMs }: OnlineEvidence): OnlineReport => {
  const { id, mode, started_at: startedAt } = experiment;
  const { confidence } = settings;
  const users = inClosingOrder(closed);
  const divided = divideUsers(experiment, [...users, ...open]);
  const overlaps = users.flatMap(({ overlap_at_10: overlap }) => overlap ?? []);
  const evidence = {
    ...({ format: 1, experiment_id: id, mode, at: new Date(nowMs).toISOString(), settings } as const),
    days: (nowMs - Date.parse(startedAt)) / DAY_MS,
    users: users.length,
    open_users: open.length,
    groups: groupUsers(users, confidence),
    comparison: compareArms(users, experiment, settings),
    sample_ratio: divided === null ? null : sampleRatio(divided),
    overlap_at_10: overlaps.length === 0 ? null : shareEstimate(overlaps, confidence),
  };
  return { ...evidence, ...decideOnline(evidence) };
};
