/** Optuna's samplers in a child process, asked and told over a pipe. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SweepConfig } from '../contracts/experiment-config.ts';
import type { TrialParams } from '../contracts/trial.ts';
import { anchorPython } from './anchor-python.ts';

export interface Optuna {
  start(sampler: string, seed: number, space: SweepConfig['space']): Promise<void>;
  ask(): Promise<{ readonly number: number; readonly params: TrialParams }>;
  /** Lower is better. */
  tell(number: number, value: number): Promise<void>;
  close(): Promise<void>;
}

export const openOptuna = async (): Promise<Optuna> => {
  const script = fileURLToPath(new URL('./samplers.py', import.meta.url));
  const child = spawn(await anchorPython('optuna'), [script]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const request = async (message: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    const line = await lines.next();
    if (line.done === true) {
      throw new Error('optuna ended early');
    }
    return JSON.parse(line.value);
  };
  return {
    start: async (sampler, seed, space) => {
      await request({ kind: 'start', sampler, seed, space });
    },
    ask: async () => (await request({ kind: 'ask' })) as { number: number; params: TrialParams },
    tell: async (number, value) => {
      await request({ kind: 'tell', number, value });
    },
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) {
        await once(child, 'exit');
      }
    },
  };
};
