import type { OnlineAudience } from '../../contracts/online-audience.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { MeasuredOnline, MeasureOnlineRequest } from '../../contracts/online-steps.ts';
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
}

export interface OnlineRuntime extends RegistryRuntime {
  onlineHome(): Promise<OnlineHome>;
}
