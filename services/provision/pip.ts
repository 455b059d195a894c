import { TtExpError } from '../../contracts/errors.ts';
import { redactUrls } from '../../contracts/redact.ts';
import type { ProgressSink } from '../../contracts/services.ts';
import { interrupted } from '../../host/locks/with-lock.ts';
import { type CommandResult, runCommand } from '../../host/processes/run-command.ts';
import type { Variables } from '../../host/processes/variables.ts';
import type { Requirements } from './requirements.ts';

/** Without the variables by which a user's own Python set-up would leak into ours. */
export const withoutPythonOverrides = (environment: Variables): Variables =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !name.startsWith('PYTHON') && !['PIP_TARGET', 'PIP_PREFIX', 'PIP_USER', 'VIRTUAL_ENV'].includes(name),
    ),
  );

export interface PipRequest {
  readonly part: string;
  readonly python: string;
  readonly requirements: Requirements;
  readonly environment: Variables;
  readonly progress: ProgressSink;
  readonly signal?: AbortSignal;
}

/** Installs the pinned packages, each one checked against its recorded hashes. Throws PROVISION_FAILED, INTERRUPTED. */
export const pipInstall = async (request: PipRequest): Promise<void> => {
  const { part, python, requirements, environment, progress, signal } = request;
  let collected = 0;
  const onLine = (raw: string): void => {
    const line = redactUrls(raw.trim());
    if (/^Collecting /.test(line)) {
      collected++;
      // Fetching takes most of the time; unpacking the rest.
      const percent = Math.min(80, Math.round((80 * collected) / Math.max(1, requirements.packageCount)));
      const [, name = line] = /^\w+ ([^\s(]+)/.exec(line) ?? [];
      progress({ part, step: 'download', message: name.replace(/:$/, ''), percent });
    } else if (line.startsWith('Installing collected packages')) {
      progress({ part, step: 'install', message: 'unpacking', percent: 80 });
    } else if (/^WARNING: Retrying/.test(line)) {
      progress({ part, step: 'download', message: line });
    }
  };
  const result = await runCommand({
    command: python,
    args: [
      '-m',
      'pip',
      'install',
      '--no-deps',
      '--require-hashes',
      '--no-input',
      '--disable-pip-version-check',
      '--progress-bar=off',
      '--no-warn-script-location',
      // Python compiles what it loads when it first loads it: a tenth of all modules, and half a minute saved.
      '--no-compile',
      '-r',
      requirements.file,
    ],
    env: { ...withoutPythonOverrides(environment), PYTHONUNBUFFERED: '1' },
    onLine,
    ...(signal === undefined ? {} : { signal }),
  });
  if (signal?.aborted === true) {
    throw interrupted(`installing ${part}`);
  }
  if (result.kind === 'exited' && result.code === 0) {
    return;
  }
  throw explainPipFailure(part, result);
};

const OFFLINE_HINT: Readonly<Record<string, string>> = {
  temporal: 'put the `temporal` command on PATH, or set TEMPORAL_ADDRESS to a running server',
  mlflow: 'set MLFLOW_TRACKING_URI to a running server',
  'text-encoder': 'set data.text_encoder to "hashed" or to a folder with model.onnx and tokenizer.json',
};

/** Where to get the part when it can't be fetched. */
export const alternativeTo = (part: string): string => OFFLINE_HINT[part] ?? 'download it on another machine';

const reasonOf = (lines: readonly string[]): { readonly what: string; readonly remedy: string } => {
  const text = lines.join('\n');
  if (/DO NOT MATCH THE HASHES/.test(text)) {
    return {
      what: 'a downloaded package does not match the recorded hash',
      remedy: 'Check the package index or the proxy that pip uses',
    };
  }
  if (/No space left on device/.test(text)) {
    return { what: 'the disk is full', remedy: 'Free about 1 GB in the cache folder and run the command again' };
  }
  if (/NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Name or service|ConnectionReset|SSLError/.test(text)) {
    return {
      what: 'the package index is not reachable',
      remedy: "Check the network, the proxy (HTTPS_PROXY) and pip's index settings, then run the command again",
    };
  }
  if (/No matching distribution|Could not find a version/.test(text)) {
    return {
      what: 'the package index lacks a pinned version',
      remedy: 'Check which package index pip uses (`pip config list`)',
    };
  }
  return { what: 'pip failed', remedy: 'Run the command again' };
};

const explainPipFailure = (part: string, result: CommandResult): TtExpError => {
  const lines = result.lines.map(redactUrls);
  const { what, remedy } = reasonOf(lines);
  const got = lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? '';
  const ended = result.kind === 'exited' ? `exit code ${result.code}` : result.reason;
  return new TtExpError('PROVISION_FAILED', `installing ${part}: ${what} (${ended}: ${got.slice(0, 300)})`, {
    hint: `${remedy}; or ${alternativeTo(part)}.`,
    details: { part, lastLines: lines.slice(-20) },
  });
};
