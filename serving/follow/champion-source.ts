/** Where bundles come from, as the follower needs it. */
import type { ServedBundle } from '../http/served-bundle.ts';

/** A version of the registered model. */
export interface ServedVersion {
  readonly version: string;
  readonly runId: string;
  /** Digest of the bundle that the gate has blessed; null: none was; absent: not known. */
  readonly judgedBundle?: string | null;
}

export interface ChampionSource {
  /**
   * The version that the alias points at; null where it points at none. Throws where MLflow cannot be asked, SERVICE_UNREACHABLE
   * where it has not answered within `waitMs`, and the signal's reason.
   */
  champion(waitMs: number, signal: AbortSignal): Promise<ServedVersion | null>;
  /** Names of all registered models. Throws as `champion`. */
  modelNames(waitMs: number, signal: AbortSignal): Promise<readonly string[]>;
  /** Builds or finds the bundle of a version, verified. Throws what building throws. */
  bundleOf(version: ServedVersion): Promise<ServedBundle>;
  /** A bundle that was built before, verified. Throws MODEL_NOT_LOADING, MODEL_INCOMPATIBLE. */
  load(digest: string): Promise<ServedBundle>;
}
