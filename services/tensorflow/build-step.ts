import { TtExpError } from '../../contracts/errors.ts';
import { redactUrls } from '../../contracts/redact.ts';
import type { ServiceStep } from '../../contracts/services.ts';
import { interrupted } from '../../host/locks/with-lock.ts';
import { type CommandResult, runCommand } from '../../host/processes/run-command.ts';
import type { Variables } from '../../host/processes/variables.ts';
import { withoutPythonOverrides } from '../provision/pip.ts';
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

const LONGEST_LINE = 300;

const NETWORK_TROUBLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError/;

const hintFor = (step: BuildStep, lines: readonly string[]): string => {
  const text = lines.join('\n');
  if (/No space left on device|ENOSPC/.test(text)) {
    return 'The disk is full: free 3 GB on the disk of the cache folder (TT_EXP_CACHE), or move that folder.';
  }
  if (/DO NOT MATCH THE HASHES|EINTEGRITY/.test(text)) {
    return 'A downloaded file does not match its recorded hash: check the package registry or the proxy in between.';
  }
  return NETWORK_TROUBLE.test(text) ? 'Check the network and the proxy (HTTPS_PROXY), and try again.' : step.hint;
};

/** A line that names the cause; npm's own last lines name only its log file, and a stack trace only places. */
const tellsWhy = (line: string): boolean =>
  /\b(\w*error|fatal|ERR!)\b/i.test(line) &&
  !/^\s*(at|Emitted) |complete log|Command failed|npm error (code|path|command|\d+)\b/.test(line);

const failed = (step: BuildStep, result: CommandResult): TtExpError => {
  const lines = result.lines.map(redactUrls);
  const ended = result.kind === 'exited' ? `exit code ${result.code}` : result.reason;
  const line = lines.findLast(tellsWhy) ?? lines.at(-1) ?? 'no output';
  const message = `native TensorFlow: ${step.what} failed (${ended}: ${line.slice(0, LONGEST_LINE)})`;
  return new TtExpError('PROVISION_FAILED', message, {
    hint: hintFor(step, lines),
    details: { lastLines: lines.slice(-20) },
  });
};

/** Runs one program of the build in its folder; returns what it wrote. Throws PROVISION_FAILED, INTERRUPTED. */
export const runBuildStep = async (context: BuildContext, step: BuildStep): Promise<readonly string[]> => {
  const { environment, folder, signal } = context;
  const result = await runCommand({
    command: step.command,
    args: step.args,
    env: { ...withoutPythonOverrides(environment), ...step.env },
    cwd: folder,
    timeoutMs: step.timeoutMs,
    endsWithChildren: true,
    ...(signal === undefined ? {} : { signal }),
  });
  if (signal?.aborted === true) {
    throw interrupted('building the native TensorFlow binding');
  }
  if (result.kind !== 'exited' || result.code !== 0) {
    throw failed(step, result);
  }
  return result.lines;
};

export const reportStep = (context: BuildContext, step: ServiceStep, message: string, percent: number): void =>
  context.progress({ part: 'tensorflow', step, message, percent });
