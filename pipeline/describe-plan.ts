import type { ResolvedData } from '../contracts/resolved-config.ts';
import { featureDims } from './encoder/encoder.ts';
import { sourceOf } from './stages/extract.ts';

/** What a dataset version will roughly hold, said without building it. */
export interface DataPlan {
  readonly source: string;
  readonly users: number;
  readonly items: number;
  readonly engagements: number;
  readonly samples: { readonly low: number; readonly high: number };
  readonly featureDims: { readonly user: number; readonly item: number };
  /** One line for people. */
  readonly text: string;
}

/** Events of one engagement and pairs with a label of 1.0 per engagement, as the generator gives them (±10 %). */
const EVENTS_PER_ENGAGEMENT = 2.25;
const POSITIVE_PAIRS_PER_ENGAGEMENT = 0.163;
const TOLERANCE = 0.1;

export const describePlan = (data: ResolvedData): DataPlan => {
  const { users, startups, interactions } = data.source;
  const perEngagement = EVENTS_PER_ENGAGEMENT + POSITIVE_PAIRS_PER_ENGAGEMENT * data.negative_samples;
  const low = Math.floor(interactions * perEngagement * (1 - TOLERANCE));
  const high = Math.ceil(interactions * perEngagement * (1 + TOLERANCE));
  const source = sourceOf(data);
  const dims = featureDims(source.schema);
  return {
    source: source.kind,
    users,
    items: startups,
    engagements: interactions,
    samples: { low, high },
    featureDims: dims,
    text:
      `${source.kind} source: ${users} users, ${startups} items, ${interactions} engagements, ` +
      `about ${low} to ${high} samples, features ${dims.user} and ${dims.item} wide`,
  };
};
