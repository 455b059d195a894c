/** Logs of the servers and workers of this home. */
export interface ServiceLog {
  readonly name: string;
  readonly file: string;
}

export interface LogReading {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Lines that are added afterwards, until the signal aborts. */
  follow(signal: AbortSignal): AsyncGenerator<string>;
}

export interface LogsRuntime {
  /** Those that are there, by name. */
  serviceLogs(): Promise<readonly ServiceLog[]>;
  /**
   * The last lines of a log, of what was moved away of it too.
   * @param isFollowed whoever asks must then follow to the end
   */
  readServiceLog(file: string, count: number, isFollowed: boolean): Promise<LogReading>;
}
