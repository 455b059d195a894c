import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../client/registry-client.ts';
import { createRng } from '../../policy/rng.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { createTracking } from '../../tracking/index.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { eventually } from '../support/eventually.ts';
import { experimentInput, resolvedConfig } from '../support/experiment-fixtures.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-proxy.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';
import { startTestMlflow, type TestMlflow, temporalExecutable } from '../support/provisioned.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import type { GateWorkerOptions } from './fixtures/gate-worker.ts';

const WORKER = fileURLToPath(new URL('./fixtures/gate-worker.ts', import.meta.url));

/** Of four candidates for one new name. */
const NDCG = [0.35, 0.45, 0.3, 0.4];

/** Of the moments at which a worker is killed. */
const SEED = 7;
const KILLS = 3;
/** Requests to MLflow that every promotion makes at least. */
const FEWEST_REQUESTS = 8;

interface KilledAt {
  readonly proxies: readonly FaultyProxy[];
  /** Of the requests through all proxies, from 1. */
  readonly request: number;
  readonly kill: (proxy: number) => Promise<void>;
}

/** Kills the worker that makes the nth request, before MLflow hears of it. @returns once that has happened, or never */
const killAt = ({
  proxies,
  request: last,
  kill,
}: KilledAt): { readonly begun: Promise<void>; readonly killed: () => boolean } => {
  let requests = 0;
  let isKilled = false;
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  for (const [place, proxy] of proxies.entries()) {
    proxy.setFaults(async () => {
      requests += 1;
      begin();
      if (requests !== last) {
        return null;
      }
      await kill(place);
      isKilled = true;
      return 'reset';
    });
  }
  return { begun, killed: () => isKilled };
};

