/** An MLflow in memory. It keeps what test/suites/tracking-suite.ts says of the real one. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TrackingPort } from '../../activities/ports.ts';
import type { RunsPort } from '../../client/reconcile-runs.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { type EpochRecord, epochMetrics } from '../../contracts/metrics.ts';
import { TAG } from '../../contracts/names.ts';
import type { MetricPoint, RunRecord, RunStatus } from '../../contracts/runs.ts';
import { systemMetrics } from '../../contracts/system-metrics.ts';
import type { SystemUsage } from '../../contracts/trainer.ts';
import { replaceFile } from '../../host/files/replace-file.ts';
import type { LedgerReader } from '../../registry/ports.ts';
import { cutText, fitTexts, TEXT_LIMIT, type TextKind } from '../../tracking/limited-text.ts';

type Texts = Readonly<Record<string, string>>;
type Writes = Omit<
  TrackingPort,
  'guardedBy' | `get${string}` | `find${string}` | 'listArtifacts' | 'metricHistory' | 'versionsOf'
>;

const epochPoints = (record: EpochRecord, usage: SystemUsage | null): readonly MetricPoint[] => {
  const { epoch: step, finishedAtMs: timestampMs } = record;
  const values = {
    ...epochMetrics(record),
    epoch_seconds: record.seconds,
    ...(usage === null ? {} : systemMetrics(usage)),
  };
  return Object.entries(values).map(([key, value]) => ({ key, value, step, timestampMs }));
};

interface FakeRun {
  readonly experimentId: string;
  readonly startTimeMs: number;
  status: RunStatus;
  endTimeMs: number | null;
  readonly tags: Record<string, string>;
  readonly params: Record<string, string>;
  readonly points: MetricPoint[];
  /** Path to content. */
  readonly artifacts: Map<string, Buffer>;
}

interface FakeModel {
  readonly versions: { readonly version: string; readonly runId: string; tags: Texts; description?: string }[];
  /** Alias to version. */
  readonly aliases: Record<string, string>;
  readonly createdAtMs: number;
  readonly tags: Record<string, string>;
}

interface FakeExperiment {
  readonly id: string;
  isDeleted: boolean;
  description: string | null;
}

const refusal = (what: string, errorCode: string): TtExpError =>
  new TtExpError('UPSTREAM_REJECTED', `MLflow in memory, ${what}: got ${errorCode}`, { details: { errorCode } });
const missing = (what: string): TtExpError => refusal(what, 'RESOURCE_DOES_NOT_EXIST');

const valueIn = <Value>(map: ReadonlyMap<string, Value>, key: string, what: string): Value => {
  const value = map.get(key);
  if (value === undefined) {
    throw missing(`${what} ${key}`);
  }
  return value;
};

export interface FakeTrackingOptions {
  /** Comes after the guard and before a write is done; what it throws is the server's refusal, and nothing is done. */
  readonly beforeWrite?: (method: keyof Writes, ...args: readonly unknown[]) => void | Promise<void>;
}

