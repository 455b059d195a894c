/** How often an experiment online is looked at, and when it is given up. */
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { OnlineSettings } from '../../contracts/online-report.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Looks while one user is observed: more would find hardly anybody new. */
const LOOKS_PER_USER = 100;
const LEAST_MS = 1_000;
const MOST_MS = 600_000;

type Planned = Pick<OnlineExperiment, 'attribution_hours' | 'started_at'>;

export const lookIntervalMs = ({ attribution_hours: hours }: Planned): number =>
  Math.min(MOST_MS, Math.max(LEAST_MS, Math.round((hours * HOUR_MS) / LOOKS_PER_USER)));

/** A day after the last user whom it waits for. */
export const tooLateMs = (
  { started_at, attribution_hours: hours }: Planned,
  { max_days: days }: Pick<OnlineSettings, 'max_days'>,
): number => Date.parse(started_at) + days * DAY_MS + hours * HOUR_MS + DAY_MS;
