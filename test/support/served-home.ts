/** A home with a model of two trained versions, and real servers of it. */
import { expect } from 'vitest';
import { type CliHome, createCliHome, type RunningCli } from './cli.ts';
import { eventually } from './eventually.ts';

/** Registered by `experiments/smoke.json`. */
export const SERVED_MODEL = 'two-tower-smoke';

export interface ServedProcess {
  readonly url: string;
  readonly model_version: string;
  readonly bundle: string;
  readonly items: number;
  readonly search: string;
  readonly process: RunningCli;
}

export interface ServedHome {
  readonly home: CliHome;
  /** What a command that ends with 0 prints with `--json`. */
  json<Answer>(...args: readonly string[]): Promise<Answer>;
  /** `tt-exp serve` with these arguments, once it is ready. */
  serve(...args: readonly string[]): Promise<ServedProcess>;
  /** As Ctrl-C does: it ends with 0. */
  stop(server: ServedProcess): Promise<void>;
  /** Ends what was served, the services, and the home. */
  dispose(): Promise<void>;
}

/** Version 1 is its champion; version 2, trained for one epoch, was rejected by the gate, and people promote it. */
export const createServedHome = async (): Promise<ServedHome> => {
  const home = await createCliHome();
  const running: RunningCli[] = [];
  const json = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const result = await home.run([...args, '--json']);
    expect(result.exitCode, result.stderr).toBe(0);
    return JSON.parse(result.stdout) as Answer;
  };
  const dispose = async (): Promise<void> => {
    for (const { child } of running) {
      child.kill('SIGKILL');
    }
    await home.dispose();
  };
  try {
    await json('run', 'experiments/smoke.json');
    await json('run', 'experiments/smoke.json', '--set', 'name=second', '--set', 'training.num_epochs=1');
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    home,
    json,
    dispose,
    serve: async (...args) => {
      const process = home.start(['serve', '--port', '0', '--json', ...args]);
      running.push(process);
      const line = await eventually('the server is ready', process.stdout, (text) => text.includes('\n'));
      return { ...(JSON.parse(line) as Omit<ServedProcess, 'process'>), process };
    },
    stop: async ({ process }) => {
      process.child.kill('SIGTERM');
      expect((await process.finished).exitCode).toBe(0);
    },
  };
};
