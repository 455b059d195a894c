/** What the supervisor needs to know of a service to keep it alive. */
import type { ServiceKind } from '../contracts/services.ts';
import type { Launch } from '../host/processes/launch-process.ts';

export type Ports = Readonly<Record<string, number>>;

interface HealthQuestion {
  readonly ports: Ports;
  readonly pid: number;
  readonly signal: AbortSignal;
}

export interface ManagedService {
  /** Also the name of its record and log. */
  readonly name: string;
  readonly kind: ServiceKind;
  readonly version: string | null;
  /** Names of the ports it listens on, all on 127.0.0.1. */
  readonly portNames: readonly string[];
  /** Services that must be healthy before this one starts. */
  readonly dependsOn: readonly string[];
  readonly startTimeoutMs: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly stopGraceMs: number;
  /** Makes folders and removes what an earlier start left. Idempotent. */
  prepare(): Promise<void>;
  launch(ports: Ports): Launch;
  /** Never rejects: anything but a clear yes is false. */
  isHealthy(question: HealthQuestion): Promise<boolean>;
  /** What clients connect to; null for a service that nobody connects to. */
  address(ports: Ports): string | null;
  uiUrl(ports: Ports): string | null;
}

const HEALTH_TIMEOUT_MS = 5_000;

/** GET, true when the answer is a success and `accepts` its text. */
export const answers = async (
  url: string,
  signal: AbortSignal,
  accepts: (text: string) => boolean = () => true,
): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(HEALTH_TIMEOUT_MS)]) });
    const text = await response.text();
    return response.ok && accepts(text);
  } catch {
    return false; // refused, reset, timed out: not healthy is the whole answer
  }
};

export const portOf = (ports: Ports, name: string): number => {
  const port = ports[name];
  if (port === undefined) {
    throw new Error(`no port named ${name}, got ${Object.keys(ports).join(', ') || 'none'}`);
  }
  return port;
};
