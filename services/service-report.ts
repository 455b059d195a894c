/** What the supervisor says of one service. */
export interface ServiceReport {
  readonly state: 'waiting' | 'starting' | 'healthy' | 'unhealthy' | 'failed';
  readonly restarts: number;
  readonly lastError: string | null;
  readonly remedy: string | null;
}
