/**
 * `npm run record:histories`: records the histories of all scenarios anew, with today's workflows; with names behind it
 * (`-- replicates by-hand`) those of these scenarios alone, and leaves the others as they are.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DATA_CONVERTER } from '../../client/payload-codec.ts';
import { onlineWorkflowId, registryWorkflowId } from '../../contracts/ids.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { experimentInput } from '../support/experiment-fixtures.ts';
import { temporalExecutable } from '../support/provisioned.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import { HISTORIES } from './histories-folder.ts';
import { writeHistory } from './history-json.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** An experiment of four trials has more. */
const EVENTS_OF_A_SHORT_EXECUTION = 40;

const openEnvironment = async (isContinued: boolean): Promise<TestWorkflowEnvironment> =>
  TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: await temporalExecutable() },
      extraArgs: [
        ...['--search-attribute', 'TtExperimentId=Keyword'],
        ...['--dynamic-config-value', 'history.workflowIdReuseMinimalInterval="0s"'],
        ...(isContinued
          ? ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${EVENTS_OF_A_SHORT_EXECUTION}`]
          : []),
      ],
    },
    client: { dataConverter: DATA_CONVERTER },
  });

const save = async (client: Client, name: string, workflowId: string, runId?: string): Promise<void> => {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  await writeFile(join(HISTORIES, `${name}.json`), writeHistory(workflowId, history));
  process.stdout.write(`${name}: ${history.events?.length} events\n`);
};

/** One after the other, where it was continued as new. */
const saveRuns = async (client: Client, name: string, workflowId: string): Promise<void> => {
  const runs: string[] = [];
  for await (const { runId, status } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    if (status.name !== 'RUNNING') {
      runs.unshift(runId);
    }
  }
  for (const [place, runId] of runs.entries()) {
    await save(client, `${name}${runs.length > 1 ? `-${place + 1}` : ''}`, workflowId, runId);
  }
};

const record = async (scenario: Scenario): Promise<void> => {
  const environment = await openEnvironment(scenario.isContinued === true);
  const { client, nativeConnection: connection } = environment;
  const common = { connection, activities: scenario.steps(), dataConverter: DATA_CONVERTER, shutdownGraceTime: '1s' };
  const cpu = await Worker.create({ ...common, taskQueue: 'tt-cpu', workflowBundle: bundle });
  const gpu = await Worker.create({ ...common, taskQueue: 'tt-gpu', maxHeartbeatThrottleInterval: '100ms' });
  const workflowId = `tt-exp/replay/${scenario.name}`;
  await cpu.runUntil(
    gpu.runUntil(async () => {
      const handle = await client.workflow.start<typeof experiment>('experiment', {
        ...{ taskQueue: 'tt-cpu', workflowId },
        args: [experimentInput(scenario.config)],
      });
      await scenario.steer?.(handle, client);
      // However it ends: the cancelled one rejects.
      await handle.result().catch(() => undefined);
      if (scenario.byHandId !== undefined) {
        await client.workflow.getHandle(scenario.byHandId).result();
      }
    }),
  );
  for (const trial of scenario.trials) {
    await save(client, `trial-${scenario.name}`, `${workflowId}/${trial}`);
  }
  if (scenario.isOwnerKept === true) {
    await saveRuns(client, `registry-${scenario.name}`, registryWorkflowId(scenario.config.gate.model_name));
  }
  if (scenario.byHandId !== undefined) {
    await save(client, `judge-${scenario.name}`, scenario.byHandId);
  }
  await (scenario.onlineModel === undefined
    ? saveRuns(client, `experiment-${scenario.name}`, workflowId)
    : saveRuns(client, `online-experiment-${scenario.name}`, onlineWorkflowId(scenario.onlineModel)));
  await environment.teardown();
};

Runtime.install({ logger: new DefaultLogger('ERROR') });
const names = process.argv.slice(2);
const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  throw new Error(`got ${unknown.join(', ')}, expected one of ${SCENARIOS.map(({ name }) => name).join(', ')}`);
}
if (names.length === 0) {
  await rm(HISTORIES, { recursive: true, force: true });
}
await mkdir(HISTORIES, { recursive: true });
const bundle = await workflowBundle();
for (const scenario of SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  await record(scenario);
}
