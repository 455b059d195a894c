/** What the CLI and any other program calls: start, list, watch and steer experiments. */
import {
  type Client,
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { canonicalJson } from '../contracts/canonical-json.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { ExperimentInput, ExperimentSnapshot, ExperimentView } from '../contracts/experiment.ts';
import { experimentIds } from '../contracts/ids.ts';
import { SEARCH_ATTRIBUTE, TASK_QUEUE } from '../contracts/names.ts';
import { describeSource, isSameSource, type SourceIdentity } from '../contracts/source-reading.ts';
import type { experiment } from '../workflows/experiment.ts';
import { describeStart } from './describe-start.ts';
import { experimentNotFound } from './known-experiments.ts';
import { type ListedExperiment, listChanges, listExperiments } from './listed-experiments.ts';
import { readOutcome } from './outcome.ts';
import { pendingSteps } from './pending-steps.ts';
import { askTrial, createProgressReader, type ProgressReader } from './progress.ts';
import { readInput } from './recorded-input.ts';
import { querySnapshot } from './snapshots.ts';
import { createSteering, type ExperimentSteering, experimentEnded, workflowIdOf } from './steering.ts';
import { readTemporalId } from './temporal-identity.ts';

export type { ListedExperiment } from './listed-experiments.ts';

export interface StartedExperiment {
  readonly experimentId: string;
  readonly workflowId: string;
  /** True when an equal experiment was running already and this call attached to it. */
  readonly isAttached: boolean;
}

export interface WatchOptions {
  readonly signal?: AbortSignal;
}

const SHORTEST_WATCH_PAUSE_MS = 500;

/** A view of thousands of trials costs the workers time: whoever watches asks for at most a quarter of it. */
const WATCH_PAUSE_PER_VIEW = 3;

/** gRPC's status code. */
const NOT_FOUND = 5;

/** A view of thousands of trials takes a few seconds. */
const VIEW_LIMIT_MS = 20_000;

/** What a query ends with that no worker answers. */
const UNANSWERED = [ServiceError, QueryNotRegisteredError, WorkflowNotFoundError];

/** A server that restarts answers within this time; then watching ends with what the last call threw. */
const OUTAGE_LIMIT_MS = 120_000;

const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish);
  });

export interface ExperimentsClient extends ExperimentSteering {
  /** Idempotent while an equal experiment runs: attaches to it. Throws SOURCE_MISMATCH where that reads another source. */
  start(input: Omit<ExperimentInput, 'experimentId' | 'temporalId'>): Promise<StartedExperiment>;
  /** The latest execution, with the progress of a few running trials. Throws EXPERIMENT_NOT_FOUND. */
  view(id: string): Promise<ExperimentView>;
  /** What a running experiment says of itself; null where no worker answers in time. One call, without heartbeats. */
  snapshot(id: string, timeoutMs: number): Promise<ExperimentSnapshot | null>;
  /** What it was started with. Throws EXPERIMENT_NOT_FOUND. */
  input(id: string): Promise<ExperimentInput>;
  /**
   * Views until the experiment has ended (the last one says so) or the signal aborts. Rides out server restarts. Makes
   * at most ten calls a view, however many trials run: progress of many is told in turns.
   */
  watch(id: string, options?: WatchOptions): AsyncIterable<ExperimentView>;
  /** Asks for cancellation and returns at once; running trials end first. Throws EXPERIMENT_NOT_FOUND, EXPERIMENT_ENDED. */
  cancel(id: string): Promise<void>;
  /** @param known what it has answered before: brings that up to date (see `listChanges`), which costs less */
  list(known?: readonly ListedExperiment[]): Promise<readonly ListedExperiment[]>;
}

/**
 * The config of both is the same, but its relative paths may start in another folder, and the variable of its database
 * may have another value. Whoever names no database takes that of the running one.
 */
const refuseOtherSource = (
  id: string,
  running: ExperimentInput,
  wanted: Pick<ExperimentInput, 'config' | 'source'>,
): void => {
  const isSameDatabase =
    wanted.source === null || (running.source !== null && isSameSource(running.source, wanted.source));
  const { source: ofRunning } = running.config.data;
  if (isSameDatabase && canonicalJson(ofRunning) === canonicalJson(wanted.config.data.source)) {
    return;
  }
  const named = (source: SourceIdentity | null): string =>
    source === null ? 'the database that its workers name' : describeSource(source);
  const reads = isSameDatabase
    ? 'reads other files: its relative paths start in another folder'
    : `reads ${named(running.source)}, and this shell names ${named(wanted.source)}`;
  throw new TtExpError('SOURCE_MISMATCH', `experiment ${id} is running and ${reads}`, {
    hint: `Wait for it to end or cancel it (\`tt-exp cancel ${id}\`), or give this experiment its own name: --set name=<name>.`,
  });
};

