export interface LogsOptions {
  /** Lines of what was logged before; all of them where only `sinceMs` is given. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly sinceMs: number | null;
  readonly isFollowed: boolean;
  readonly isJson: boolean;
}
