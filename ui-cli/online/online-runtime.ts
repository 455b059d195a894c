import type { OnlineAudience } from '../../contracts/online-audience.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { EndedOnline, MeasuredOnline, MeasureOnlineRequest } from '../../contracts/online-steps.ts';
import type { RegistryRuntime } from '../registry/registry-runtime.ts';

/** Experiments online as the servers of this home know them. */
export interface OnlineHome {
  /** null: servers have none of the model. Throws CONFIG_INVALID for a definition that is none. */
  defined(model: string): Promise<OnlineExperiment | null>;
  /** Servers forget it within 2 s. Another one stays. */
  remove(experiment: OnlineExperiment): Promise<void>;
  /** From the servers' logs, as of now. Throws MODEL_NOT_LOADING. */
  measure(request: MeasureOnlineRequest): Promise<MeasuredOnline>;
  /** Asks the servers of this home. Throws what the file system throws. */
  audience(experiment: OnlineExperiment): Promise<OnlineAudience>;
  /** The last that `serve --ab` began and a person has ended; null: none. Throws CONFIG_INVALID for a file that is none. */
  ended(model: string): Promise<EndedOnline | null>;
  /** In place of the one before it. Throws what the file system throws. */
  keepEnd(ended: EndedOnline): Promise<void>;
  /** With the challenger's run, as the workflow keeps it. Throws what MLflow throws. */
  keepReport(experiment: OnlineExperiment, measured: MeasuredOnline): Promise<void>;
}

export interface OnlineRuntime extends RegistryRuntime {
  onlineHome(): Promise<OnlineHome>;
}
