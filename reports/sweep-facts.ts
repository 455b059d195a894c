/** What plots of a sweep are made of, and how they say it. */

import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import type { SearchParameter } from '../contracts/experiment-config.ts';
import { trialIdOf } from '../contracts/ids.ts';
import type { Objective } from '../contracts/objective.ts';
import type { TrialRecord } from '../contracts/sweep.ts';
import type { ParameterValue, TrialParams } from '../contracts/trial.ts';
import { formatTick } from '../policy/axis-ticks.ts';
import { bestTrial, isRanked, type Ranked } from '../policy/ranking.ts';
import { METRIC_TITLES } from './metric-titles.ts';
import { escapeMarkup } from './svg.ts';

export interface SweepReportInput {
  /** Name or id of the experiment. */
  readonly name: string;
  /** Of the experiment. */
  readonly status: ExperimentSnapshot['status'];
  readonly objective: Objective;
  readonly trials: readonly TrialRecord[];
  /** Dotted config key to what may be tried; may lack keys that trials have. */
  readonly space: Readonly<Record<string, SearchParameter>>;
  /** Of the forest behind the importances. */
  readonly seed: number;
}

/** A trial with a value to show: completed, or pruned with a last report. */
export type ShownTrial = Ranked<TrialRecord>;

/** Of an axis; the metrics have no unit, they lie between 0 and 1. */
export const metricTitle = ({ metric }: Objective): string => `validation ${METRIC_TITLES[metric]}`;

/** In the order of the plan. */
export const shownTrials = ({ trials }: Pick<SweepReportInput, 'trials'>): readonly ShownTrial[] =>
  trials.filter(isRanked);

/** What selection promotes. */
export const bestOf = ({ trials, objective }: Pick<SweepReportInput, 'trials' | 'objective'>): ShownTrial | null =>
  bestTrial(trials, objective.direction);

const valueText = (value: ParameterValue): string =>
  typeof value === 'number' ? formatTick(value) : typeof value === 'string' ? value : JSON.stringify(value);

export const paramsText = (params: TrialParams): string =>
  Object.entries(params)
    .map(([key, value]) => `${key} ${valueText(value)}`)
    .join(', ');

/** Markup for the little box that browsers show over a mark. */
export const hoverText = ({ index, status, value }: ShownTrial): string =>
  escapeMarkup(`${trialIdOf(index)}, ${status}, ${formatTick(value)}`);

/** At most `most` of them, spread evenly over the list, with the last of `keep` among them. */
export const sampleEvenly = <Value>(values: readonly Value[], most: number, keep: Value | null): readonly Value[] => {
  if (values.length <= most) {
    return values;
  }
  const stride = values.length / most;
  const sampled = Array.from({ length: most }, (_, index) => values[Math.floor(index * stride)] as Value);
  return keep === null || sampled.includes(keep) ? sampled : [...sampled.slice(0, -1), keep];
};

/** Empty where all are shown. */
export const omissionText = (shown: number, all: number, what: string): string =>
  shown === all ? '' : ` ${shown} of ${all} ${what} are drawn.`;
