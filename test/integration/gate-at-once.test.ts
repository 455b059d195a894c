import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTracking } from '../../tracking/index.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { experimentInput, resolvedConfig } from '../support/experiment-fixtures.ts';
import { createMlflowReader } from '../support/mlflow-rest.ts';
import { startTestMlflow, type TestMlflow, temporalExecutable } from '../support/provisioned.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { GateWorkerOptions } from './fixtures/gate-worker.ts';

const WORKER = fileURLToPath(new URL('./fixtures/gate-worker.ts', import.meta.url));

/** Of four candidates for one new name. */
const NDCG = [0.35, 0.45, 0.3, 0.4];

describe('gate/at-once', () => {
  const workers: ChildProcess[] = [];
  let folder: string;
  let mlflow: TestMlflow;
  let environment: TestWorkflowEnvironment;

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    folder = await temporaryFolder('tt-exp-gate-');
    mlflow = await startTestMlflow();
    environment = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path: await temporalExecutable() } },
    });
  });

  afterAll(async () => {
    for (const worker of workers) {
      worker.kill('SIGKILL');
    }
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

  const startWorker = async (file: string): Promise<void> => {
    const worker = spawn(process.execPath, ['--import', 'tsx', WORKER, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    workers.push(worker);
    await once(worker.stdout, 'data');
  };

  it('gate/at-once: of four sweeps on one new model name over two worker processes exactly one is compared with nobody, and the best becomes champion', async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    const bundle = join(folder, 'workflows.cjs');
    await writeFile(bundle, code);
    const ndcg = await createRuns();
    const options: GateWorkerOptions = {
      temporal: environment.address,
      mlflow: mlflow.address,
      folder,
      bundle,
      ndcg,
    };
    const file = join(folder, 'options.json');
    await writeFile(file, JSON.stringify(options));
    await Promise.all([startWorker(file), startWorker(file)]);

    const config = resolvedConfig({ sweep: null });
    const handles = await Promise.all(
      NDCG.map((_, index) =>
        environment.client.workflow.start<typeof experiment>('experiment', {
          taskQueue: 'tt-cpu',
          workflowId: `tt-exp/fixture/${index}`,
          args: [experimentInput({ ...config, training: { ...config.training, learning_rate: index } })],
        }),
      ),
    );
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
});
