/** The embedded Temporal and MLflow servers and local workers: find, provision, start, keep alive, stop, report. */

import type { Log } from '../contracts/log.ts';
import type {
  DoctorReport,
  ProgressSink,
  ServiceAddresses,
  ServicesStatus,
  TakeDownResult,
} from '../contracts/services.ts';
import { type Clock, systemClock } from '../host/clock.ts';
import { homeLayout } from '../host/home-layout.ts';
import type { Launch } from '../host/processes/launch-process.ts';
import { isProcessAlive } from '../host/processes/process-identity.ts';
import type { Variables } from '../host/processes/variables.ts';
import { desiredNames } from './build-services.ts';
import { chooseServers, type ProvisionedParts, provisionParts } from './choose-servers.ts';
import { type DesiredServices, type DesiredWorkers, updateDesired } from './desired-services.ts';
import { buildDoctorReport, type DoctorProbes } from './doctor.ts';
import { waitUntilUp } from './ensure-up.ts';
import { keepSupervised } from './keep-supervised.ts';
import { prepareHome } from './prepare-home.ts';
import { outsideAddresses, readAddresses, readMlflowAddress } from './service-addresses.ts';
import { readRecord } from './service-record.ts';
import { readStatus } from './services-status.ts';
import { runSupervisor } from './supervisor.ts';
import { readOwnSupervisor } from './supervisor-state.ts';
import { takeDown } from './take-down.ts';
import type { WorkerSpec } from './worker-process.ts';

export type { ProvisionedParts } from './choose-servers.ts';
export type { DoctorProbes } from './doctor.ts';
export { prepareHome } from './prepare-home.ts';
export { locateTemporal, type TemporalBinary } from './provision/temporal-binary.ts';
export type { WorkerSpec } from './worker-process.ts';