export const createFakeTracking = ({ beforeWrite = () => undefined }: FakeTrackingOptions = {}) => {
  const experiments = new Map<string, FakeExperiment>();
  const runs = new Map<string, FakeRun>();
  const models = new Map<string, FakeModel>();
  const loggedModels = new Map<string, string>();
  /** Writes that were done, in order: method, arguments. */
  const calls: unknown[][] = [];

  let deletedRuns = 0;

  const runOf = (runId: string): FakeRun => valueIn(runs, runId, 'run');
  const experimentOf = (id: string): FakeExperiment => {
    const found = [...experiments.values()].find((experiment) => experiment.id === id);
    if (found === undefined) {
      throw missing(`experiment ${id}`);
    }
    return found;
  };
  /** Of an experiment that was deleted nothing can be changed. */
  const openRun = (runId: string): FakeRun => {
    const run = runOf(runId);
    if ([...experiments.values()].some(({ id, isDeleted }) => isDeleted && id === run.experimentId)) {
      throw refusal(`run ${runId} of a deleted experiment`, 'INVALID_STATE');
    }
    return run;
  };
  const recordOf = (runId: string, { experimentId, status, startTimeMs, endTimeMs, tags }: FakeRun): RunRecord => ({
    ...{ runId, experimentId, status, startTimeMs, endTimeMs, tags: { ...tags } },
  });
  const modelOf = (name: string): FakeModel => {
    const model = models.get(name) ?? { versions: [], aliases: {}, createdAtMs: models.size, tags: {} };
    models.set(name, model);
    return model;
  };
  const storedVersion = (name: string, version: string) => {
    const found = models.get(name)?.versions.find((one) => one.version === version);
    if (found === undefined) {
      throw missing(`version ${version} of ${name}`);
    }
    return found;
  };
  const versionOf = (name: string, version: string) => {
    const { runId, tags } = storedVersion(name, version);
    const { aliases } = modelOf(name);
    return { name, version, runId, tags, aliases: Object.keys(aliases).filter((alias) => aliases[alias] === version) };
  };

  const addRun = (runId: string, change: Partial<FakeRun> = {}): FakeRun => {
    const run: FakeRun = {
      ...{ experimentId: '1', startTimeMs: 0, status: 'RUNNING', endTimeMs: null, tags: {}, params: {}, points: [] },
      artifacts: new Map(),
      ...change,
    };
    runs.set(runId, run);
    return run;
  };
  const addVersion = (name: string, runId: string, tags: Texts = {}, description = ''): string => {
    const { versions } = modelOf(name);
    const version = String(versions.length + 1);
    versions.push({ version, runId, tags, description });
    return version;
  };

  const keepTexts = (runId: string, kind: TextKind, texts: Texts): void => {
    const { [`${kind}s` as const]: kept, artifacts } = openRun(runId);
    const { values, wholes } = fitTexts(kind, texts);
    const changed = Object.keys(values).find((key) => kept[key] !== undefined && kept[key] !== values[key]);
    if (kind === 'param' && changed !== undefined) {
      throw refusal(`another value of the parameter ${changed} of run ${runId}`, 'INVALID_PARAMETER_VALUE');
    }
    Object.assign(kept, values);
    for (const { path, text } of wholes) {
      artifacts.set(path, Buffer.from(text));
    }
  };

  const keepPoints = (runId: string, points: readonly MetricPoint[]): void => {
    const { points: kept } = openRun(runId);
    const isSame = (one: MetricPoint) => (other: MetricPoint) =>
      one.key === other.key &&
      one.step === other.step &&
      one.timestampMs === other.timestampMs &&
      Object.is(one.value, other.value);
    kept.push(...points.filter((point) => !kept.some(isSame(point))));
  };

  const writes: Writes = {
    ensureExperiment: async (name, { ifDeleted = 'refuse' } = {}) => {
      const experiment = experiments.get(name) ?? {
        ...{ id: String(experiments.size + 1), isDeleted: false, description: null },
      };
      if (experiment.isDeleted && ifDeleted === 'refuse') {
        throw refusal(`the deleted experiment ${name}`, 'RESOURCE_ALREADY_EXISTS');
      }
      experiment.isDeleted = false;
      experiments.set(name, experiment);
      return experiment.id;
    },
    describeExperiment: async (id, text) => {
      experimentOf(id).description ??= cutText(text, 'description');
    },
    ensureRun: async ({ experimentId, runKey, startTimeMs, user, gitCommit, parentRunId, tags }) => {
      const found = [...runs].find(([, run]) => run.experimentId === experimentId && run.tags[TAG.runKey] === runKey);
      if (found !== undefined) {
        return found[0];
      }
      const runId = `r${runs.size + deletedRuns + 1}`;
      addRun(runId, { experimentId, startTimeMs });
      keepTexts(runId, 'tag', {
        ...tags,
        [TAG.runKey]: runKey,
        'mlflow.user': user,
        ...(gitCommit === null ? {} : { 'mlflow.source.git.commit': gitCommit }),
        ...(parentRunId === undefined ? {} : { 'mlflow.parentRunId': parentRunId }),
      });
      return runId;
    },
    logEpoch: async (runId, record, usage) => keepPoints(runId, epochPoints(record, usage)),
    logEpochs: async (runId, records) =>
      keepPoints(
        runId,
        records.flatMap((record) => epochPoints(record, null)),
      ),
    logMetrics: async (runId, points) => keepPoints(runId, points),
    logParams: async (runId, params) => keepTexts(runId, 'param', params),
    setTags: async (runId, tags) => keepTexts(runId, 'tag', tags),
    logDatasetInput: async (runId) => {
      openRun(runId);
    },
    finishRun: async (runId, status, endTimeMs) => {
      Object.assign(openRun(runId), { status, endTimeMs });
    },
    putArtifactFile: async (runId, path, file) => {
      runOf(runId).artifacts.set(path, await readFile(file));
    },
    putArtifactText: async (runId, path, text) => {
      runOf(runId).artifacts.set(path, Buffer.from(text));
    },
    deleteArtifact: async (runId, path) => {
      runOf(runId).artifacts.delete(path);
    },
    ensureLoggedModel: async ({ runId, folder }) => {
      openRun(runId);
      // As an upload of a folder that is not there.
      await readdir(folder);
      const modelId = loggedModels.get(runId) ?? `m-${loggedModels.size + 1}`;
      loggedModels.set(runId, modelId);
      return { modelId };
    },
    ensureModelVersion: async ({ name, runId, modelId, tags, description = '' }) => {
      if (![...loggedModels.values()].includes(modelId)) {
        throw missing(`logged model ${modelId}`);
      }
      const known = modelOf(name).versions.find((one) => one.runId === runId)?.version;
      return versionOf(name, known ?? addVersion(name, runId, tags, cutText(description, 'description')));
    },
    editVersionDescription: async (name, version, edit) => {
      const found = storedVersion(name, version);
      const text = edit(found.description ?? '');
      if (text.length <= TEXT_LIMIT.description) {
        found.description = text;
      }
    },
    setAlias: async (name, alias, version) => {
      modelOf(name).aliases[alias] = versionOf(name, version).version;
    },
    deleteAlias: async (name, alias) => {
      delete modelOf(name).aliases[alias];
    },
    setVersionTags: async (name, version, tags) => {
      const found = storedVersion(name, version);
      const fitting = Object.entries(tags).map(([key, text]) => [key, cutText(text, 'description')]);
      found.tags = { ...found.tags, ...Object.fromEntries(fitting) };
    },
    setModelTags: async (name, tags) => {
      Object.assign(valueIn(models, name, 'model').tags, tags);
    },
  };

  const lookUp: Pick<RunsPort, 'experimentIds' | 'findOpenRuns'> & Pick<LedgerReader, 'findExperiment'> = {
    findExperiment: async (name) => experiments.get(name)?.id ?? null,
    experimentIds: async () => {
      const known = [...experiments.values()];
      const ids = new Set([
        ...known.map(({ id }) => id),
        ...[...runs.values()].map(({ experimentId }) => experimentId),
      ]);
      return [...ids].filter((id) => !known.some((one) => one.id === id && one.isDeleted));
    },
    findOpenRuns: async (experimentIds) =>
      [...runs]
        .filter(([, run]) => experimentIds.includes(run.experimentId) && run.status === 'RUNNING')
        .filter(([, run]) => run.tags[TAG.workflowId] !== undefined)
        .map(([runId, run]) => recordOf(runId, run)),
  };

  const guardedBy = (guard: () => Promise<void>): TrackingPort & typeof lookUp => {
    const guarded = (method: keyof Writes, write: (...args: never[]) => Promise<unknown>) =>
      [
        method,
        async (...args: never[]) => {
          await guard();
          await beforeWrite(method, ...args);
          const answer = await write(...args);
          calls.push([method, ...args]);
          return answer;
        },
      ] as const;
    const methods = Object.entries(writes) as [keyof Writes, (...args: never[]) => Promise<unknown>][];
    return {
      ...lookUp,
      guardedBy,
      getRun: async (runId) => recordOf(runId, runOf(runId)),
      metricHistory: async (runId, key) => {
        const own = runOf(runId).points.filter((point) => point.key === key);
        const latest = new Map(own.map(({ step, value, timestampMs }) => [step, { step, value, timestampMs }]));
        return [...latest.values()].sort((one, other) => one.step - other.step);
      },
      findRuns: async ({ experimentId, tags, status }) =>
        [...runs]
          .filter(([, run]) => run.experimentId === experimentId && (status ?? run.status) === run.status)
          .filter(([, run]) => Object.entries(tags).every(([key, value]) => run.tags[key] === value))
          .sort(([, one], [, other]) => other.startTimeMs - one.startTimeMs)
          .map(([runId, run]) => recordOf(runId, run)),
      getArtifactFile: async (runId, path, file) => {
        const content = runOf(runId).artifacts.get(path);
        if (content === undefined) {
          return false;
        }
        await mkdir(dirname(file), { recursive: true });
        await replaceFile(file, (temporary) => writeFile(temporary, content));
        return true;
      },
      getArtifactText: async (runId, path) => runOf(runId).artifacts.get(path)?.toString('utf8') ?? null,
      listArtifacts: async (runId, path) =>
        [...runOf(runId).artifacts.keys()]
          .filter((key) => key.startsWith(`${path}/`))
          .map((key) => key.slice(path.length + 1))
          .sort(),
      getVersion: async (name, version) => versionOf(name, version),
      findByAlias: async (name, alias) => {
        const version = models.get(name)?.aliases[alias];
        return version === undefined ? null : versionOf(name, version);
      },
      findModel: async (name) => {
        const model = models.get(name);
        return model === undefined
          ? null
          : { name, createdAtMs: model.createdAtMs, tags: { ...model.tags }, aliases: { ...model.aliases } };
      },
      versionsOf: async (name) => (models.get(name)?.versions ?? []).map(({ version }) => version),
      ...(Object.fromEntries(methods.map(([method, write]) => guarded(method, write))) as unknown as Writes),
    };
  };

  return {
    tracking: guardedBy(async () => undefined),
    calls,
    /** As if it had been created by another program. */
    addRun,
    addVersion,
    deleteRun: async (runId: string): Promise<void> => {
      deletedRuns += runs.delete(runId) ? 1 : 0;
    },
    /** Its aliases stay, as MLflow's do. */
    deleteVersion: async (name: string, version: string): Promise<void> => {
      const { versions } = modelOf(name);
      versions.splice(
        versions.findIndex((one) => one.version === version),
        1,
      );
    },
    renameModel: (from: string, to: string): void => {
      models.set(to, modelOf(from));
      models.delete(from);
    },
    runOf,
    modelOf,
    experimentOf,
  };
};

export type FakeTracking = ReturnType<typeof createFakeTracking>;
