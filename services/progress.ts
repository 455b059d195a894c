/** What provisioning and starting report while they go on. */

export type ServiceStep =
  | 'wait'
  | 'python'
  | 'environment'
  | 'download'
  | 'install'
  | 'verify'
  | 'start'
  | 'ready'
  | 'stop';

export interface ServiceProgress {
  /** mlflow, temporal, supervisor or a worker's name. */
  readonly part: string;
  readonly step: ServiceStep;
  /** One line for people. */
  readonly message: string;
  /** 0 to 100, where it is known. */
  readonly percent?: number;
}

export type ProgressSink = (event: ServiceProgress) => void;
