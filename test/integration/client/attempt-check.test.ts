import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAttemptCheck } from '../../../client/attempt-check.ts';
import { temporalExecutable } from '../../support/provisioned.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: await temporalExecutable() } },
  });
});

afterAll(async () => {
  await environment?.teardown();
});

it('the server takes heartbeats of the current attempt alone', async () => {
  const tokens: Uint8Array[] = [];
  let isOver = false;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'attempts',
    workflowsPath: new URL('fixtures/one-activity.ts', import.meta.url).pathname,
    activities: {
      hold: async (): Promise<void> => {
        tokens.push(Context.current().info.taskToken);
        while (!isOver) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          if (tokens.length > 1) {
            Context.current().heartbeat();
          }
        }
      },
    },
  });
  const client = new Client({ connection: environment.nativeConnection });
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const check = createAttemptCheck({ client: client.activity, monotonicMs: () => performance.now(), sleep });
  await worker.runUntil(async () => {
    const handle = await environment.client.workflow.start('oneActivity', { taskQueue: 'attempts', workflowId: 'a' });
    await expect.poll(() => tokens.length, { timeout: 30_000 }).toBe(2);
    const [first = new Uint8Array(), second = new Uint8Array()] = tokens;
    expect(await check.confirm(first, null)).toBe(false);
    expect(await check.confirm(second, null)).toBe(true);
    await handle.cancel();
    expect(await check.confirm(second, null)).toBe(true);
    isOver = true;
    await handle.result().catch(() => undefined);
    expect(await check.confirm(second, null)).toBe(false);
  });
});
