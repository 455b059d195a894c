/** Runs the built CLI as a user would: a process of its own, in a home folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder, removeFolder } from './make-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly finished: Promise<CliResult>;
  /** Everything so far. */
  stdout(): string;
  stderr(): string;
}

export interface CliHome {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  start(args: readonly string[], environment?: NodeJS.ProcessEnv): RunningCli;
  run(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<CliResult>;
  /** Stops everything that this home started and removes it. */
  dispose(): Promise<void>;
}

const inheritedEnvironment = (): NodeJS.ProcessEnv => {
  const { TEMPORAL_ADDRESS: _temporal, MLFLOW_TRACKING_URI: _mlflow, TT_EXP_HOME: _home, ...rest } = process.env;
  return { ...rest, NO_COLOR: '1' };
};

/**
 * @param variables of every command, and so of the workers that they start
 * @param root of the package whose build is run; this checkout unless a test has a copy
 */
export const createCliHome = async (variables: NodeJS.ProcessEnv = {}, root = ROOT): Promise<CliHome> => {
  const folder = await makeFolder('tt-exp-e2e-');
  const environment = { ...inheritedEnvironment(), ...variables, TT_EXP_HOME: folder };

  const start: CliHome['start'] = (args, extra = {}) => {
    const child = spawn(process.execPath, [join(root, 'dist', 'bin', 'tt-exp.js'), ...args], {
      cwd: root,
      env: { ...environment, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const finished = new Promise<CliResult>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    });
    return { child, finished, stdout: () => stdout, stderr: () => stderr };
  };

  return {
    folder,
    environment,
    start,
    run: (args, extra) => start(args, extra).finished,
    dispose: async () => {
      await start(['down']).finished;
      await removeFolder(folder);
    },
  };
};
