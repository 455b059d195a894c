/** Users or items given online, as rows after those of a bundle. */
import type { FieldValue } from '../../contracts/serving.ts';

export interface OnlineRow {
  readonly id: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Whether the encoder has had it; until then it has neither vector nor content. */
  readonly isEncoded: boolean;
  /** Of the bundle's tower, [embedding_dim]; null while there is none, and where the tower gives none that can be used. */
  readonly vector: Float32Array | null;
  /** Of length 1 or 0; null while there is none, and where the bundle has none for this side. */
  readonly content: Float32Array | null;
  /** The vector is that of somebody who likes items, not of their fields alone. */
  readonly heedsLikes: boolean;
}

/** Of one side of one bundle, which knows none of their ids. */
export interface OnlineRows {
  /** In the order in which their ids came. */
  rows(): readonly OnlineRow[];
  /** Place in `rows`. */
  placeOf(id: string): number | undefined;
  /** Another one after every change. */
  revision(): number;
}

export const NO_ROWS: OnlineRows = { rows: () => [], placeOf: () => undefined, revision: () => 0 };
