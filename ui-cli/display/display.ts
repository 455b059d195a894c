/** Where the progress of an experiment goes while a command follows it: the full screen on a terminal, lines elsewhere. */
import type { StartedExperiment } from '../../client/experiments-client.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ServiceAddresses, ServiceProgress } from '../../contracts/services.ts';
import type { Platform } from '../platform/platform-runtime.ts';

export interface Display {
  service(event: ServiceProgress): void;
  started(experiment: StartedExperiment, addresses: ServiceAddresses): void;
  view(view: ExperimentView): void;
  /** Once the servers are there: what a view leaves out can be asked for. */
  connected?(platform: Pick<Platform, 'facts'>): void;
  /** Whether somebody has cancelled the experiment with a key; known once it is closed. */
  hasCancelled?(experimentId: string): boolean;
  /** The terminal is as it was before; nothing more may be shown. */
  close(): Promise<void>;
}
