import type { Log } from '../contracts/log.ts';
import type { CountSink } from '../contracts/work-count.ts';
import type { LocalPorts } from './ports.ts';

/** What local training and evaluation get from the command. */
export interface LocalContext {
  readonly homeFolder: string;
  readonly ports: LocalPorts;
  readonly log: Log;
  /** Told how far counted work is. */
  readonly count: CountSink;
  readonly signal: AbortSignal;
}
