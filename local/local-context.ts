import type { Log } from '../contracts/log.ts';
import type { LocalPorts } from './ports.ts';

/** What local training and evaluation get from the command. */
export interface LocalContext {
  readonly homeFolder: string;
  readonly ports: LocalPorts;
  readonly log: Log;
  readonly signal: AbortSignal;
}
