/** Experiments whose histories are kept: each goes through a part of the workflows that the others do not touch. */
import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { createRegistryClient } from '../../client/registry-client.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { experiment } from '../../workflows/experiment.ts';
import { resolvedConfig, SCHEDULER_SETTINGS, sweepSettings } from '../support/experiment-fixtures.ts';
import { createNoOpSteps, type Steps } from '../support/no-op-steps.ts';

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
];
