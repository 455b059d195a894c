/** Servers and workers of a home, as whoever starts, watches or examines them sees them. */

/** `ready` is the last step of a part; a `notice` stays on the screen. */
export type ServiceStep =
  | 'wait'
  | 'python'
  | 'environment'
  | 'download'
  | 'install'
  | 'verify'
  | 'start'
  | 'ready'
  | 'stop'
  | 'notice';

/** What provisioning and starting report meanwhile. */
export interface ServiceProgress {
  /** temporal, mlflow, tensorflow, supervisor or a worker's name. */
  readonly part: string;
  readonly step: ServiceStep;
  /** One line for people. */
  readonly message: string;
  /** 0 to 100, where it is known. */
  readonly percent?: number;
}

export type ProgressSink = (event: ServiceProgress) => void;

export interface ServiceAddresses {
  readonly temporal: {
    /** host:port */
    readonly address: string;
    /** Base address of the web interface; null for an outside server, unless somebody says where it is. */
    readonly uiUrl: string | null;
    readonly namespace: string;
    readonly isEmbedded: boolean;
  };
  readonly mlflow: { readonly uri: string; readonly isEmbedded: boolean };
}

export type ServiceKind = 'temporal' | 'mlflow' | 'worker';

export interface ServiceStatus {
  readonly name: string;
  readonly kind: ServiceKind;
  /** outside: an address from the environment, not ours to watch. unsupervised: runs, but nobody would restart it. */
  readonly state: 'outside' | 'starting' | 'healthy' | 'unhealthy' | 'waiting' | 'failed' | 'stopped' | 'unsupervised';
  readonly pid: number | null;
  readonly version: string | null;
  readonly address: string | null;
  readonly uiUrl: string | null;
  readonly uptimeSeconds: number | null;
  readonly restarts: number;
  readonly logFile: string | null;
  readonly lastError: string | null;
}

export interface ServicesStatus {
  readonly home: string;
  readonly supervisor: {
    /** elsewhere: in another container or on another machine, as `elsewhere` says. */
    readonly state: 'running' | 'stopping' | 'stopped' | 'elsewhere';
    /** null where it runs elsewhere: the number means nothing here. */
    readonly pid: number | null;
    readonly elsewhere: string | null;
    readonly startedAtMs: number | null;
    readonly logFile: string;
  };
  /** Servers first, then workers. */
  readonly services: readonly ServiceStatus[];
}

export interface TakeDownResult {
  /** Names of what ran and was stopped; the supervisor is among them. */
  readonly stopped: readonly string[];
}

/** One part of the installation. */
export interface DoctorCheck {
  readonly part: string;
  /** What is used for it, in words. */
  readonly chosen: string;
  readonly version: string | null;
  readonly address: string | null;
  readonly status: 'ok' | 'warn' | 'missing';
  /** What to do; null when all is well. */
  readonly remedy: string | null;
}

export interface DoctorReport {
  readonly checks: readonly DoctorCheck[];
  /** Nothing that is needed is missing. */
  readonly isUsable: boolean;
}
