/** Experiments whose histories are kept: each goes through a part of the workflows that the others do not touch. */
import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { createOnlineClient } from '../../client/online-client.ts';
import { createRegistryClient } from '../../client/registry-client.ts';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import { byHandWorkflowId, onlineWorkflowId } from '../../contracts/ids.ts';
import { DEFAULT_ONLINE_SETTINGS, type OnlineDecision } from '../../contracts/online-report.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { resolvedConfig, SCHEDULER_SETTINGS, sweepSettings } from '../support/experiment-fixtures.ts';
import { createNoOpSteps, type Steps } from '../support/no-op-steps.ts';
import { measuredOnline, onlineExperiment } from '../support/online-experiments.ts';

type Handle = WorkflowHandle<typeof experiment>;

export interface Scenario {
  readonly name: string;
  readonly config: ResolvedConfig;
  readonly steps: () => Steps;
  /** What people do while it runs. */
  readonly steer?: (handle: Handle, client: Client) => Promise<void>;
  /** Trials whose own histories are kept too. */
  readonly trials: readonly string[];
  /** The owner of its registered model: its executions are kept too. */
  readonly isOwnerKept?: boolean;
  /** Id of the workflow that judges a move by hand: it is kept too. */
  readonly byHandId?: string;
  /** Registered model of an experiment online: its executions are kept in place of the experiment's. */
  readonly onlineModel?: string;
  /** The server asks for a new execution after so few events. */
  readonly isContinued?: boolean;
}

const short = (change: Partial<ResolvedConfig>): ResolvedConfig => {
  const config = resolvedConfig(change);
  return { ...config, training: { ...config.training, num_epochs: 4 } };
};

/** Trains until it is asked to stop. */
const trainUntilStopped: Steps['trainTrial'] = async () => {
  const beat = setInterval(() => Context.current().heartbeat(), 50);
  await Context.current().cancelled.catch(() => undefined);
  clearInterval(beat);
  return { kind: 'stopped', result: null };
};

const untilRunning = async (handle: Handle, count: number): Promise<void> => {
  for (;;) {
    const { trials } = await handle.query<{ trials: readonly { status: string }[] }, []>('snapshot');
    if (trials.filter(({ status }) => status === 'running').length >= count) {
      return;
    }
    await pause(50);
  }
};

/** The first replicate lasts until it is stopped, the second one fails, and all others end at once. */
const troubledReplicates = (): Steps => {
  let isStopped = false;
  const { trainTrial } = createNoOpSteps();
  return createNoOpSteps({
    trainTrial: (request) => {
      if (request.runId.endsWith('-replicate-2') && !isStopped) {
        isStopped = true;
        return trainUntilStopped(request);
      }
      if (request.runId.endsWith('-replicate-3')) {
        throw ApplicationFailure.create({ type: 'TRAINING_DIVERGED', nonRetryable: true, message: 'loss: got NaN' });
      }
      return trainTrial(request);
    },
  });
};

const withReplicates = (replicates: number): ResolvedConfig => {
  const config = short({ sweep: sweepSettings({ max_parallel: 1 }) });
  return { ...config, gate: { ...config.gate, replicates } };
};

const untilReplicateTrains = async (handle: Handle): Promise<void> => {
  for (;;) {
    const { replicates } = await handle.query<ExperimentSnapshot, []>('snapshot');
    if (replicates?.trials.some(({ status }) => status === 'running') === true) {
      return;
    }
    await pause(50);
  }
};

const BY_HAND = { ledgerRunId: 'ledger', seq: 1, version: '3', from: '1' };

/** The owner finds, at the first request, that somebody has made version 3 champion. */
const movedByHand = (): Steps => {
  const { changeRegistry } = createNoOpSteps();
  let isKnown = false;
  return createNoOpSteps({
    changeRegistry: async (request) => {
      const adopted = isKnown ? [] : [BY_HAND];
      isKnown = true;
      return { ...(await changeRegistry(request)), adopted };
    },
    readAdopted: async () => ({
      ...{ kind: 'known', runId: 'run-3', datasetVersion: 'ds-0123456789abcdef' },
      settings: { gate: resolvedConfig().gate, relevanceThreshold: 0.4, seed: 7 },
    }),
  });
};

/** Its first two trainings last until they are stopped, all others end at once. */
const firstTwoWait = (): Steps => {
  let trainings = 0;
  const { trainTrial } = createNoOpSteps();
  return createNoOpSteps({
    trainTrial: (request) => {
      trainings += 1;
      return trainings <= 2 ? trainUntilStopped(request) : trainTrial(request);
    },
  });
};

/** Measured as these say, one after the other; the last one for ever. */
const measuredAs = (...decisions: readonly OnlineDecision[]): Steps => {
  let looks = 0;
  return createNoOpSteps({
    measureOnline: async ({ experiment }) => {
      const decision = decisions[looks] ?? decisions.at(-1) ?? 'continue';
      looks += 1;
      return { ...measuredOnline(experiment, decision), broken: null };
    },
  });
};

/** Measured once, and never again: the end goes on with what there is. */
const unmeasuredAtEnd = (): Steps => {
  let looks = 0;
  return createNoOpSteps({
    measureOnline: async ({ experiment }) => {
      looks += 1;
      if (looks > 1) {
        throw ApplicationFailure.create({
          type: 'MODEL_NOT_LOADING',
          nonRetryable: true,
          message: 'the logs are gone',
        });
      }
      return { ...measuredOnline(experiment, 'continue'), broken: null };
    },
  });
};

