/** What MLflow says of a registered model at this moment. */
import type { Aliases } from '../../contracts/registry-owner.ts';

export interface Unloadable {
  readonly version: string;
  /** A clause. */
  readonly reason: string;
}

export interface Observed {
  /** As they are, also those whose version was deleted: MLflow leaves them. */
  readonly aliases: Aliases;
  /** Versions that exist: at least those among the aliases, the ledger's and the request's. */
  readonly versions: readonly string[];
  /** Records up to this one are carried out: the aliases were moved after them. 0: none. */
  readonly carriedOut: number;
  /** A version whose files were looked for, and why it cannot be loaded; null or absent: none is known. */
  readonly unloadable?: Unloadable | null;
  /** Record that says already what the request asks to record, on the same evidence; null or absent: there is none. */
  readonly recorded?: number | null;
}

/** null for a version that was deleted. */
export const existing = ({ versions }: Observed, version: string | null): string | null =>
  version !== null && versions.includes(version) ? version : null;