export interface ServicesOptions {
  /** Absolute; services/, logs/, temporal/ and mlflow/ lie below it. */
  readonly homeFolder: string;
  /** Absolute; installed programs, shared between homes. */
  readonly cacheFolder: string;
  /** Absolute; holds the requirements-*.txt of the package. */
  readonly requirementsFolder: string;
  /** The whole environment: servers and workers inherit it. */
  readonly environment: Variables;
  readonly nodeExecutable: string;
  /** Before the script, as `--import tsx`. */
  readonly nodeArguments?: readonly string[];
  /** Calls `runSupervisor`. Started with `--home` and `--cache`. */
  readonly supervisorScript: string;
  /** Started with `--queue`, `--slots` and `--ready-file`. */
  readonly workerScript: string;
  /** Of the package; written into records. */
  readonly version: string;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface EnsureUpOptions {
  /** The local workers that are to run; absent leaves them as they are. A worker whose spec changed starts anew. */
  readonly workers?: readonly WorkerSpec[];
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface Services {
  /** Installs what is missing. Idempotent. Throws PYTHON_MISSING, PROVISION_FAILED, TIMED_OUT, INTERRUPTED. */
  provision(progress: ProgressSink, signal?: AbortSignal): Promise<ProvisionedParts>;
  /**
   * Provisions, starts the supervisor where none runs, and waits until all is healthy. Idempotent. Throws HOME_IN_USE
   * where another container or machine runs this home's supervisor.
   */
  ensureUp(options: EnsureUpOptions, progress: ProgressSink): Promise<ServiceAddresses>;
  /** As ensureUp, for what needs MLflow alone: nothing else is started. Returns MLflow's address. */
  ensureMlflow(options: Pick<EnsureUpOptions, 'signal'>, progress: ProgressSink): Promise<string>;
  /** Starts a supervisor that died again, until the signal aborts. Never rejects. */
  keepSupervised(progress: ProgressSink, signal: AbortSignal): Promise<void>;
  /** Ends workers, then servers, then whatever a killed supervisor left. Idempotent. */
  takeDown(progress?: ProgressSink): Promise<TakeDownResult>;
  status(): Promise<ServicesStatus>;
  /** Throws SERVICE_UNREACHABLE where a server neither runs in this home nor is named by the environment. */
  addresses(): Promise<ServiceAddresses>;
  /** Of MLflow alone; likewise. */
  mlflowAddress(): Promise<string>;
  /** The supervisor's main function: returns once the signal has aborted and everything is stopped. */
  runSupervisor(signal: AbortSignal): Promise<'stopped' | 'already-running'>;
  doctor(probes: DoctorProbes): Promise<DoctorReport>;
}

const START_TIMEOUT_MS = 300_000;

export const createServices = (options: ServicesOptions): Services => {
  const { homeFolder, cacheFolder, environment, log, clock = systemClock } = options;
  const layout = homeLayout(homeFolder);
  const outside = outsideAddresses(environment);
  const base = { layout, cacheFolder, requirementsFolder: options.requirementsFolder, environment, clock, log };
  const nodeArguments = options.nodeArguments ?? [];

  const supervisor: Launch = {
    command: options.nodeExecutable,
    args: [...nodeArguments, options.supervisorScript, '--home', homeFolder, '--cache', cacheFolder],
    env: { TT_EXP_HOME: homeFolder, TT_EXP_CACHE: cacheFolder },
    dropEnv: [],
  };

  const workersFor = (specs: readonly WorkerSpec[]): DesiredWorkers => ({
    specs,
    temporalAddress: outside.temporal,
    mlflowUri: outside.mlflow,
    namespace: outside.namespace,
    nodeExecutable: options.nodeExecutable,
    nodeArguments,
    workerScript: options.workerScript,
    version: options.version,
  });

  const start = async (
    {
      workers,
      timeoutMs = START_TIMEOUT_MS,
      signal,
      isTemporalNeeded,
    }: EnsureUpOptions & { isTemporalNeeded: boolean },
    progress: ProgressSink,
  ): Promise<void> => {
    const stoppable = signal === undefined ? {} : { signal };
    await prepareHome(homeFolder);
    await readOwnSupervisor(layout);
    const servers = await chooseServers({ ...base, progress, isTemporalNeeded, ...stoppable });
    const desired = await updateDesired(layout, clock, (current) => ({
      ...servers,
      isDown: false,
      workers: workers === undefined ? stillServed(current.workers, servers) : workersFor(workers),
    }));
    if (desiredNames(desired).length > 0) {
      await waitUntilUp({ layout, desired, supervisor, environment, clock, progress, timeoutMs, ...stoppable });
    }
  };

  return {
    provision: (progress, signal) => provisionParts({ ...base, progress, ...(signal === undefined ? {} : { signal }) }),

    ensureUp: async (request, progress) => {
      await start({ ...request, isTemporalNeeded: true }, progress);
      return readAddresses(layout, environment);
    },

    ensureMlflow: async (request, progress) => {
      const record = outside.mlflow === null ? await readRecord(layout.recordFile('mlflow')) : null;
      const isServing = record?.address != null && record.process !== null && isProcessAlive(record.process);
      if (outside.mlflow === null && !isServing) {
        await start({ ...request, isTemporalNeeded: false }, progress);
      }
      return readMlflowAddress(layout, environment);
    },

    keepSupervised: (progress, signal) => keepSupervised({ layout, supervisor, environment, clock, progress, signal }),

    takeDown: (progress = () => {}) => takeDown({ layout, clock, progress }),

    status: () => readStatus(layout, environment, clock),

    addresses: () => readAddresses(layout, environment),

    mlflowAddress: () => readMlflowAddress(layout, environment),

    runSupervisor: (signal) =>
      runSupervisor({ layout, cacheFolder, environment, version: options.version, clock, log, signal }),

    doctor: (probes) => buildDoctorReport({ ...base, probes }),
  };
};

/** Workers of an embedded server that is not to run any more have nothing to do. */
const stillServed = (
  workers: DesiredWorkers | null,
  servers: Pick<DesiredServices, 'temporal' | 'mlflow'>,
): DesiredWorkers | null =>
  workers === null ||
  (workers.temporalAddress === null && servers.temporal === null) ||
  (workers.mlflowUri === null && servers.mlflow === null)
    ? null
    : workers;
