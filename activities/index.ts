/** All durable steps, from the ports they need. Workflows import only the types. */
import type { RecordedGate } from '../contracts/steps.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import type { Workspace } from '../host/workspace.ts';
import { createAdoptedActivities } from './adopted.ts';
import { createBlessingActivities } from './blessing.ts';
import { createChampionSettingsActivities } from './champion-settings.ts';
import { createDatasetActivities } from './dataset.ts';
import { withFailures } from './errors.ts';
import { createEvaluationActivities } from './evaluation.ts';
import { createExperimentRunActivities } from './experiment-run.ts';
import type { Clocks } from './fence.ts';
import { withHeartbeats } from './heartbeat.ts';
import { createLookActivities } from './look.ts';
import { createNotifyActivities } from './notify.ts';
import { createOnlineActivities } from './online.ts';
import type {
  AttemptPort,
  ComputePort,
  DatasetPort,
  NotificationPort,
  OnlinePort,
  ReportPort,
  TrackingPort,
} from './ports.ts';
import { createRegistryActivities } from './registry.ts';
import { createSweepReportActivities } from './sweep-report.ts';
import { createTrainingActivities } from './training.ts';
import { createTrialActivities } from './trial.ts';

export type { KnownLedger } from '../registry/ledger/change-registry.ts';
export { WORKER_SHUTDOWN } from './stop-signals.ts';

export interface ActivityDeps {
  readonly datasets: DatasetPort;
  readonly tracking: TrackingPort;
  readonly compute: ComputePort;
  readonly workspace: Workspace;
  /** Where bundles lie, by digest. */
  readonly bundlesFolder: string;
  readonly reports: ReportPort;
  readonly notifications: NotificationPort;
  readonly online: OnlinePort;
  readonly trainingCodeDigest: string;
  /** Throws CONFIG_INVALID or CONFIG_SYNTAX for what this version of the code cannot train. */
  readonly readSettings: (text: string, runId: string) => TrialSettings;
  /** From artifacts `config.json`: the first that can be read counts, and the defaults where none can. */
  readonly readGate: (texts: readonly string[]) => RecordedGate;
  readonly now: () => number;
  readonly attempts: AttemptPort;
  readonly clocks: Clocks;
  /** Aborts when this worker is to end. */
  readonly shutdownSignal: AbortSignal;
  /** Name of this worker's host, for messages. */
  readonly workerHost: string;
}

/** Steps of the queue tt-cpu. */
export const createCpuActivities = (deps: ActivityDeps) =>
  withFailures(
    {
      ...createDatasetActivities(deps),
      ...createTrialActivities(deps),
      ...createEvaluationActivities(deps),
      ...createBlessingActivities(deps),
      ...withHeartbeats({
        ...createExperimentRunActivities(deps),
        ...createRegistryActivities(deps),
        ...createLookActivities(deps),
        ...createChampionSettingsActivities(deps),
        ...createAdoptedActivities(deps),
        ...createSweepReportActivities(deps),
        ...createNotifyActivities(deps),
        ...createOnlineActivities(deps),
      }),
    },
    deps.workerHost,
  );

/** Steps of the queue tt-gpu. */
export const createGpuActivities = (deps: ActivityDeps) =>
  withFailures(createTrainingActivities(deps), deps.workerHost);

export type CpuActivities = ReturnType<typeof createCpuActivities>;
export type GpuActivities = ReturnType<typeof createGpuActivities>;
