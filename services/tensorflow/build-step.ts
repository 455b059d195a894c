import type { ServiceStep } from '../../contracts/services.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { withoutPythonOverrides } from '../provision/pip.ts';
import { runProvisionStep } from '../provision/run-step.ts';
import type { BuildContext } from './native-build-types.ts';

export interface BuildStep {
  /** As the subject of "… failed". */
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** Remedy where the output tells no better one. */
  readonly hint: string;
  /** Beside the request's own variables. */
  readonly env?: Variables;
}

const NETWORK_TROUBLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError/;

/** null where the output tells no remedy. */
const hintFor = (lines: readonly string[]): string | null => {
  const text = lines.join('\n');
  if (/No space left on device|ENOSPC/.test(text)) {
    return 'The disk is full: free 3 GB on the disk of the cache folder (TT_EXP_CACHE), or move that folder.';
  }
  if (/DO NOT MATCH THE HASHES|EINTEGRITY/.test(text)) {
    return 'A downloaded file does not match its recorded hash: check the package registry or the proxy in between.';
  }
  return NETWORK_TROUBLE.test(text) ? 'Check the network and the proxy (HTTPS_PROXY), and try again.' : null;
};

/** A line that names the cause; npm's own last lines name only its log file, and a stack trace only places. */
const tellsWhy = (line: string): boolean =>
  /\b(\w*error|fatal|ERR!)\b/i.test(line) &&
  !/^\s*(at|Emitted) |complete log|Command failed|npm error (code|path|command|\d+)\b/.test(line);

/** Runs one program of the build in its folder; returns what it wrote. Throws PROVISION_FAILED, INTERRUPTED. */
export const runBuildStep = (
  { environment, folder, signal }: BuildContext,
  { env, hint, ...step }: BuildStep,
): Promise<readonly string[]> =>
  runProvisionStep({
    ...step,
    ...{ part: 'native TensorFlow', purpose: 'building the native TensorFlow binding' },
    env: { ...withoutPythonOverrides(environment), ...env },
    cwd: folder,
    signal,
    reasonOf: (lines) => lines.findLast(tellsWhy),
    hintFor: (lines) => hintFor(lines) ?? hint,
  });

export const reportStep = (context: BuildContext, step: ServiceStep, message: string, percent: number): void =>
  context.progress({ part: 'tensorflow', step, message, percent });
