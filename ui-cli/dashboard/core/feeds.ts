/** What the dashboard shows comes in feeds: each is asked for while a place shows it, and keeps its last answer. */

import type { ExperimentView } from '../../../contracts/experiment.ts';
import type { RecordedUsages, TimedCurves } from '../../../contracts/experiment-facts.ts';
import type { DecisionSince } from '../../../contracts/gate.ts';
import type { CatalogueModel, ModelHistory } from '../../../contracts/model-catalogue.ts';
import type { OpenQuestion } from '../../../contracts/registry-owner.ts';
import type { ResolvedConfig } from '../../../contracts/resolved-config.ts';
import type { HistoryPoint } from '../../../contracts/runs.ts';
import type { ServicesStatus } from '../../../contracts/services.ts';
import type { ExperimentRow } from '../../inspect/experiment-rows.ts';
import type { ShownVersion } from '../../registry/version-page.ts';
import type { LogTail } from './log-tail.ts';
import type { SavedViews } from './saved-views.ts';

/** Feed to what it brings. */
export interface FeedValues {
  readonly experiments: readonly ExperimentRow[];
  readonly experiment: ExperimentView;
  /** What the experiment was started with. */
  readonly config: ResolvedConfig;
  /** One metric of one run, as MLflow has it. */
  readonly curve: readonly HistoryPoint[];
  /** What all trials of an experiment had shown when. */
  readonly history: TimedCurves;
  /** What the trainings of an experiment take. */
  readonly usage: RecordedUsages;
  readonly models: readonly CatalogueModel[];
  readonly ledger: ModelHistory;
  /** Of a model: what its owner has asked and nobody has answered. */
  readonly question: { readonly open: OpenQuestion | null };
  /** What became of an experiment's candidate after its end; null: nothing else than the gate's last word. */
  readonly since: { readonly decision: DecisionSince | null };
  /** The same of all experiments that requests have named so far (see gate-column), and why some are not known. */
  readonly decisions: {
    readonly known: Readonly<Record<string, DecisionSince>>;
    /** Also of those that are not known. */
    readonly askedAtMs: Readonly<Record<string, number>>;
    readonly problem: string | null;
  };
  /** `of` is `name/version`. */
  readonly version: ShownVersion;
  readonly services: ServicesStatus;
  readonly views: SavedViews;
  /** Of a service, while it is looked at. */
  readonly log: LogTail;
}

/** Every screen has tables, and `:view` them. */
export const VIEWS_FEED = { feed: 'views', of: '' } as const;

export type FeedName = keyof FeedValues;

/** A feed and of what. */
export interface FeedRequest<Name extends FeedName = FeedName> {
  readonly feed: Name;
  /** Id of the experiment, or name of the model; empty where there is one of its kind. See also `curveRequest`. */
  readonly of: string;
  /** What the answer depends on: asked again only once this is another. Absent: asked again and again. */
  readonly version?: string;
}

/** What came last. */
export interface Fed<Value> {
  /** null before the first answer. */
  readonly value: Value | null;
  readonly atMs: number;
  /** Why the last question was not answered; null: it was. */
  readonly trouble: string | null;
  /** Of the request that brought the value. */
  readonly version?: string | undefined;
}

export type FeedData = Readonly<Record<string, Fed<unknown>>>;

export const feedKey = ({ feed, of }: FeedRequest): string => `${feed}:${of}`;

/** null before anything came. */
export const fedOf = <Name extends FeedName>(
  data: FeedData,
  request: FeedRequest<Name>,
): Fed<FeedValues[Name]> | null =>
  // Only `withFed` writes, under the key of the same feed.
  (data[feedKey(request)] as Fed<FeedValues[Name]> | undefined) ?? null;

export const withFed = <Name extends FeedName>(
  data: FeedData,
  request: FeedRequest<Name>,
  value: FeedValues[Name],
  atMs: number,
): FeedData => ({ ...data, [feedKey(request)]: { value, atMs, trouble: null, version: request.version } });

/** The last answer stays, with its age and why there is no newer one. */
export const withTrouble = (data: FeedData, request: FeedRequest, trouble: string, atMs: number): FeedData => {
  const before = data[feedKey(request)];
  const { value = null, version } = before ?? {};
  return { ...data, [feedKey(request)]: { value, atMs: before?.atMs ?? atMs, trouble, version } };
};

/** Those that are still to be asked: what has been answered for this version is not asked again. */
export const openRequests = (requests: readonly FeedRequest[], data: FeedData): readonly FeedRequest[] =>
  requests.filter((request) => {
    const fed = data[feedKey(request)];
    return request.version === undefined || fed?.version !== request.version || fed.trouble !== null;
  });

/** @param version grows with what the run has logged */
export const curveRequest = (runId: string, metric: string, version: string): FeedRequest<'curve'> => ({
  feed: 'curve',
  of: `${runId}/${metric}`,
  version,
});