/** The service's own methods answer with the plain status of the protocol. */
const isNotFound = (error: unknown): boolean =>
  error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && error.code === NOT_FOUND);

export const createExperimentsClient = (client: Client): ExperimentsClient => {
  const withNotFound = async <Result>(id: string, call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw isNotFound(error) ? await experimentNotFound(client, id) : error;
    }
  };

  const progressReader = (): ProgressReader => createProgressReader((workflowId) => askTrial(client, workflowId));

  /** Views of one experiment, asked for again and again, tell what was told before of the trials not asked this time. */
  const readers = new Map<string, ProgressReader>();
  const readerOf = (id: string): ProgressReader => {
    const reader = readers.get(id) ?? progressReader();
    readers.set(id, reader);
    return reader;
  };

  const viewWith = (id: string, progress: ProgressReader): Promise<ExperimentView> =>
    withNotFound(id, async () => {
      const workflowId = workflowIdOf(id);
      const { status, closeTime, raw } = await client.workflow.getHandle(workflowId).describe();
      if (status.name !== 'RUNNING') {
        const endedAtMs = closeTime?.getTime() ?? null;
        return { ...(await readOutcome(client, workflowId)), progress: {}, endedAtMs };
      }
      const snapshot = await querySnapshot(client, workflowId);
      return { ...snapshot, progress: await progress.read(snapshot), steps: pendingSteps(raw.pendingActivities) };
    });

  async function* watch(id: string, options: WatchOptions = {}): AsyncGenerator<ExperimentView> {
    const { signal } = options;
    const progress = progressReader();
    let outageSinceMs: number | null = null;
    while (signal?.aborted !== true) {
      const askedMs = performance.now();
      let pauseMs = SHORTEST_WATCH_PAUSE_MS;
      try {
        // A call that the server has forgotten would never end, and the SDK would go on trying for minutes.
        const deadline = Date.now() + VIEW_LIMIT_MS;
        const current = await client.connection.withDeadline(deadline, () => viewWith(id, progress));
        outageSinceMs = null;
        pauseMs = Math.max(pauseMs, WATCH_PAUSE_PER_VIEW * (performance.now() - askedMs));
        yield current;
        if (current.status !== 'running') {
          return;
        }
      } catch (error) {
        outageSinceMs ??= performance.now();
        if (error instanceof TtExpError || performance.now() - outageSinceMs > OUTAGE_LIMIT_MS) {
          throw error;
        }
      }
      await pause(pauseMs, signal);
    }
  }

  return {
    ...createSteering(client),
    view: (id) => viewWith(id, readerOf(id)),
    watch,
    input: (id) => withNotFound(id, () => readInput(client, workflowIdOf(id))),

    start: async (input) => {
      const ids = experimentIds(input.config.name, input.configDigest);
      const temporalId = await readTemporalId(client);
      try {
        await client.workflow.start<typeof experiment>('experiment', {
          workflowId: ids.workflowId,
          taskQueue: TASK_QUEUE.cpu,
          args: [{ ...input, experimentId: ids.experimentId, ...(temporalId === null ? {} : { temporalId }) }],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          ...describeStart(input),
          searchAttributes: { [SEARCH_ATTRIBUTE.experimentId]: [ids.experimentId] },
        });
        return { ...ids, isAttached: false };
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) {
          refuseOtherSource(ids.experimentId, await readInput(client, ids.workflowId), input);
          return { ...ids, isAttached: true };
        }
        throw error;
      }
    },

    snapshot: async (id, timeoutMs) => {
      const workflowId = workflowIdOf(id);
      try {
        return await client.connection.withDeadline(Date.now() + timeoutMs, () => querySnapshot(client, workflowId));
      } catch (error) {
        // No worker, a worker that is busy, or an experiment that has just gone: a list shows the others.
        if (UNANSWERED.some((kind) => error instanceof kind)) {
          return null;
        }
        throw error;
      }
    },

    cancel: (id) =>
      withNotFound(id, async () => {
        const handle = client.workflow.getHandle(workflowIdOf(id));
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') {
          throw experimentEnded(id, status.name.toLowerCase());
        }
        await handle.cancel();
      }),

    list: (known = []) => (known.length === 0 ? listExperiments(client) : listChanges(client, known)),
  };
};
