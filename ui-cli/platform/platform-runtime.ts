/** Running services and the experiments on them. */

import type { ExperimentsClient, StartedExperiment } from '../../client/experiments-client.ts';
import type { FactsReader } from '../../client/facts-reader.ts';
import type { OnlineClient } from '../../client/online-client.ts';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { ProgressSink, ServiceAddresses } from '../../contracts/services.ts';
import type { SourceBinding } from '../../contracts/source-reading.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';

export interface StartRequest {
  readonly config: ResolvedConfig;
  readonly configDigest: string;
  readonly isFresh: boolean;
  /** See ExperimentInput. */
  readonly extends?: string;
  /** The experiment that this one repeats or extends, and its database; without it this shell's variables name one. */
  readonly source?: SourceBinding;
}

export interface Experiments extends Omit<ExperimentsClient, 'start'> {
  /**
   * Adds commit, user and database to the request. Attaches when an equal experiment is running. Throws
   * ENVIRONMENT_INVALID where a database is needed and not named, SOURCE_MISMATCH where another one is.
   */
  start(request: StartRequest): Promise<StartedExperiment>;
}

/** A connection to running services. Whoever opens it closes it. */
export interface Platform {
  readonly experiments: Experiments;
  readonly facts: FactsReader;
  readonly registry: RegistryClient;
  readonly online: OnlineClient;
  readonly addresses: ServiceAddresses;
  close(): Promise<void>;
}

export interface OpenPlatformOptions {
  /** Provision and start what is missing, local workers included. Otherwise SERVICE_UNREACHABLE when nothing runs. */
  readonly mayStart: boolean;
  readonly progress: ProgressSink;
  /** Aborted by Ctrl-C and by --timeout. Throws the signal's reason, or INTERRUPTED. */
  readonly signal: AbortSignal;
}

export interface PlatformRuntime extends ProcessRuntime {
  openPlatform(options: OpenPlatformOptions): Promise<Platform>;
}