/** It looks once a second. */
const untilMeasured = async (client: Client, model: string): Promise<void> => {
  while ((await createOnlineClient(client).view(model))?.snapshot.measured === null) {
    await pause(50);
  }
};

const startOnline = (client: Client, model: string): Promise<void> =>
  createOnlineClient(client).start({
    experiment: onlineExperiment({ model, attribution_hours: 0.001, started_at: new Date().toISOString() }),
    ...{ settings: DEFAULT_ONLINE_SETTINGS, on_win: 'promote', actor: 'ana', reason: 'better in the gate' },
  });

/** The first one cannot be had, the second one agrees. */
const blessedAtLast = (): Steps => {
  let isTried = false;
  const { blessCandidate } = createNoOpSteps();
  return createNoOpSteps({
    blessCandidate: (request) => {
      if (!isTried) {
        isTried = true;
        throw ApplicationFailure.create({ type: 'SERVICE_UNREACHABLE', message: 'not ready within 60 s' });
      }
      return blessCandidate(request);
    },
  });
};

export const SCENARIOS: readonly Scenario[] = [
  { name: 'single', config: short({ sweep: null }), steps: () => createNoOpSteps(), trials: ['trial-000'] },
  {
    name: 'pruned',
    config: short({
      sweep: sweepSettings({
        space: { 'training.learning_rate': { choice: [0.4, 0.3, 0.2, 0.1, 0.05, 0.01] } },
        scheduler: { ...SCHEDULER_SETTINGS, type: 'asha', reduction: 2 },
      }),
    }),
    steps: () => createNoOpSteps(),
    trials: ['trial-000'],
  },
  {
    name: 'cancelled',
    config: short({}),
    steps: () => createNoOpSteps({ trainTrial: trainUntilStopped }),
    steer: async (handle) => {
      await untilRunning(handle, 2);
      await pause(500);
      await handle.cancel();
    },
    trials: ['trial-000'],
  },
  {
    name: 'paused',
    config: short({}),
    steps: firstTwoWait,
    steer: async (handle) => {
      await untilRunning(handle, 2);
      await pause(500);
      await handle.signal('pause');
      await pause(500);
      await handle.executeUpdate('setMaxParallel', { args: [{ maxParallel: 3 }] });
      await handle.signal('resume');
    },
    trials: ['trial-000'],
  },
  {
    name: 'continued',
    config: short({}),
    steps: () => createNoOpSteps(),
    trials: [],
    isContinued: true,
  },
  {
    name: 'approved',
    config: short({ sweep: null, gate: { ...resolvedConfig().gate, approval: 'manual', approval_timeout: 1 } }),
    steps: () => createNoOpSteps(),
    steer: async (handle, client) => {
      await handle.result();
      await createRegistryClient(client).decide(resolvedConfig().gate.model_name, {
        ...{ request: 'approve', candidate: null, experimentId: null, isApproved: true, by: 'ana', reason: 'fine' },
      });
    },
    trials: [],
    isOwnerKept: true,
  },
  {
    name: 'replicates',
    config: withReplicates(4),
    steps: troubledReplicates,
    steer: async (handle) => {
      await untilReplicateTrains(handle);
      await pause(500);
      await handle.signal('pause');
      await pause(500);
      await handle.executeUpdate('setMaxParallel', { args: [{ maxParallel: 3 }] });
      await handle.signal('resume');
    },
    trials: [],
  },
  {
    name: 'replicates-continued',
    config: withReplicates(6),
    steps: () => createNoOpSteps(),
    trials: [],
    isContinued: true,
  },
  { name: 'blessed', config: short({ sweep: null }), steps: blessedAtLast, trials: [] },
  {
    name: 'by-hand',
    config: short({ sweep: null }),
    steps: movedByHand,
    trials: [],
    isOwnerKept: true,
    byHandId: byHandWorkflowId(resolvedConfig().gate.model_name, BY_HAND.ledgerRunId, BY_HAND.seq),
  },
  {
    name: 'online',
    config: short({ sweep: null }),
    steps: () => measuredAs('continue', 'continue', 'promote'),
    steer: async (handle, client) => {
      await handle.result();
      await startOnline(client, 'online');
      await client.workflow.getHandle(onlineWorkflowId('online')).result();
    },
    trials: [],
    onlineModel: 'online',
  },
  {
    name: 'online-stopped',
    config: short({ sweep: null }),
    steps: () => measuredAs('continue'),
    steer: async (handle, client) => {
      await handle.result();
      await startOnline(client, 'online');
      await pause(12_000);
      await createOnlineClient(client).stop('online', { by: 'bea', reason: 'complaints' });
    },
    trials: [],
    onlineModel: 'online',
    isContinued: true,
  },
  {
    name: 'online-measured-at-end',
    config: short({ sweep: null }),
    steps: () => measuredAs('continue'),
    steer: async (handle, client) => {
      await handle.result();
      await startOnline(client, 'online');
      await untilMeasured(client, 'online');
      await createOnlineClient(client).stop('online', { by: 'bea', reason: 'complaints' });
    },
    trials: [],
    onlineModel: 'online',
  },
  {
    name: 'online-unmeasured-at-end',
    config: short({ sweep: null }),
    steps: unmeasuredAtEnd,
    steer: async (handle, client) => {
      await handle.result();
      await startOnline(client, 'online');
      await untilMeasured(client, 'online');
      await client.workflow.getHandle(onlineWorkflowId('online')).cancel();
      await client.workflow.getHandle(onlineWorkflowId('online')).result();
    },
    trials: [],
    onlineModel: 'online',
  },
];
