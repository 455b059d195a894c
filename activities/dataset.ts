/** Data steps: extract, label, split, encode, and the dataset's way through the artifact store. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataRequest, ExtractResult, LabelResult, SplitResult } from '../contracts/data-stages.ts';
import type { DatasetSummary } from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import { joinBelow } from '../contracts/join-below.ts';
import { RUN_KIND, TAG } from '../contracts/names.ts';
import { describeLeftOut, describeSource } from '../contracts/source-reading.ts';
import type { PublishDatasetRequest } from '../contracts/steps.ts';
import type { CountSink } from '../contracts/work-count.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { DatasetPort, TrackingPort } from './ports.ts';

/** MLflow experiment whose runs each hold the files of one dataset version. */
const DATASET_EXPERIMENT = 'tt-exp-datasets';
const DATASET_NOTE =
  'Dataset versions of tt-exp: one run with the files of each version, from which workers read them. If this experiment is deleted, the next run restores it.';
const DATASET_ARTIFACT_FOLDER = 'dataset';
/** Metric of the parent run. */
const ROWS_LEFT_OUT = 'rows_left_out';

export interface DatasetActivityDeps {
  readonly datasets: DatasetPort;
  readonly tracking: TrackingPort;
  readonly now: () => number;
}

/** No user has made it, so none expects that its deletion ends their experiments. */
const datasetExperiment = ({ tracking }: Pick<DatasetActivityDeps, 'tracking'>): Promise<string> =>
  tracking.ensureExperiment(DATASET_EXPERIMENT, { ifDeleted: 'restore' });

/** Folder of a dataset version on this host; fetched from the artifact store when another host built it. */
export const ensureDataset = async (
  deps: Pick<DatasetActivityDeps, 'tracking'> & { readonly datasets: Pick<DatasetPort, 'findLocal' | 'adopt'> },
  version: string,
): Promise<string> => {
  const local = await deps.datasets.findLocal(version);
  if (local !== null) {
    return local;
  }
  const experimentId = await datasetExperiment(deps);
  const [run] = await deps.tracking.findRuns({
    experimentId,
    tags: { [TAG.runKey]: version },
    status: 'FINISHED',
  });
  if (run === undefined) {
    throw new TtExpError('DATASET_NOT_FOUND', `dataset version ${version} is neither on this host nor in MLflow`, {
      hint: 'Run the experiment that builds it again, or point MLFLOW_TRACKING_URI at the server that has it.',
    });
  }
  return deps.datasets.adopt(version, async (folder) => {
    for (const path of await deps.tracking.listArtifacts(run.runId, DATASET_ARTIFACT_FOLDER)) {
      await deps.tracking.getArtifactFile(
        run.runId,
        `${DATASET_ARTIFACT_FOLDER}/${path}`,
        joinBelow(folder, path, `dataset version ${version}`),
      );
    }
  });
};

export const createDatasetActivities = (deps: DatasetActivityDeps) => {
  const stage =
    <Result>(build: (request: DataRequest) => Promise<Result>) =>
    (request: DataRequest): Promise<Result> =>
      withHeartbeat(
        () => null,
        () => build(request),
      );
  return {
    extractData: stage<ExtractResult>((request) => deps.datasets.extract(request)),
    labelData: stage<LabelResult>((request) => deps.datasets.label(request)),
    splitData: stage<SplitResult>((request) => deps.datasets.split(request)),
    /** Heartbeats how many texts are done. */
    embedData: (request: DataRequest): ReturnType<DatasetPort['embed']> => {
      let done = { done: 0, total: 0 };
      return withHeartbeat(
        () => done,
        async (signal) => {
          const progress: CountSink = (count) => {
            done = { done: count.done, total: count.total };
          };
          const { encoder, computed, cached } = await deps.datasets.embed(request, { progress, signal });
          return { encoder, computed, cached };
        },
      );
    },
    encodeData: stage<DatasetSummary>((request) => deps.datasets.encode(request)),

    /** Uploads the version once, and names it as an input of the experiment's parent run. */
    publishDataset: (request: PublishDatasetRequest): Promise<void> =>
      withHeartbeat(
        () => null,
        async () => {
          const { dataset, provenance, source, leftOut, parentRunId, timestampMs } = request;
          const folder = await ensureDataset(deps, dataset.version);
          const experimentId = await datasetExperiment(deps);
          await deps.tracking.describeExperiment(experimentId, DATASET_NOTE);
          const runId = await deps.tracking.ensureRun({
            experimentId,
            runKey: dataset.version,
            runName: dataset.version,
            user: provenance.user,
            gitCommit: provenance.gitCommit,
            tags: {
              [TAG.kind]: RUN_KIND.dataset,
              [TAG.datasetVersion]: dataset.version,
              // Of whoever uploads it: should that workflow be lost in between, the run is closed, and taken up by the next.
              [TAG.workflowId]: provenance.workflowId,
              ...(provenance.temporalId === undefined ? {} : { [TAG.temporal]: provenance.temporalId }),
            },
            startTimeMs: deps.now(),
          });
          const run = await deps.tracking.getRun(runId);
          if (run.status !== 'FINISHED') {
            for (const path of await readdir(folder)) {
              await deps.tracking.putArtifactFile(runId, `${DATASET_ARTIFACT_FOLDER}/${path}`, join(folder, path));
            }
            await deps.tracking.finishRun(runId, 'FINISHED', deps.now());
          }
          await deps.tracking.logDatasetInput(parentRunId, dataset, 'training');
          await deps.tracking.setTags(parentRunId, {
            [TAG.leftOut]: describeLeftOut(leftOut),
            ...(source === null ? {} : { [TAG.source]: describeSource(source) }),
          });
          await deps.tracking.logMetrics(parentRunId, [
            { key: ROWS_LEFT_OUT, value: leftOut.rows, step: 0, timestampMs },
          ]);
        },
      ),
  };
};