describe('gate/at-once', () => {
  const workers: ChildProcess[] = [];
  let folder: string;
  let mlflow: TestMlflow;
  let environment: TestWorkflowEnvironment;
  let bundle: string;
  let ndcg: GateWorkerOptions['ndcg'];

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    folder = await temporaryFolder('tt-exp-gate-');
    mlflow = await startTestMlflow();
    environment = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: await temporalExecutable() } },
    });
    bundle = (await workflowBundle()).codePath;
    ndcg = await createRuns();
  });

  afterEach(async () => {
    await Promise.all(workers.splice(0).map(kill));
  });

  afterAll(async () => {
    await environment?.teardown();
    await mlflow?.dispose();
  });

  /** Runs with a model, as a training leaves them. */
  const createRuns = async (): Promise<GateWorkerOptions['ndcg']> => {
    const tracking = createTracking({ trackingUri: mlflow.address });
    const experimentId = await tracking.ensureExperiment('fixture');
    const ndcg: Record<string, number> = {};
    for (const [index, value] of NDCG.entries()) {
      const runName = `run-${index}`;
      const spec = {
        experimentId,
        runKey: runName,
        runName,
        user: 'tester',
        gitCommit: null,
        tags: {},
        startTimeMs: 1,
      };
      const runId = await tracking.ensureRun(spec);
      await tracking.putArtifactText(runId, 'model/manifest.json', '{}');
      await tracking.putArtifactText(runId, 'encoder.json', '{}');
      ndcg[runId] = value;
    }
    await tracking.close();
    return ndcg;
  };

  const startWorker = async (file: string): Promise<ChildProcess> => {
    const worker = spawn(process.execPath, ['--import', 'tsx', WORKER, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    workers.push(worker);
    await once(worker.stdout, 'data');
    return worker;
  };

  const kill = async (worker: ChildProcess | undefined): Promise<void> => {
    if (worker !== undefined && worker.exitCode === null && worker.signalCode === null) {
      const ended = once(worker, 'exit');
      worker.kill('SIGKILL');
      await ended;
    }
  };

  const writeOptions = async (name: string, options: Pick<GateWorkerOptions, 'mlflow' | 'ndcg'>): Promise<string> => {
    const file = join(folder, name);
    const given: GateWorkerOptions = { temporal: environment.address, folder, bundle, ...options };
    await writeFile(file, JSON.stringify(given));
    return file;
  };

  const startExperiment = (index: number, modelName: string) => {
    const config = resolvedConfig({ sweep: null });
    return environment.client.workflow.start<typeof experiment>('experiment', {
      taskQueue: 'tt-cpu',
      workflowId: `tt-exp/${modelName}/${index}`,
      args: [
        experimentInput({
          ...config,
          training: { ...config.training, learning_rate: index },
          gate: { ...config.gate, model_name: modelName },
        }),
      ],
    });
  };

  it('gate/at-once: of four sweeps on one new model name over two worker processes exactly one is compared with nobody, and the best becomes champion', async () => {
    const file = await writeOptions('options.json', { mlflow: mlflow.address, ndcg });
    await Promise.all([startWorker(file), startWorker(file)]);

    const handles = await Promise.all(NDCG.map((_, index) => startExperiment(index, 'fixture-model')));
    const snapshots = await Promise.all(handles.map((handle) => handle.result()));
    const verdicts = snapshots.map(({ gate }) => gate);
    expect(verdicts.filter(({ compared_with: version }) => version === null)).toHaveLength(1);
    const reader = createMlflowReader(mlflow.address);
    const best = snapshots[1]?.model?.version;
    expect(verdicts[1]?.decision).toBe('promoted');
    expect(await reader.aliasVersion('fixture-model', 'champion')).toBe(best);
    expect((await reader.modelVersions('fixture-model')).map(({ run_id }) => run_id).sort()).toEqual(
      Object.keys(ndcg).sort(),
    );
    // Whoever was promoted was better than the one before, so the last promotion is the best of all.
    for (const { decision, candidate, champion } of verdicts) {
      expect(decision === 'promoted').toBe((candidate?.ndcg_at_10 ?? 0) > (champion?.ndcg_at_10 ?? 0));
    }
  });

  it('gate/at-once: a worker killed in the middle of an update of the owner, while two gates ask, leaves one champion, that of the ledger', async () => {
    const proxies = [await startFaultyProxy(mlflow.address), await startFaultyProxy(mlflow.address)];
    const files = await Promise.all(
      proxies.map(({ url }, place) => writeOptions(`options-${place}.json`, { mlflow: url, ndcg })),
    );
    const running = await Promise.all(files.map(startWorker));
    const reader = createMlflowReader(mlflow.address);
    const tracking = createTracking({ trackingUri: mlflow.address });
    const rng = createRng(SEED);
    for (let round = 1; round <= KILLS; round += 1) {
      const modelName = `killed-${round}`;
      await reader.createModel(modelName);
      const byHand = await reader.createVersion(modelName);
      const request = 1 + rng.below(FEWEST_REQUESTS);
      const { begun, killed } = killAt({ proxies, request, kill: (place) => kill(running[place]) });
      const update = createRegistryClient(environment.client).ask(modelName, {
        ...{ kind: 'promote', candidate: byHand, comparedWith: null, supersedes: false, request: `update/${round}` },
        ...{ actor: 'ana', reason: 'by hand', evidence: {} },
      });
      await begun;
      const [first, second] = await Promise.all([0, 1].map((index) => startExperiment(index, modelName)));
      await eventually(`a worker was killed at request ${request}`, killed, (isKilled) => isKilled);
      for (const [place, file] of files.entries()) {
        if (running[place]?.signalCode === 'SIGKILL') {
          running[place] = await startWorker(file);
        }
      }
      const [answer, ...snapshots] = await Promise.all([update, first?.result(), second?.result()]);
      expect(answer.entry, `killed at request ${request}`).toMatchObject({ action: 'promote', to: byHand });
      // Of the two gates the second one was better than whoever was champion when it was asked.
      expect(snapshots[1]?.gate.decision).toBe('promoted');
      const ledger = await readLedger(tracking, modelName);
      expect(ledger?.broken).toBeNull();
      expect(ledger?.entries.filter((entry) => entry.request === `update/${round}`)).toHaveLength(1);
      const champion = snapshots[1]?.model?.version;
      expect([ledger?.standing.champion, (await reader.aliases(modelName)).champion]).toEqual([champion, champion]);
    }
    await tracking.close();
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  });
});
