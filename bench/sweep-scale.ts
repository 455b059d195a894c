// Sweeps of no-op trials beside bare child workflows on the same server, in turn: trials a second, memory, histories.
// Usage: npm run bench:scale [-- --trials 1000 --parallel 16 --rounds 3]
import { parseArgs } from 'node:util';
import type { Client } from '@temporalio/client';
import { createExperimentsClient } from '../client/experiments-client.ts';
import { experimentInput, resolvedConfig, sweepSettings } from '../test/support/experiment-fixtures.ts';
import type { experiment } from '../workflows/experiment.ts';
import type { bareParent } from './bare-workflows.ts';
import { median } from './median.ts';
import { withScaleEnvironment } from './scale-environment.ts';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '1000' },
    parallel: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
  },
});
const trials = Number(values.trials);
const parallel = Number(values.parallel);
const rounds = Number(values.rounds);

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
const seconds = (ms: number): number => ms / 1000;
const memory = (): string => {
  const { rss, heapUsed } = process.memoryUsage();
  return `${megabytes(rss)} resident, ${megabytes(heapUsed)} heap`;
};

const runBare = async (client: Client, round: number): Promise<number> => {
  const startMs = performance.now();
  await client.workflow.execute<typeof bareParent>('bareParent', {
    taskQueue: 'tt-cpu',
    workflowId: `bare/${round}`,
    args: [{ count: trials, parallel }],
  });
  return trials / seconds(performance.now() - startMs);
};

const config = resolvedConfig({
  sweep: sweepSettings({
    sampler: 'random',
    max_trials: trials,
    max_parallel: parallel,
    space: { 'training.learning_rate': { float: { low: 0.0001, high: 0.1, log: true } } },
  }),
});

interface SweepFigures {
  readonly rate: number;
  readonly views: number;
  readonly executions: number;
  readonly events: number;
  readonly snapshotBytes: number;
}

const runSweep = async (client: Client, round: number): Promise<SweepFigures> => {
  const experiments = createExperimentsClient(client);
  const startMs = performance.now();
  const { experimentId, workflowId } = await experiments.start({
    ...experimentInput(config),
    // Another experiment each round.
    configDigest: String(round).padStart(64, '0'),
  });
  const ending = client.workflow
    .getHandle<typeof experiment>(workflowId)
    .result()
    .then((snapshot) => ({ snapshot, rate: trials / seconds(performance.now() - startMs) }));
  // As a terminal that follows it.
  let views = 0;
  for await (const _view of experiments.watch(experimentId)) {
    views += 1;
  }
  const { snapshot, rate } = await ending;
  const done = snapshot.trials.filter(({ status }) => status === 'completed').length;
  if (done !== trials) {
    throw new Error(`sweep: got ${done} completed trials, expected ${trials}`);
  }
  let executions = 0;
  let events = 0;
  for await (const execution of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    executions += 1;
    events = Math.max(events, execution.historyLength ?? 0);
  }
  return { rate, views, executions, events, snapshotBytes: JSON.stringify(snapshot).length };
};

await withScaleEnvironment(parallel, async (client) => {
  console.log(`${trials} no-op trials, ${parallel} at once; memory at the start: ${memory()}`);
  const bare: number[] = [];
  const sweeps: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    bare.push(await runBare(client, round));
    const figures = await runSweep(client, round);
    sweeps.push(figures.rate);
    console.log(
      `round ${round}: bare children ${bare.at(-1)?.toFixed(1)}/s, trials ${figures.rate.toFixed(1)}/s; ` +
        `${figures.executions} executions, the longest of ${figures.events} events; ` +
        `${figures.views} views, at last of ${megabytes(figures.snapshotBytes)}; memory ${memory()}`,
    );
  }
  const ratio = median(sweeps) / median(bare);
  console.log(
    `median: bare children ${median(bare).toFixed(1)}/s, trials ${median(sweeps).toFixed(1)}/s, ` +
      `ratio ${ratio.toFixed(2)} (at least 0.5 is what we promise): ${ratio >= 0.5 ? 'kept' : 'MISSED'}`,
  );
});
