/** A platform whose experiments follow a script of views. Only for tests of the command line itself. */
import type { RecordedEpoch, RunTimes } from '../../../client/facts-reader.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ExperimentInput, ExperimentView } from '../../../contracts/experiment.ts';
import type {
  ExperimentFacts,
  ObjectiveCurves,
  RecordedUsages,
  TimedCurves,
} from '../../../contracts/experiment-facts.ts';
import type { VerdictSince } from '../../../contracts/gate.ts';
import { experimentIds } from '../../../contracts/ids.ts';
import type { LedgerEntry } from '../../../contracts/ledger.ts';
import type { ApprovalResult } from '../../../contracts/registry-owner.ts';
import type { ServiceAddresses } from '../../../contracts/services.ts';
import type { PlatformRuntime, StartRequest } from '../../../ui-cli/platform/platform-runtime.ts';
import { EXPERIMENT_ID, WORKFLOW_ID } from '../experiment-views.ts';

export const ADDRESSES: ServiceAddresses = {
  temporal: { address: '127.0.0.1:7233', uiUrl: 'http://127.0.0.1:8233', namespace: 'default', isEmbedded: true },
  mlflow: { uri: 'http://127.0.0.1:5000', isEmbedded: true },
};

/** Whose owner has been asked before. */
export const MODEL_NAME = 'fixture-model';

export interface FakeScript {
  /** Whether the experiment was running already. Default: false. */
  readonly isAttached?: boolean;
  /** Shown one after the other; after the last one, if it says running, the watcher waits for its signal. */
  readonly views: readonly ExperimentView[];
  /** Told while the platform opens. */
  readonly notices?: readonly string[];
  /** Before each view. */
  readonly delayMs?: number;
  /** Makes openPlatform fail. */
  readonly platformError?: TtExpError;
  /** What a cancel turns the last view into. */
  readonly cancelled?: ExperimentView;
  /** What the experiment was started with. */
  readonly input?: ExperimentInput;
  /** What is recorded. */
  readonly facts?: ExperimentFacts;
  readonly curves?: ObjectiveCurves;
  readonly timedCurves?: TimedCurves;
  readonly usages?: RecordedUsages;
  /** What MLflow has of a run. */
  readonly epochs?: (runId: string) => Promise<readonly RecordedEpoch[]>;
  readonly runTags?: Readonly<Record<string, string>>;
  /** By the ids of runs; an error is thrown. */
  readonly trialTimes?: Readonly<Record<string, RunTimes>> | Error;
  /** What became of the candidate, by MLflow. */
  readonly verdictSince?: () => Promise<VerdictSince | null>;
  /** By the ledger. */
  readonly lastAnswer?: () => Promise<LedgerEntry | null>;
  /** Models of MLflow whose owners nobody has asked yet. */
  readonly registered?: readonly string[];
  /** Name of now of a model that was renamed in MLflow. */
  readonly renamedTo?: (modelName: string) => Promise<string | null>;
  /** Of experiments, by MLflow. */
  readonly recordedIds?: readonly string[];
  /** Makes every steering request fail. */
  readonly steeringError?: TtExpError;
  /** What an answer to a question comes to; without it there is no question. */
  readonly approval?: ApprovalResult;
}

export interface Recorded {
  readonly started: StartRequest[];
  readonly cancelled: string[];
  readonly decisions: unknown[];
  /** Steering requests, as name, id and argument. */
  readonly steered: (readonly unknown[])[];
  readonly opened: boolean[];
  closed: number;
}

export interface FakePlatform extends Pick<PlatformRuntime, 'openPlatform'> {
  readonly recorded: Recorded;
}

/** Longer than any test. */
const LONG_MS = 2 ** 30;

const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

