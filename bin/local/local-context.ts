import type { Environment } from '../../config/env.ts';
import type { ProgressSink } from '../../services/index.ts';

/** What local training and evaluation get from the command. */
export interface LocalContext {
  readonly environment: Environment;
  readonly progress: ProgressSink;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  readonly signal: AbortSignal;
}
