/** What runs in a home, as `tt-exp status` prints it. */

export interface ServiceState {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
  readonly version: string | null;
  readonly address: string | null;
  readonly uiUrl: string | null;
  readonly uptimeSeconds: number | null;
  readonly restarts: number;
  readonly logFile: string | null;
  readonly lastError: string | null;
}

export interface ServicesReport {
  readonly home: string;
  readonly supervisor: {
    readonly state: string;
    readonly pid: number | null;
    /** Which process it is, where it runs in another container or on another machine. */
    readonly elsewhere: string | null;
    readonly logFile: string;
  };
  readonly services: readonly ServiceState[];
}
