/** Runs a sweep through the command line while its processes are killed, one after the other, by plan. */
import type { CliHome, CliResult, RunningCli } from '../support/cli.ts';
import { pidsOf, tryKill } from './home-processes.ts';
import type { PlannedKill } from './kill-plan.ts';

export interface DisturbedSweep {
  readonly result: CliResult;
  /** Those for which the sweep has lasted. */
  readonly kills: readonly PlannedKill[];
}

export interface DisturbedSweepOptions {
  readonly home: CliHome;
  readonly configFile: string;
  readonly plan: readonly PlannedKill[];
  readonly log: (line: string) => void;
}

const LOOK_EVERY_MS = 50;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Sweep {
  readonly #options: DisturbedSweepOptions;
  #running: RunningCli;
  /** Of the command that ended by itself. */
  #result: CliResult | null = null;

  constructor(options: DisturbedSweepOptions) {
    this.#options = options;
    this.#running = this.#start();
  }

  get isDone(): boolean {
    return this.#result !== null;
  }

  /** Waits until there is a process to kill. */
  async kill({ target, choice }: PlannedKill): Promise<void> {
    if (target === 'command line') {
      const { child } = this.#running;
      child.kill('SIGKILL');
      this.#running = this.#start();
      return;
    }
    while (!this.isDone) {
      const pids = await pidsOf(this.#options.home.folder, target);
      const pid = pids[Math.floor(choice * pids.length)];
      if (pid !== undefined && tryKill(pid)) {
        return;
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  async finished(): Promise<CliResult> {
    while (this.#result === null) {
      await pause(LOOK_EVERY_MS);
    }
    return this.#result;
  }

  #start(): RunningCli {
    const started = this.#options.home.start(['run', this.#options.configFile, '--json']);
    void started.finished.then((result) => {
      if (started === this.#running) {
        this.#result = result;
      }
    });
    return started;
  }
}

export const runDisturbed = async (options: DisturbedSweepOptions): Promise<DisturbedSweep> => {
  const startedMs = performance.now();
  const sweep = new Sweep(options);
  const kills: PlannedKill[] = [];
  for (const kill of options.plan) {
    await pause(kill.afterMs);
    if (!sweep.isDone) {
      await sweep.kill(kill);
    }
    if (sweep.isDone) {
      break;
    }
    kills.push(kill);
    options.log(`${((performance.now() - startedMs) / 1000).toFixed(1)} s: killed ${kill.target}`);
  }
  return { result: await sweep.finished(), kills };
};
