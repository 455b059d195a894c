/** Runs: created once per key, found again, logged to, finished. */

import { TtExpError } from '../contracts/errors.ts';
import { type EpochRecord, epochMetrics } from '../contracts/metrics.ts';
import { RUN_KIND, TAG } from '../contracts/names.ts';
import type { MetricPoint, RunQuery, RunRecord, RunSpec, RunStatus } from '../contracts/runs.ts';
import { systemMetrics } from '../contracts/system-metrics.ts';
import type { SystemUsage } from '../contracts/trainer.ts';
import type { Artifacts } from './artifacts.ts';
import { type FittedTexts, fitTexts, type TextKind } from './limited-text.ts';
import { quote } from './quote.ts';
import type { Rest } from './rest.ts';
import type { Serialiser } from './serialise.ts';

interface RestRun {
  readonly info: {
    readonly run_id: string;
    readonly experiment_id: string;
    readonly status: RunStatus;
    readonly start_time: number;
    readonly end_time?: number;
  };
  readonly data: { readonly tags?: readonly { readonly key: string; readonly value: string }[] };
}

interface SearchAnswer {
  readonly runs?: readonly RestRun[];
  readonly next_page_token?: string;
}

/** The server refuses larger batches. */
const LIMIT = { metricsPerBatch: 1000, textsPerBatch: 100, experimentsPerSearch: 500 } as const;

/** Usage aside, `epoch_seconds` last: batches may end inside an epoch, which is whole where that is logged. */
const epochPoints = (record: EpochRecord, usage: SystemUsage | null): readonly MetricPoint[] => {
  const { epoch, finishedAtMs } = record;
  const values: Readonly<Record<string, number>> = {
    ...epochMetrics(record),
    epoch_seconds: record.seconds,
    ...(usage === null ? {} : systemMetrics(usage)),
  };
  return Object.entries(values).map(([key, value]) => ({ key, value, step: epoch, timestampMs: finishedAtMs }));
};

const pairs = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

const toRecord = ({ info, data }: RestRun): RunRecord => ({
  runId: info.run_id,
  experimentId: info.experiment_id,
  status: info.status,
  startTimeMs: info.start_time,
  endTimeMs: info.end_time ?? null,
  tags: Object.fromEntries((data.tags ?? []).map(({ key, value }) => [key, value])),
});

/** JSON has no NaN or Infinity; the server takes them as text. */
const metricValue = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

const chunks = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

