import type { TaskQueue } from '../../contracts/names.ts';
import type { OpenRunsReport } from '../../contracts/open-runs.ts';
import type {
  DoctorReport,
  ProgressSink,
  ServiceAddresses,
  ServicesStatus,
  TakeDownResult,
} from '../../contracts/services.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';

export interface DoctorFindings extends DoctorReport {
  /** null where a server is not up. */
  readonly runs: OpenRunsReport | null;
}

export interface DoctorRequest {
  /** Closes abandoned runs; otherwise nothing is changed. */
  readonly isRepair: boolean;
  /** Ids of Temporal databases that are gone for good. */
  readonly lost: readonly string[];
}

export interface ServicesControl {
  /** Provisions and starts servers and local workers. Idempotent. */
  up(progress: ProgressSink, signal: AbortSignal): Promise<ServiceAddresses>;
  down(progress: ProgressSink): Promise<TakeDownResult>;
  status(): Promise<ServicesStatus>;
  /** Throws SERVICE_UNREACHABLE where it is to repair and a server is not up. */
  doctor(request: DoctorRequest): Promise<DoctorFindings>;
}

export interface WorkerRequest {
  readonly queue: TaskQueue;
  readonly slots: number;
  /** Aborted by Ctrl-C and SIGTERM: ends gracefully. */
  readonly signal: AbortSignal;
  readonly progress: ProgressSink;
  readonly onReady: () => void;
}

export interface ServicesRuntime extends ProcessRuntime {
  readonly services: ServicesControl;
  /** Serves one queue until the signal aborts. */
  runWorker(request: WorkerRequest): Promise<void>;
}
