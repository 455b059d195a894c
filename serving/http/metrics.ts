/** /metrics, for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ARMS, type Arm } from '../../contracts/online-experiment.ts';
import type { Side } from '../../contracts/row-encoding.ts';
import { ENGINE_NAMES, type EngineName } from '../../contracts/serving.ts';
import type { Additions } from '../additions/open-additions.ts';
import type { EventLog } from '../events/event-log.ts';
import type { ExperimentLists } from '../online/experiment-lists.ts';
import { type AdditionOutcome, createAdditionMetrics } from './addition-metrics.ts';
import { degraded } from './degraded.ts';
import type { BundleSource, ServedBundle } from './served-bundle.ts';

/** Seconds: the bars of the benchmark lie within. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.04, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Of an answer whose lists several engines made. */
export type AnsweredBy = EngineName | 'mixed';

export interface AnsweredRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly engine: AnsweredBy | null;
  readonly seconds: number;
}

export interface ServingMetrics {
  answered(request: AnsweredRequest): void;
  /** A list that was sent. @param itemIds in it: none in a list of users. @param isFallback another engine should have answered */
  listed(bundle: ServedBundle, engine: EngineName, isFallback: boolean, itemIds: readonly string[]): void;
  /** A list of the experiment online. @param arm null where both made it */
  experimented(arm: Arm | null): void;
  recorded(result: 'accepted' | 'duplicate' | 'refused' | 'erased', count: number): void;
  /** A user or an item given online. */
  added(side: Side, result: AdditionOutcome): void;
  /** A list that was asked for: whether the answer was known. */
  looked(isHit: boolean): void;
  swapped(): void;
  readonly contentType: string;
  text(): Promise<string>;
}

export interface MetricsOptions {
  readonly source: BundleSource;
  /** null where the server takes none: there are no metrics of them then. */
  readonly events: EventLog | null;
  /** null: there are no metrics of experiments then. */
  readonly online: ExperimentLists | null;
  /** null where nothing is given online: there are no metrics of it then. */
  readonly additions: Additions | null;
  readonly isReady: () => boolean;
}

export const createMetrics = ({ source, events, online, additions, isReady }: MetricsOptions): ServingMetrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const latency = new Histogram({
    name: 'tt_exp_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status', 'engine'],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const lists = new Counter({
    name: 'tt_exp_lists_total',
    help: 'Lists sent, by the engine that made them.',
    labelNames: ['engine'],
    registers,
  });
  const fallbacks = new Counter({
    name: 'tt_exp_fallbacks_total',
    help: 'Lists that another engine should have made, by the engine that made them.',
    labelNames: ['engine'],
    registers,
  });
  for (const engine of ENGINE_NAMES) {
    lists.inc({ engine }, 0);
    fallbacks.inc({ engine }, 0);
  }
  const looks = new Counter({
    name: 'tt_exp_cache_total',
    help: 'Lists for a user by whether the answer was known already.',
    labelNames: ['result'],
    registers,
  });
  const recorded = new Counter({
    name: 'tt_exp_events_total',
    help: 'Events by what became of them; refused: of bodies that could be read.',
    labelNames: ['result'],
    registers,
  });
  const experimented = new Counter({
    name: 'tt_exp_experiment_lists_total',
    help: 'Lists of an experiment online, by who made them.',
    labelNames: ['arm'],
    registers,
  });
  for (const arm of [...ARMS, 'both']) {
    experimented.inc({ arm }, 0);
  }
  const swaps = new Counter({ name: 'tt_exp_bundle_swaps_total', help: 'Bundles that took over.', registers });

  /** Items listed since the bundle took over. */
  let listed = { digest: '', items: new Set<string>() };
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(value());
      },
    });
  };
  gauge('tt_exp_ready', '1 while /readyz says so.', () => (isReady() ? 1 : 0));
  gauge('tt_exp_problems', 'What /readyz names as degraded.', () => degraded({ source, events, additions }).length);
  gauge('tt_exp_items', 'Items of the bundle.', () => source.current().items);
  gauge('tt_exp_items_listed', 'Items of the bundle that were in a list since it took over.', () =>
    listed.digest === source.current().digest ? listed.items.size : 0,
  );
  if (events !== null) {
    gauge('tt_exp_online_events', 'Events in the overlay.', () => events.status().events);
    gauge('tt_exp_events_writable', '0 while events are refused or not seen.', () =>
      events.status().problem === null ? 1 : 0,
    );
    gauge(
      'tt_exp_event_lines_damaged',
      'Lines of the event log that are no events.',
      () => events.status().damagedLines,
    );
  }
  if (online !== null) {
    gauge('tt_exp_impressions_writable', '0 while impressions of an experiment online are not written.', () =>
      online.isWritable() ? 1 : 0,
    );
    gauge('tt_exp_impressions_lost', 'Impressions that could not be written since the start.', () => online.lost());
  }
  const added = additions === null ? () => undefined : createAdditionMetrics(registers, source, additions);
  new Gauge({
    name: 'tt_exp_bundle_info',
    help: 'What answers; always 1.',
    labelNames: ['bundle', 'model', 'model_version', 'search'],
    registers,
    collect() {
      const { digest, model, modelVersion, search } = source.current();
      this.reset();
      this.set({ bundle: digest, model: model ?? '', model_version: modelVersion ?? '', search }, 1);
    },
  });
  return {
    answered: ({ method, route, status, engine, seconds }) =>
      latency.observe({ method, route, status, engine: engine ?? '' }, seconds),
    listed: (bundle, engine, isFallback, itemIds) => {
      lists.inc({ engine });
      if (isFallback) {
        fallbacks.inc({ engine });
      }
      // A challenger's list is none of the bundle that the gauges are about.
      if (bundle.digest !== source.current().digest) {
        return;
      }
      if (listed.digest !== bundle.digest) {
        listed = { digest: bundle.digest, items: new Set() };
      }
      for (const id of itemIds) {
        if (bundle.hasTrained('item', id)) {
          listed.items.add(id);
        }
      }
    },
    experimented: (arm) => experimented.inc({ arm: arm ?? 'both' }),
    recorded: (result, count) => recorded.inc({ result }, count),
    added,
    looked: (isHit) => looks.inc({ result: isHit ? 'hit' : 'miss' }),
    swapped: () => swaps.inc(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
};