export const createFakePlatform = (script: FakeScript): FakePlatform => {
  const recorded: Recorded = { started: [], cancelled: [], decisions: [], steered: [], opened: [], closed: 0 };
  const cancel = new AbortController();

  async function* watch(_id: string, options: { signal?: AbortSignal } = {}): AsyncGenerator<ExperimentView> {
    for (const view of script.views) {
      await wait(script.delayMs ?? 0, options.signal);
      yield view;
      if (view.status !== 'running') {
        return;
      }
    }
    const signals = options.signal === undefined ? [cancel.signal] : [cancel.signal, options.signal];
    await wait(LONG_MS, AbortSignal.any(signals));
    if (options.signal?.aborted !== true && script.cancelled !== undefined) {
      yield script.cancelled;
    }
  }

  const steer = async (...request: readonly unknown[]): Promise<void> => {
    if (script.steeringError !== undefined) {
      throw script.steeringError;
    }
    recorded.steered.push(request);
  };

  return {
    recorded,
    openPlatform: async ({ mayStart, progress }) => {
      recorded.opened.push(mayStart);
      progress({ part: 'temporal', step: 'ready', message: 'ready on 127.0.0.1:7233' });
      for (const message of script.notices ?? []) {
        progress({ part: 'tensorflow', step: 'notice', message });
      }
      if (script.platformError !== undefined) {
        throw script.platformError;
      }
      return {
        addresses: ADDRESSES,
        close: async () => {
          recorded.closed += 1;
        },
        facts: {
          read: async (id) => {
            if (script.facts === undefined) {
              throw new TtExpError('EXPERIMENT_NOT_FOUND', `nothing is recorded of ${id}`);
            }
            return script.facts;
          },
          curves: async () => script.curves ?? {},
          timedCurves: async () => script.timedCurves ?? {},
          usages: async () => script.usages ?? {},
          epochs: async (runId) => script.epochs?.(runId) ?? [],
          history: async () => [],
          runTags: async () => script.runTags ?? {},
          trialTimes: async () => {
            if (script.trialTimes instanceof Error) {
              throw script.trialTimes;
            }
            return new Map(Object.entries(script.trialTimes ?? {}));
          },
          verdictsSince: (ended) =>
            Promise.all(ended.map(async () => ({ verdict: (await script.verdictSince?.()) ?? null, error: null }))),
          lastAnswer: async () => (await script.lastAnswer?.()) ?? null,
          isRegistered: async (modelName) => script.registered?.includes(modelName) ?? false,
          renamedTo: async (modelName) => (await script.renamedTo?.(modelName)) ?? null,
          recordedIds: async (text) => (script.recordedIds ?? []).filter((id) => id.startsWith(text)),
        },
        registry: {
          ask: async () => {
            throw new Error('not scripted');
          },
          decide: async (modelName, answer) => {
            if (script.approval === undefined) {
              throw new TtExpError('MOVE_REFUSED', `model ${modelName}: Nothing awaits approval.`);
            }
            recorded.decisions.push([modelName, answer]);
            return script.approval;
          },
          view: async (modelName) =>
            modelName === MODEL_NAME ? { standing: null, ledgerRunId: null, question: null } : null,
        },
        online: {
          start: async () => {
            throw new Error('not scripted');
          },
          view: async () => null,
          stop: async () => {
            throw new Error('not scripted');
          },
        },
        experiments: {
          start: async (request) => {
            recorded.started.push(request);
            return {
              ...experimentIds(request.config.name, request.configDigest),
              isAttached: script.isAttached ?? false,
            };
          },
          watch,
          view: async () => {
            const [view] = script.views;
            if (view === undefined) {
              throw new TtExpError('EXPERIMENT_NOT_FOUND', 'no view');
            }
            return view;
          },
          snapshot: async () => script.views[0] ?? null,
          cancel: async (id) => {
            recorded.cancelled.push(id);
            cancel.abort();
          },
          input: async (id) => {
            if (script.input === undefined) {
              throw new TtExpError('EXPERIMENT_NOT_FOUND', `no input of ${id}`);
            }
            return script.input;
          },
          pause: (id) => steer('pause', id),
          resume: (id) => steer('resume', id),
          setMaxParallel: (id, maxParallel) => steer('setMaxParallel', id, maxParallel),
          cancelTrial: (id, trialId) => steer('cancelTrial', id, trialId),
          retryFailed: async (id) => {
            await steer('retryFailed', id);
            return ['trial-002'];
          },
          list: async () => [
            {
              experimentId: EXPERIMENT_ID,
              workflowId: WORKFLOW_ID,
              status: 'RUNNING',
              startedAtMs: Date.UTC(2024, 0, 2, 3, 4, 5),
              endedAtMs: null,
              outcome: null,
            },
            {
              experimentId: 'other-abcdefabcd',
              workflowId: 'tt-exp/other/abcdefabcd',
              status: 'CANCELLED',
              startedAtMs: Date.UTC(2024, 0, 1),
              endedAtMs: Date.UTC(2024, 0, 1, 1),
              outcome: { trials: { ended: 3, total: 8 }, best: 0.25, metric: 'map' },
            },
          ],
        },
      };
    },
  };
};