export const createRuns = (rest: Rest, artifacts: Pick<Artifacts, 'putArtifactText'>, serialise: Serialiser) => {
  const search = async (experimentIds: readonly string[], filter: string): Promise<readonly RestRun[]> => {
    const found: RestRun[] = [];
    let token: string | undefined;
    do {
      const answer: SearchAnswer = await rest.call('POST', 'runs/search', {
        experiment_ids: experimentIds,
        filter,
        max_results: 1000,
        order_by: ['attributes.start_time DESC'],
        ...(token === undefined ? {} : { page_token: token }),
      });
      found.push(...(answer.runs ?? []));
      token = answer.next_page_token;
    } while (token !== undefined && token !== '');
    return found;
  };

  const findByKey = async ({ experimentId, runKey }: RunSpec): Promise<string | null> => {
    const runs = await search([experimentId], `tags.\`${TAG.runKey}\` = ${quote(runKey)}`);
    // Should two processes have created one at the same moment, all agree on the older.
    const [oldest] = [...runs].sort(
      (a, b) => a.info.start_time - b.info.start_time || (a.info.run_id < b.info.run_id ? -1 : 1),
    );
    for (const { info } of runs) {
      if (oldest !== undefined && info.run_id !== oldest.info.run_id) {
        await rest.call('POST', 'runs/delete', { run_id: info.run_id });
      }
    }
    return oldest?.info.run_id ?? null;
  };

  const logBatch = (runId: string, batch: Readonly<Record<string, unknown>>): Promise<unknown> =>
    rest.call('POST', 'runs/log-batch', { run_id: runId, ...batch });

  const logMetrics = async (runId: string, points: readonly MetricPoint[]): Promise<void> => {
    for (const chunk of chunks(points, LIMIT.metricsPerBatch)) {
      await logBatch(runId, {
        metrics: chunk.map(({ key, value, step, timestampMs }) => ({
          key,
          value: metricValue(value),
          timestamp: Math.round(timestampMs),
          step,
        })),
      });
    }
  };

  const putTexts = async (runId: string, { wholes }: FittedTexts): Promise<void> => {
    for (const { path, text } of wholes) {
      await artifacts.putArtifactText(runId, path, text);
    }
  };

  const logTexts = async (runId: string, kind: TextKind, texts: Readonly<Record<string, string>>): Promise<void> => {
    const fitted = fitTexts(kind, texts);
    for (const chunk of chunks(pairs(fitted.values), LIMIT.textsPerBatch)) {
      await logBatch(runId, { [`${kind}s`]: chunk });
    }
    await putTexts(runId, fitted);
  };

  const createRun = async (spec: RunSpec, tags: Readonly<Record<string, string>>): Promise<string> => {
    const run = {
      experiment_id: spec.experimentId,
      start_time: Math.round(spec.startTimeMs),
      run_name: spec.runName,
      tags: pairs(tags),
    };
    await rest.create('runs/create', run, async () => (await findByKey(spec)) !== null);
    // Looked up again: another process may have created one too.
    const created = await findByKey(spec);
    if (created === null) {
      throw new TtExpError('UPSTREAM_REJECTED', `MLflow run ${spec.runName}: not found after its creation`);
    }
    return created;
  };

  return {
    ensureRun: (spec: RunSpec): Promise<string> =>
      serialise(`run ${spec.experimentId} ${spec.runKey}`, async () => {
        const fitted = fitTexts('tag', {
          ...spec.tags,
          [TAG.runKey]: spec.runKey,
          'mlflow.user': spec.user,
          'mlflow.source.name': 'tt-exp',
          'mlflow.source.type': 'PROJECT',
          ...(spec.gitCommit === null ? {} : { 'mlflow.source.git.commit': spec.gitCommit }),
          ...(spec.parentRunId === undefined ? {} : { 'mlflow.parentRunId': spec.parentRunId }),
        });
        const runId = (await findByKey(spec)) ?? (await createRun(spec, fitted.values));
        await putTexts(runId, fitted);
        return runId;
      }),

    getRun: async (runId: string): Promise<RunRecord> =>
      toRecord((await rest.call<{ run: RestRun }>('GET', 'runs/get', { run_id: runId })).run),

    /** null where there is no such run. */
    findRun: async (runId: string): Promise<RunRecord | null> => {
      const answer = await rest.callOr<{ run: RestRun }>(['RESOURCE_DOES_NOT_EXIST'], 'GET', 'runs/get', {
        run_id: runId,
      });
      return answer === null ? null : toRecord(answer.run);
    },

    findRuns: async (request: RunQuery): Promise<readonly RunRecord[]> => {
      const clauses = Object.entries(request.tags).map(([key, value]) => `tags.\`${key}\` = ${quote(value)}`);
      const status = request.status === undefined ? [] : [`attributes.status = ${quote(request.status)}`];
      return (await search([request.experimentId], [...clauses, ...status].join(' AND '))).map(toRecord);
    },

    /** Of experiments of ours, newest first: one page, of at most as many. */
    newestRuns: async (experimentIds: readonly string[], most: number): Promise<readonly RunRecord[]> => {
      const answer: SearchAnswer = await rest.call('POST', 'runs/search', {
        experiment_ids: experimentIds.slice(0, LIMIT.experimentsPerSearch),
        filter: `tags.\`${TAG.experimentId}\` LIKE '%'`,
        max_results: most,
        order_by: ['attributes.start_time DESC'],
      });
      return (answer.runs ?? []).map(toRecord);
    },

    /** Those that are RUNNING and belong to a workflow. */
    findOpenRuns: async (experimentIds: readonly string[]): Promise<readonly RunRecord[]> => {
      const found: RestRun[] = [];
      for (const ids of chunks(experimentIds, LIMIT.experimentsPerSearch)) {
        found.push(...(await search(ids, `attributes.status = 'RUNNING' AND tags.\`${TAG.workflowId}\` LIKE '%'`)));
      }
      return found.map(toRecord);
    },

    /** Parent runs whose last verdict awaits approval. */
    findAwaiting: async (experimentIds: readonly string[]): Promise<readonly RunRecord[]> => {
      const found: RestRun[] = [];
      for (const ids of chunks(experimentIds, LIMIT.experimentsPerSearch)) {
        const clauses = [
          `tags.\`${TAG.gateDecision}\` = ${quote('awaiting_approval')}`,
          `tags.\`${TAG.kind}\` = ${quote(RUN_KIND.parent)}`,
        ];
        found.push(...(await search(ids, clauses.join(' AND '))));
      }
      return found.map(toRecord);
    },

    logMetrics,

    logEpoch: (runId: string, record: EpochRecord, usage: SystemUsage | null): Promise<void> =>
      logMetrics(runId, epochPoints(record, usage)),

    logEpochs: (runId: string, records: readonly EpochRecord[]): Promise<void> =>
      logMetrics(
        runId,
        records.flatMap((record) => epochPoints(record, null)),
      ),

    logParams: (runId: string, params: Readonly<Record<string, string>>): Promise<void> =>
      logTexts(runId, 'param', params),

    setTags: (runId: string, tags: Readonly<Record<string, string>>): Promise<void> => logTexts(runId, 'tag', tags),

    /** A run that was ended and now goes on. */
    reopenRun: async (runId: string): Promise<void> => {
      await rest.call('POST', 'runs/update', { run_id: runId, status: 'RUNNING' });
    },

    finishRun: async (runId: string, status: Exclude<RunStatus, 'RUNNING'>, endTimeMs: number): Promise<void> => {
      await rest.call('POST', 'runs/update', { run_id: runId, status, end_time: Math.round(endTimeMs) });
    },
  };
};
