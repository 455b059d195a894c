/** What the server answers from, as whoever follows the champion provides it. */
import type { Recommender } from '../../contracts/recommendation.ts';
import type { Side } from '../../contracts/row-encoding.ts';
import type { UseCaseNouns } from '../../contracts/use-case-nouns.ts';
import type { BundleAdditions } from '../additions/bundle-additions.ts';
import type { SideShape } from '../additions/feature-schema.ts';

export interface ServedBundle {
  readonly digest: string;
  readonly model: string | null;
  readonly modelVersion: string | null;
  /** Run that trained the model; null for one that came from a folder. */
  readonly runId: string | null;
  readonly nouns: UseCaseNouns;
  /** Names of the fields that may be filtered by. */
  readonly userFields: readonly string[];
  readonly itemFields: readonly string[];
  /** Types of interaction that the labels of the data have; empty where nobody knows them. */
  readonly eventTypes: readonly string[];
  readonly users: number;
  readonly items: number;
  readonly search: 'exact' | 'index';
  readonly recommender: Recommender;
  /** What may be said of users and items that come later. */
  readonly takes: Readonly<Record<Side, SideShape>>;
  readonly hasTrained: (side: Side, id: string) => boolean;
  /** What was given online, encoded for this bundle; null where nothing is taken. */
  readonly additions: BundleAdditions | null;
}

/** Nothing is encoded any more for a bundle that nobody will ask. Requests that have it end as they began. */
export const releaseBundle = ({ additions }: ServedBundle): void => additions?.release();

export interface BundleSource {
  /** One pointer: a request takes it once, so that nothing of another bundle is in its answer. */
  current(): ServedBundle;
  /** What is not as it should be, in words, while `current` answers; empty while all is well. */
  problems(): readonly string[];
  /** Version whose bundle is being built or looked for, to take over; null while there is none. */
  building(): string | null;
}
