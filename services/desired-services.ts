/** The file by which the command line tells the supervisor what is to run. */
import { randomUUID } from 'node:crypto';
import { isObject } from '../contracts/is-object.ts';
import { TASK_QUEUE } from '../contracts/names.ts';
import type { Clock } from '../host/clock.ts';
import { readJsonFile, writeJsonFile } from '../host/files/json-file.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { withLock } from '../host/locks/with-lock.ts';
import type { MlflowPython } from './provision/mlflow-python.ts';
import type { TemporalBinary } from './provision/temporal-binary.ts';
import type { WorkerSpec } from './worker-process.ts';

export interface DesiredWorkers {
  readonly specs: readonly WorkerSpec[];
  /** Address of an outside Temporal; null for the embedded one. */
  readonly temporalAddress: string | null;
  readonly mlflowUri: string | null;
  readonly namespace: string;
  readonly nodeExecutable: string;
  readonly nodeArguments: readonly string[];
  readonly workerScript: string;
  readonly version: string;
}

export interface DesiredServices {
  readonly format: 1;
  /** Changes with every request; the supervisor repeats it, and gives services that it gave up another chance. */
  readonly revision: string;
  /** All is to stop; what was wanted before stays below, for the next start. */
  readonly isDown: boolean;
  readonly temporal: (TemporalBinary & { readonly namespace: string }) | null;
  readonly mlflow: MlflowPython | null;
  readonly workers: DesiredWorkers | null;
}

export const NOTHING_DESIRED: DesiredServices = {
  format: 1,
  revision: '',
  isDown: false,
  temporal: null,
  mlflow: null,
  workers: null,
};

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const hasTexts = (value: Record<string, unknown>, ...names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === 'string');

const isTemporal = (value: unknown): value is DesiredServices['temporal'] =>
  value === null ||
  (isObject(value) &&
    hasTexts(value, 'executable', 'version', 'origin', 'namespace') &&
    typeof value.canDisableNews === 'boolean');

const isMlflow = (value: unknown): value is DesiredServices['mlflow'] =>
  value === null || (isObject(value) && hasTexts(value, 'python', 'version', 'pythonVersion'));

const isWorkerSpec = (value: unknown): value is WorkerSpec =>
  isObject(value) &&
  Object.values(TASK_QUEUE).some((queue) => queue === value.queue) &&
  typeof value.slots === 'number' &&
  (value.env === undefined || (isObject(value.env) && isTexts(Object.values(value.env))));

const isWorkers = (value: unknown): value is DesiredServices['workers'] =>
  value === null ||
  (isObject(value) &&
    Array.isArray(value.specs) &&
    value.specs.every(isWorkerSpec) &&
    [value.temporalAddress, value.mlflowUri].every((item) => item === null || typeof item === 'string') &&
    hasTexts(value, 'namespace', 'nodeExecutable', 'workerScript', 'version') &&
    isTexts(value.nodeArguments));

/** What is desired; null where there is no file, or one of another format. */
export const readDesired = async (layout: HomeLayout): Promise<DesiredServices | null> => {
  const value = await readJsonFile(layout.desiredFile);
  if (!isObject(value) || value.format !== 1 || typeof value.revision !== 'string') {
    return null;
  }
  if (typeof value.isDown !== 'boolean') {
    return null;
  }
  const { revision, isDown, temporal, mlflow, workers } = value;
  if (!isTemporal(temporal) || !isMlflow(mlflow) || !isWorkers(workers)) {
    return null;
  }
  return { format: 1, revision, isDown, temporal, mlflow, workers };
};

/** Changes what is desired, one process after another. Returns what is desired now, with a new revision. */
export const updateDesired = (
  layout: HomeLayout,
  clock: Clock,
  change: (current: DesiredServices) => Omit<DesiredServices, 'format' | 'revision'>,
): Promise<DesiredServices> =>
  withLock({ folder: layout.desiredLock, purpose: 'changing which services run', clock }, async () => {
    const next: DesiredServices = {
      ...change((await readDesired(layout)) ?? NOTHING_DESIRED),
      format: 1,
      revision: randomUUID(),
    };
    await writeJsonFile(layout.desiredFile, next);
    return next;
  });
