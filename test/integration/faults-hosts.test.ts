import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killEverything } from '../chaos/home-processes.ts';
import { writeSmallSweep } from '../chaos/write-small-sweep.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';
import { whyNoNetworkHosts } from '../support/network-hosts.ts';
import { provisioned, startTestMlflow, type TestMlflow } from '../support/provisioned.ts';
import { recordSweep } from '../support/record-sweep.ts';
import { startTemporal } from '../support/standalone-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type ServerAddresses,
  serverVariables,
  startTrainingHost,
  type TrainingHost,
  type TrainingHostOptions,
} from '../support/training-host.ts';

const TIMEOUT_MS = 1_200_000;
const EPOCHS = 12;
const HOUR_MS = 3_600_000;

/** Of the JSON summary. */
interface TrialEnd {
  readonly run_id: string;
  readonly resumed_from_epoch: number | null;
}

const eventually = (probe: () => unknown) => expect.poll(probe, { timeout: 600_000, interval: 50 });

describe('faults/hosts', () => {
  const hosts: TrainingHost[] = [];
  let mlflow: TestMlflow;
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let own: CliHome;
  let folder: string;
  let servers: ServerAddresses;
  let whyNoNetworks: string | null;

  beforeAll(async () => {
    folder = await temporaryFolder('tt-exp-hosts-');
    const { temporal: binary } = await provisioned();
    if (binary === null) {
      throw new Error('no Temporal was provisioned');
    }
    temporal = await startTemporal({ binary, folder, environment: process.env });
    mlflow = await startTestMlflow();
    servers = { temporal: temporal.address, mlflow: new URL(mlflow.address).host };
    own = await createCliHome();
    whyNoNetworks = await whyNoNetworkHosts();
    if (whyNoNetworks !== null) {
      process.stderr.write(`faults/hosts: the hosts share a network, for want of namespaces: ${whyNoNetworks}\n`);
    }
  });

  afterAll(async () => {
    await Promise.all(hosts.map((host) => host.dispose()));
    if (own !== undefined) {
      await killEverything(own.folder);
      await own.dispose();
    }
    await mlflow?.dispose();
    await temporal?.stop();
  });

  const startHost = async (index: number, change: Partial<TrainingHostOptions> = {}): Promise<TrainingHost> => {
    const host = await startTrainingHost({ folder, index, servers, hasOwnNetwork: whyNoNetworks === null, ...change });
    hosts.push(host);
    return host;
  };

  it(
    'faults/hosts: hosts with nothing but two addresses share the trials, though their clocks are hours apart and one has other code, and those of a killed host go on at the other',
    async () => {
      own.start(['worker', '--queue', 'tt-cpu', '--slots', '4'], serverVariables(servers));
      const outdated = await startHost(0, { isOutdated: true });
      const file = await writeSmallSweep(folder, { name: 'hosts', epochs: EPOCHS });
      const running = own.start(['run', file, '--json'], serverVariables(servers));
      await eventually(() => outdated.output()).toContain('WORKER_OUTDATED');
      expect(await outdated.isTraining()).toBe(false);
      // Killed, it may leave a step that is missed only after a heartbeat time-out: long enough to train the other trial.
      await outdated.stop();

      const first = await startHost(1, { clockShiftMs: HOUR_MS });
      const second = await startHost(2, { clockShiftMs: -HOUR_MS });
      const training = () => [first, second].filter((host) => host.firstRun() !== null);
      await eventually(() => training().length).toBeGreaterThan(0);
      // Whichever begins last has most of its trial before it, however long it had to wait for one.
      const earlier = training().includes(first) ? first : second;
      const killed = earlier === first ? second : first;
      await eventually(() => killed.firstRun()).not.toBeNull();
      const runId = killed.firstRun() ?? '';
      expect(runId).not.toBe(earlier.firstRun());
      const loggedEpochs = async () => (await createMlflowReader(mlflow.address).history(runId, 'train_loss')).length;
      await eventually(loggedEpochs).toBeGreaterThanOrEqual(3);
      await killed.kill();

      const { exitCode, stdout, stderr } = await running.finished;
      expect(exitCode, stderr).toBe(0);
      const { trials } = JSON.parse(stdout) as { trials: readonly TrialEnd[] };
      // The surviving host has the other's checkpoint from MLflow, or it would begin again.
      const resumed = trials.filter(({ resumed_from_epoch: epoch }) => epoch !== null && epoch >= 3);
      expect(resumed.map(({ run_id: id }) => id)).toEqual([runId]);
      const { runs, datasetRuns } = await recordSweep('hosts', stdout);
      for (const { metrics, status } of runs.filter(({ kind }) => kind === 'trial')) {
        expect(status).toBe('FINISHED');
        const steps = (metrics.train_loss ?? []).map(([step]) => step);
        expect(steps).toEqual(Array.from({ length: EPOCHS }, (_, epoch) => epoch + 1));
      }
      expect(datasetRuns).toEqual(['FINISHED']);
    },
    TIMEOUT_MS,
  );
});
