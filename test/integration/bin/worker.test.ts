import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TASK_QUEUE } from '../../../contracts/names.ts';
import { temporalExecutable } from '../../support/provisioned.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const WORKER = fileURLToPath(new URL('../../../dist/bin/worker.js', import.meta.url));

let environment: TestWorkflowEnvironment;
let folder: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  folder = await temporaryFolder('tt-exp-worker-');
  environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: await temporalExecutable() } },
  });
});

afterAll(async () => {
  await environment?.teardown();
});

const runWorker = (readyFile: string): Promise<{ readonly exitCode: number | null; readonly stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WORKER, '--queue', TASK_QUEUE.cpu, '--ready-file', readyFile], {
      env: {
        ...process.env,
        TEMPORAL_ADDRESS: environment.address,
        // Not called before a step needs it.
        MLFLOW_TRACKING_URI: 'http://127.0.0.1:9',
        TT_EXP_HOME: folder,
        TT_TF_BACKEND: 'js',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stderr }));
  });

it('a worker that cannot become ready takes no task, and says why', async () => {
  const handle = await environment.client.workflow.start('experiment', {
    taskQueue: TASK_QUEUE.cpu,
    workflowId: 'waiting',
  });
  const readyFile = join(folder, 'no-such-folder', 'ready');
  const { exitCode, stderr } = await runWorker(readyFile);
  expect(exitCode).toBe(78);
  expect(stderr.split('\n').filter((line) => line.startsWith('error: '))).toEqual([
    `error: ENVIRONMENT_INVALID: ready file ${readyFile}: cannot be written (ENOENT)`,
  ]);
  expect(stderr).not.toContain('Cannot close connection');
  const { events = [] } = await handle.fetchHistory();
  expect(events?.map(({ eventType }) => eventType)).toHaveLength(2);
  await handle.terminate();
});
