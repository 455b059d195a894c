/** Runs one sweep whose MLflow fails in bursts, and altogether for a while in the middle of training. */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { FAULTS, type FaultyProxy, faultsInBursts, startFaultyProxy } from '../support/faulty-proxy.ts';
import { makeFolder, removeFolder } from '../support/make-folder.ts';
import { startTestMlflow } from '../support/provisioned.ts';
import { type RecordedSweep, recordSweep } from '../support/record-sweep.ts';
import { writeSmallSweep } from './write-small-sweep.ts';

export interface FaultySweepOptions {
  readonly seed: number;
  readonly epochs: number;
  /** Of nothing but status 500, from an early epoch on. */
  readonly outageMs: number;
}

const NAME = 'faulty-mlflow';
const LATER_EPOCH = /epoch (?:[2-9]|\d\d+)\//;
const LOOK_EVERY_MS = 100;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const runInTurn = async (home: CliHome, file: string, proxy: FaultyProxy, options: FaultySweepOptions) => {
  const bursts = faultsInBursts(options.seed);
  proxy.setFaults(bursts);
  const running = home.start(['run', file, '--json'], { MLFLOW_TRACKING_URI: proxy.url });
  let isOver = false;
  const finished = running.finished.finally(() => {
    isOver = true;
  });
  while (!isOver && !LATER_EPOCH.test(running.stderr())) {
    await pause(LOOK_EVERY_MS);
  }
  proxy.setFaults(() => 'status 500');
  await pause(options.outageMs);
  const isStillRunning = !isOver;
  proxy.setFaults(bursts);
  const result = await finished;
  proxy.setFaults(() => null);
  ok(result.exitCode === 0, `the command ended with ${result.exitCode}: ${result.stderr.slice(-4000)}`);
  ok(isStillRunning, 'the sweep was over before the outage was');
  return result;
};

/** Every run once and closed, every metric of every epoch once: the recording throws at a doubled point. */
const assertWhole = ({ runs, datasetRuns, modelVersions }: RecordedSweep, epochs: number): void => {
  deepStrictEqual(
    runs.map(({ kind, status }) => [kind, status]),
    [
      ['experiment', 'FINISHED'],
      ['trial', 'FINISHED'],
      ['trial', 'FINISHED'],
    ],
  );
  for (const { metrics, trialId } of runs.filter(({ kind }) => kind === 'trial')) {
    deepStrictEqual(
      (metrics.train_loss ?? []).map(([step]) => step),
      Array.from({ length: epochs }, (_, epoch) => epoch + 1),
      `train_loss of ${trialId}`,
    );
  }
  deepStrictEqual(datasetRuns, ['FINISHED']);
  deepStrictEqual(modelVersions, 1);
};

/** Throws an AssertionError where the sweep fails, or anything is missing in MLflow or there twice. */
export const runWithFaultyMlflow = async (options: FaultySweepOptions): Promise<FaultyProxy['faults']> => {
  const folder = await makeFolder('tt-exp-faults-');
  const mlflow = await startTestMlflow();
  const proxy = await startFaultyProxy(mlflow.address);
  const home = await createCliHome();
  try {
    const file = await writeSmallSweep(folder, { name: NAME, epochs: options.epochs });
    const { stdout } = await runInTurn(home, file, proxy, options);
    assertWhole(await recordSweep(NAME, stdout), options.epochs);
    for (const fault of FAULTS) {
      ok(proxy.faults[fault] > 0, `no request met the fault "${fault}"`);
    }
    return proxy.faults;
  } finally {
    await home.dispose();
    await proxy.stop();
    await mlflow.dispose();
    await removeFolder(folder);
  }
};
