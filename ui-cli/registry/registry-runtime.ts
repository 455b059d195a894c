import type {
  CatalogueModel,
  ForeseenMove,
  ModelHistory,
  ModelVerification,
  PlannedMove,
  PulledModel,
  VersionDetails,
} from '../../contracts/model-catalogue.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { Aliases, RegistryRequest } from '../../contracts/registry-owner.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';

/** Registered models as MLflow knows them; nothing else need run. Whoever opens it closes it. */
export interface ModelCatalogue {
  /** Of MLflow. */
  readonly uri: string;
  /** @param name null: all. Throws MODEL_NOT_FOUND. */
  list(request: { readonly name: string | null; readonly asOfMs: number | null }): Promise<readonly CatalogueModel[]>;
  /** Throws MODEL_NOT_FOUND, for a run or a trial also RUN_NOT_FOUND and USAGE. */
  show(request: { readonly reference: string; readonly asOfMs: number | null }): Promise<VersionDetails>;
  /** Throws MODEL_NOT_FOUND. */
  history(name: string): Promise<ModelHistory>;
  verify(request: {
    readonly name: string;
    readonly isAll: boolean;
    /** Told how many versions are verified. */
    readonly count: CountSink;
  }): Promise<ModelVerification>;
  /**
   * `folder` is absolute; it is not replaced where `keeps` lie in it. Throws USAGE where it holds what may not be
   * replaced, ENVIRONMENT_INVALID where it cannot be written, MODEL_NOT_LOADING.
   */
  pull(request: {
    readonly reference: string;
    readonly folder: string;
    readonly isForced: boolean;
    readonly keeps: readonly string[];
    /** Told how many files are here. */
    readonly count: CountSink;
  }): Promise<PulledModel>;
  /** What a move of this version rests on. Throws as `show`. */
  plan(reference: string): Promise<PlannedMove>;
  /**
   * What the owner would make of this move now; null: everything is so already. Throws MODEL_NOT_FOUND, LEDGER_BROKEN,
   * MOVE_REFUSED.
   */
  foreseeMove(name: string, request: RegistryRequest): Promise<ForeseenMove | null>;
  /** Of now. Throws MODEL_NOT_FOUND. */
  aliases(name: string): Promise<Aliases>;
  /** Of a run, below MLflow's address. Throws RUN_NOT_FOUND. */
  runPage(runId: string): Promise<string>;
  /** Names of models whose champion is not the one that their owner made. */
  movedByHand(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface RegistryRuntime extends PlatformRuntime {
  /** The experiment online of a model as the servers of this home know it; null: none. Throws CONFIG_INVALID. */
  definedOnline(model: string): Promise<OnlineExperiment | null>;
  /**
   * Throws SERVICE_UNREACHABLE where no MLflow runs.
   * @param options `onWait` is told in a sentence that MLflow does not answer, and until when it is asked again
   */
  openCatalogue(options?: { readonly onWait?: (message: string) => void }): Promise<ModelCatalogue>;
}
