/** What watching costs the server, counted at the connection. */
import { Context } from '@temporalio/activity';
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createExperimentsClient } from '../../../client/experiments-client.ts';
import { experimentInput, resolvedConfig, sweepSettings } from '../../support/experiment-fixtures.ts';
import { progressAt } from '../../support/experiment-views.ts';
import {
  createSteps,
  pause,
  startWorkflowServer,
  trained,
  type WorkflowServer,
} from '../../support/workflow-server.ts';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

let server: WorkflowServer;

beforeAll(async () => {
  server = await startWorkflowServer();
});

afterAll(async () => {
  await server?.stop();
});

const learningRates = (count: number): number[] => Array.from({ length: count }, (_, index) => (index + 1) / 1000);

const sweepOf = (count: number) =>
  resolvedConfig({
    name: `watched-${count}`,
    sweep: sweepSettings({
      max_parallel: count,
      space: { 'training.learning_rate': { choice: learningRates(count) } },
    }),
  });

/** A connection that counts what goes over it. */
const connect = async (address: string) => {
  const counted = { calls: 0 };
  const connection = await Connection.connect({
    address,
    interceptors: [
      (options, nextCall) => {
        counted.calls += 1;
        return nextCall(options) as ReturnType<Interceptor>;
      },
    ],
  });
  return { counted, connection, experiments: createExperimentsClient(new Client({ connection })) };
};

test.each([4, 16])('client/watch: %i trials at work all show progress, for ten calls a view at most', async (count) => {
  let isOver = false;
  const { steps } = createSteps({
    trainTrial: async ({ settings }) => {
      while (!isOver) {
        Context.current().heartbeat(progressAt(3));
        await pause(50);
      }
      return trained(settings.training.learning_rate);
    },
  });
  await server.withWorkers(steps, async () => {
    const { counted, connection, experiments } = await connect(server.address);
    const { experimentId } = await experiments.start({
      ...experimentInput(sweepOf(count)),
      configDigest: `${count}`.padEnd(16, '0'),
    });
    counted.calls = 0;
    const costs: number[] = [];
    for await (const { status, progress } of experiments.watch(experimentId)) {
      costs.push(counted.calls);
      counted.calls = 0;
      isOver ||= Object.keys(progress).length === count;
      if (status !== 'running') {
        break;
      }
    }
    expect(isOver).toBe(true);
    expect(Math.max(...costs)).toBeLessThanOrEqual(10);
    await connection.close();
  });
});
