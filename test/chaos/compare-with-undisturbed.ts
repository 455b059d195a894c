/** Runs one sweep twice, each in a home of its own: left alone, and with its processes killed by plan. */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { type CliHome, type CliResult, createCliHome } from '../support/cli.ts';
import { makeFolder, removeFolder } from '../support/make-folder.ts';
import { recordSweep } from '../support/record-sweep.ts';
import { runDisturbed } from './disturbed-sweep.ts';
import { readEpochTrace, repeatedEpochs } from './epoch-trace.ts';
import { homeProcesses } from './home-processes.ts';
import type { PlannedKill } from './kill-plan.ts';
import { writeSmallSweep } from './write-small-sweep.ts';

export interface ChaosOptions {
  readonly learningRates: readonly number[];
  readonly epochs: number;
  readonly plan: readonly PlannedKill[];
  readonly log: (line: string) => void;
}

export interface ChaosOutcome {
  readonly kills: readonly PlannedKill[];
  readonly trainedEpochs: number;
  readonly repeatedEpochs: number;
}

const NAME = 'chaos';

const assertDone = ({ exitCode, stderr }: CliResult): void => {
  ok(exitCode === 0, `the command ended with ${exitCode}: ${stderr.slice(-4000)}`);
};

const assertNothingRuns = async (home: CliHome): Promise<void> => {
  await home.run(['down']);
  const left = await homeProcesses(home.folder);
  deepStrictEqual(
    left.map(({ pid, command }) => `${pid} ${command}`),
    [],
    'processes are left after `down`',
  );
};

const withHome = async <Result>(use: (home: CliHome) => Promise<Result>): Promise<Result> => {
  const home = await createCliHome();
  try {
    return await use(home);
  } finally {
    await home.dispose();
  }
};

/** Throws an AssertionError where the two differ, work was repeated, or anything is left running. */
export const compareWithUndisturbed = async (options: ChaosOptions): Promise<ChaosOutcome> => {
  const folder = await makeFolder('tt-exp-chaos-');
  try {
    const { epochs, learningRates } = options;
    const configFile = await writeSmallSweep(folder, { name: NAME, epochs, learningRates });
    const expected = await withHome(async (home) => {
      const result = await home.run(['run', configFile, '--json']);
      assertDone(result);
      return recordSweep(NAME, result.stdout);
    });
    options.log('the undisturbed sweep is done');
    return await withHome(async (home) => {
      const { result, kills } = await runDisturbed({ home, configFile, plan: options.plan, log: options.log });
      assertDone(result);
      const actual = await recordSweep(NAME, result.stdout);
      deepStrictEqual(actual, expected, 'the disturbed sweep differs from the undisturbed one');
      const trace = await readEpochTrace(home.folder);
      const repeated = repeatedEpochs(trace);
      ok(
        repeated.length <= kills.length,
        `${kills.length} kills made ${repeated.length} epochs be trained again: ${repeated}`,
      );
      await assertNothingRuns(home);
      return { kills, trainedEpochs: trace.length, repeatedEpochs: repeated.length };
    });
  } finally {
    await removeFolder(folder);
  }
};
