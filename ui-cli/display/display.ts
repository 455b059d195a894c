/** Where progress goes while a command works: the live view on a terminal, plain lines elsewhere. Always on stderr. */
import type { StartedExperiment } from '../../client/experiments-client.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ServiceAddresses, ServiceProgress } from '../../contracts/services.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import type { SteeringRequest } from '../steer/steering-request.ts';

export interface Display {
  service(event: ServiceProgress): void;
  started(experiment: StartedExperiment, addresses: ServiceAddresses): void;
  view(view: ExperimentView): void;
  /** Once the servers are there: what a view leaves out can be asked for. */
  connected?(platform: Pick<Platform, 'facts'>): void;
  /** The terminal is as it was before; nothing more may be shown. */
  close(): Promise<void>;
}

/** What keys of the live view ask for. */
export interface DisplayCommands {
  readonly detach: () => void;
  /** Answers what to tell about it. Only a cancellation that fails ends the command. */
  readonly request: (request: SteeringRequest) => Promise<string>;
}
