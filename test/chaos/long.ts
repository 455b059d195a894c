/**
 * `npm run test:chaos [-- --seed 7 --kills 30]`: one sweep, at least 20 kills. The seed decides what dies when.
 * `npm run test:chaos -- --outage 60`: one sweep whose MLflow fails, for so many seconds altogether.
 * `npm run test:chaos -- --registry 500`: a registered model's owner, killed and disturbed in so many turns.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { startTestMlflow } from '../support/provisioned.ts';
import { compareWithUndisturbed } from './compare-with-undisturbed.ts';
import { runDisturbedRegistry } from './disturbed-registry.ts';
import { runWithFaultyMlflow } from './faulty-mlflow.ts';
import { planKills } from './kill-plan.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '24' },
    epochs: { type: 'string', default: '120' },
    /** Seconds. */
    outage: { type: 'string' },
    /** Turns. */
    registry: { type: 'string' },
  },
});
const seed = Number(values.seed ?? randomInt(1_000_000));
const kills = Number(values.kills);
const log = (line: string): void => void process.stdout.write(`${line}\n`);

const killProcesses = async (): Promise<void> => {
  log(`seed ${seed}: ${kills} kills; again with --seed ${seed}`);
  const outcome = await compareWithUndisturbed({
    learningRates: [0.001, 0.0005, 0.002, 0.0002, 0.003, 0.0001],
    epochs: Number(values.epochs),
    plan: planKills({ seed, kills, shortestMs: 500, longestMs: 6_000 }),
    log,
  });
  log(
    `seed ${seed}: equal after ${outcome.kills.length} kills; ${outcome.trainedEpochs} epochs trained, ` +
      `${outcome.repeatedEpochs} of them again`,
  );
  if (outcome.kills.length < kills) {
    log(`the sweep was over after ${outcome.kills.length} of ${kills} kills: more with --epochs`);
    process.exitCode = 1;
  }
};

const failMlflow = async (seconds: number): Promise<void> => {
  log(`seed ${seed}: MLflow fails in bursts, and for ${seconds} s altogether; again with --seed ${seed}`);
  const faults = await runWithFaultyMlflow({ seed, epochs: Number(values.epochs), outageMs: seconds * 1000 });
  log(`seed ${seed}: nothing lost, nothing doubled; requests that met a fault: ${JSON.stringify(faults)}`);
};

const disturbRegistry = async (turns: number): Promise<void> => {
  log(`seed ${seed}: ${turns} turns of a registered model; again with --seed ${seed}`);
  const mlflow = await startTestMlflow();
  const proxy = await startFaultyProxy(mlflow.address);
  try {
    const { kills, byOthers, records } = await runDisturbedRegistry({
      ...{ seed, turns, mlflow: mlflow.address, proxy, log },
    });
    log(
      `seed ${seed}: one champion or none, as in the ledger, after ${kills} kills and ${byOthers} moves by others; ${records} records`,
    );
  } finally {
    await proxy.stop();
    await mlflow.dispose();
  }
};

if (values.registry !== undefined) {
  await disturbRegistry(Number(values.registry));
} else {
  await (values.outage === undefined ? killProcesses() : failMlflow(Number(values.outage)));
}
