/** What the dashboard shows comes in feeds: each is asked for while a place shows it, and keeps its last answer. */
import type { ExperimentView } from '../../../contracts/experiment.ts';
import type { CatalogueModel, ModelHistory } from '../../../contracts/model-catalogue.ts';
import type { OpenQuestion } from '../../../contracts/registry-owner.ts';
import type { ServicesStatus } from '../../../contracts/services.ts';
import type { ExperimentRow } from '../../inspect/experiment-rows.ts';
import type { ShownVersion } from '../../registry/version-page.ts';

/** Feed to what it brings. */
export interface FeedValues {
  readonly experiments: readonly ExperimentRow[];
  readonly experiment: ExperimentView;
  readonly models: readonly CatalogueModel[];
  readonly ledger: ModelHistory;
  /** Of a model: what its owner has asked and nobody has answered. */
  readonly question: { readonly open: OpenQuestion | null };
  /** `of` is `name/version`. */
  readonly version: ShownVersion;
  readonly services: ServicesStatus;
}

export type FeedName = keyof FeedValues;

/** A feed and of what. */
export interface FeedRequest<Name extends FeedName = FeedName> {
  readonly feed: Name;
  /** Id of the experiment, or name of the model; empty where there is one of its kind. */
  readonly of: string;
}

/** What came last. */
export interface Fed<Value> {
  /** null before the first answer. */
  readonly value: Value | null;
  readonly atMs: number;
  /** Why the last question was not answered; null: it was. */
  readonly trouble: string | null;
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
): FeedData => ({ ...data, [feedKey(request)]: { value, atMs, trouble: null } });

/** The last answer stays, with its age and why there is no newer one. */
export const withTrouble = (data: FeedData, request: FeedRequest, trouble: string, atMs: number): FeedData => {
  const before = data[feedKey(request)];
  return { ...data, [feedKey(request)]: { value: before?.value ?? null, atMs: before?.atMs ?? atMs, trouble } };
};
