import { TtExpError } from '../../contracts/errors.ts';
import { runCommand } from '../../host/processes/run-command.ts';
import type { Variables } from '../../host/processes/variables.ts';

const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'] as const;
const LEAST_MINOR = 10;
const PROBE_TIMEOUT_MS = 20_000;
// ensurepip is a package of its own on Debian; without it a virtual environment gets no pip.
const PROBE = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3]); print(sys.executable)';

export interface Python {
  readonly executable: string;
  /** As "3.11.7". */
  readonly version: string;
}

/** What a candidate turned out to be; the reason goes into the error when none fits. */
type Probe = { readonly kind: 'fits'; readonly python: Python } | { readonly kind: 'unfit'; readonly reason: string };

const probePython = async (command: string, environment: Variables): Promise<Probe> => {
  const result = await runCommand({
    command,
    args: ['-c', PROBE],
    env: environment,
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  if (result.kind === 'broken') {
    return { kind: 'unfit', reason: result.reason === 'ENOENT' ? 'not found' : result.reason };
  }
  if (result.code !== 0) {
    return { kind: 'unfit', reason: result.lines.at(-1) ?? `exit code ${result.code}` };
  }
  const [version = '', executable = ''] = result.lines;
  const [major, minor] = version.split('.').map(Number);
  if (major !== 3 || minor === undefined || minor < LEAST_MINOR) {
    return { kind: 'unfit', reason: `is Python ${version}` };
  }
  return { kind: 'fits', python: { executable, version } };
};

/**
 * The first Python 3.10 or later that can make virtual environments. `override` (a path or a command) is taken alone.
 * Throws PYTHON_MISSING naming what was tried.
 */
export const findPython = async (environment: Variables, override?: string): Promise<Python> => {
  const tried: string[] = [];
  for (const command of override === undefined ? CANDIDATES : [override]) {
    const probe = await probePython(command, environment);
    if (probe.kind === 'fits') {
      return probe.python;
    }
    tried.push(`${command}: ${probe.reason}`);
  }
  throw new TtExpError(
    'PYTHON_MISSING',
    `Python: none usable on PATH (${tried.join('; ')}), expected 3.10 or later with venv`,
    {
      hint:
        'Install Python 3.10 or later with its venv module (Debian: apt install python3-venv; macOS: brew install python), ' +
        'or use servers elsewhere: set TEMPORAL_ADDRESS and MLFLOW_TRACKING_URI.',
      details: { tried },
    },
  );
};
