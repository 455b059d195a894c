/** What the routes share. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { UseCaseNouns } from '../../contracts/use-case-nouns.ts';
import type { Additions } from '../additions/open-additions.ts';
import type { EventLog } from '../events/event-log.ts';
import type { ExperimentList, ExperimentLists } from '../online/experiment-lists.ts';
import type { AnsweredBy, ServingMetrics } from './metrics.ts';
import type { BundleSource } from './served-bundle.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What answered, for the metrics. */
    engine: AnsweredBy | null;
    /** Lists of the experiment online in the answer. */
    experimentLists: ExperimentList[] | null;
  }
}

export interface ApiContext {
  readonly app: FastifyInstance;
  readonly source: BundleSource;
  /** null where the server takes none. */
  readonly events: EventLog | null;
  /** null: this server takes part in none. */
  readonly online: ExperimentLists | null;
  /** null where nothing is given online. */
  readonly additions: Additions | null;
  readonly metrics: ServingMetrics;
  /** Of the addresses: those of the first bundle, for as long as the server runs. */
  readonly nouns: UseCaseNouns;
  readonly userFields: readonly string[];
  readonly itemFields: readonly string[];
  /** False before and after the server takes requests. */
  readonly isReady: () => boolean;
  /** ISO 8601, of the wall clock. */
  readonly timestamp: () => string;
}

export const BASE = '/api/recommendations';

/** Lists change with every event: no cache between may keep one. */
export const uncached = (reply: FastifyReply): FastifyReply => reply.header('cache-control', 'no-store');
