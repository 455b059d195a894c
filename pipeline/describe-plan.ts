import type { DataPlan, DataSize } from '../contracts/data-plan.ts';
import type { ResolvedData, ResolvedSynthetic } from '../contracts/resolved-config.ts';
import { featureDim } from './encoder/encoder.ts';
import type { SideSchema } from './source.ts';
import { shapeOf } from './sources/describe-source.ts';
import { planTexts, type TextOrigin } from './text/text-plan.ts';

/** Events of one engagement and pairs with a label of 1.0 per engagement, as the generator gives them (±10 %). */
const EVENTS_PER_ENGAGEMENT = 2.25;
const POSITIVE_PAIRS_PER_ENGAGEMENT = 0.163;
const TOLERANCE = 0.1;

/** Of MiniLM and of the hashed encoder alike. */
const ENCODER_DIM = 384;

const sizeOf = ({ users, startups, interactions }: ResolvedSynthetic, data: ResolvedData): DataSize => {
  const perEngagement = EVENTS_PER_ENGAGEMENT + POSITIVE_PAIRS_PER_ENGAGEMENT * data.negative_samples;
  return {
    users,
    items: startups,
    engagements: interactions,
    samples: {
      low: Math.floor(interactions * perEngagement * (1 - TOLERANCE)),
      high: Math.ceil(interactions * perEngagement * (1 + TOLERANCE)),
    },
  };
};

const dimOf = (side: SideSchema, origin: TextOrigin, choice: string): number | null => {
  if (origin === 'encoder') {
    return ['auto', 'minilm', 'hashed'].includes(choice) ? featureDim(ENCODER_DIM, side.fields) : null;
  }
  return featureDim(origin === 'source' ? (side.embeddingDim ?? 0) : 0, side.fields);
};

export const describePlan = (data: ResolvedData): DataPlan => {
  const { source, text_encoder: choice } = data;
  const { schema } = shapeOf(source);
  const origins = planTexts(schema, choice);
  return {
    source: source.type,
    // Only events count one by one; a pair may hold any number of them.
    size: source.type === 'synthetic' && data.unit === 'event' ? sizeOf(source, data) : null,
    featureDims: {
      user: dimOf(schema.user, origins.user, choice),
      item: dimOf(schema.item, origins.item, choice),
    },
  };
};
