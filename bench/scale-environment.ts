/** A Temporal server with the embedded settings, and workers whose steps do nothing, in this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { openTemporalClient } from '../client/connection.ts';
import { DATA_CONVERTER } from '../client/payload-codec.ts';
import { TASK_QUEUE } from '../contracts/names.ts';
import { createNoOpSteps } from '../test/support/no-op-steps.ts';
import { provisioned } from '../test/support/provisioned.ts';
import { startTemporal } from '../test/support/standalone-server.ts';

/** As bin/run-worker.ts has it. */
const STICKY_QUEUE_TIMEOUT = '2s';

export const withScaleEnvironment = async (slots: number, use: (client: Client) => Promise<void>): Promise<void> => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { temporal: binary } = await provisioned();
  if (binary === null) {
    throw new Error('no Temporal was provisioned');
  }
  const folder = await mkdtemp(join(tmpdir(), 'tt-exp-scale-'));
  const server = await startTemporal({ binary, folder, environment: process.env });
  try {
    const connection = await NativeConnection.connect({ address: server.address });
    const common = {
      ...{ connection, dataConverter: DATA_CONVERTER, activities: createNoOpSteps() },
      stickyQueueScheduleToStartTimeout: STICKY_QUEUE_TIMEOUT,
    };
    const workflowBundle = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./bare-workflows.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    const cpu = await Worker.create({
      ...{ ...common, workflowBundle, taskQueue: TASK_QUEUE.cpu },
      maxConcurrentActivityTaskExecutions: 4,
    });
    const gpu = await Worker.create({
      ...{ ...common, taskQueue: TASK_QUEUE.gpu },
      maxConcurrentActivityTaskExecutions: slots,
    });
    const client = await openTemporalClient({ address: server.address, namespace: 'default' });
    await cpu.runUntil(gpu.runUntil(use(client)));
    await client.connection.close();
    await connection.close();
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
};
