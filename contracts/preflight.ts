/** Tripwires: cheap checks before a training that nothing of the held-out parts reaches it, and that metrics are right. */
import type { SplitName } from './dataset.ts';

/** In the order in which they run: what the others build on comes first. docs/preflight.md has a section for each. */
export const TRIPWIRE_NAMES = [
  'held-out-pairs',
  'future-event',
  'encoder-fit',
  'own-order',
  'leak-feature',
  'shuffled-labels',
] as const;
export type TripwireName = (typeof TRIPWIRE_NAMES)[number];

/** What one tripwire found. It holds in a kept report; the one that fires is the error PREFLIGHT_FAILED. */
export interface TripwireRecord {
  readonly name: TripwireName;
  readonly got: string;
  readonly expected: string;
  readonly seconds: number;
}

/** All tripwires held for this dataset version. */
export interface PreflightReport {
  /** Raised when a tripwire changes: reports of other formats count as none. */
  readonly format: number;
  readonly datasetVersion: string;
  readonly relevanceThreshold: number;
  readonly tripwires: readonly TripwireRecord[];
  /** Of all tripwires together, when they ran. */
  readonly seconds: number;
  /** Found from an earlier training on this host. */
  readonly isKept: boolean;
}

/** First and last event of a part, milliseconds since 1970; negative samples left out. */
export interface PartSpan {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What a published dataset version says of time and of its encoder: nothing that training itself needs. */
export interface VersionScope {
  /** `data.split.method` */
  readonly splitMethod: string;
  /** null for a part without events. */
  readonly spans: Readonly<Record<SplitName, PartSpan | null>>;
  /** Parts of the encoder that differ from what its training rows give, such as "item genres"; empty where all agree. */
  readonly encoderDifferences: readonly string[];
}
