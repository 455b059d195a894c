/** `tt-exp serve` as a process of its own, from the build. */
import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { builtScript } from './built.ts';
import { eventually } from './eventually.ts';

export interface Started {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
}

/** Node with these arguments, killed with the test. */
export const startNode = (home: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}): Started => {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TT_EXP_HOME: home, NO_COLOR: '1', ...variables },
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
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, stdout: () => stdout, stderr: () => stderr };
};

/** Arguments of Node for a server on a free port. */
export const serveCommand = (...args: readonly string[]): readonly string[] => [
  ...[builtScript('tt-exp'), 'serve', ...args, '--port', '0', '--json'],
];

/** What it prints once it is ready. */
export const ready = async ({ stdout }: Started, withinMs = 90_000) =>
  JSON.parse(await eventually('the server is ready', stdout, (text) => text.includes('\n'), { withinMs })) as {
    readonly url: string;
    readonly bundle: string;
  };
