/** The blessing: what a server answers from the candidate's bundle, before an alias moves. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blessing } from '../contracts/blessing.ts';
import { ARTIFACT, MANIFEST_FILE, TAG } from '../contracts/names.ts';
import type { MetricPoint } from '../contracts/runs.ts';
import type { BlessCandidateRequest } from '../contracts/steps.ts';
import type { BlessedBundle } from '../contracts/trainer.ts';
import type { Workspace } from '../host/workspace.ts';
import { blessBundle } from '../registry/bundle/bless-bundle.ts';
import { noteOnlyCopy } from '../registry/bundle/only-copies.ts';
import { fetchModel } from '../registry/fetch-model.ts';
import { ensureDataset } from './dataset.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { ComputePort, DatasetPort, TrackingPort } from './ports.ts';

export interface BlessingActivityDeps {
  readonly datasets: DatasetPort;
  readonly tracking: TrackingPort;
  readonly compute: ComputePort;
  readonly workspace: Workspace;
  /** Where bundles lie, by digest. */
  readonly bundlesFolder: string;
}

/** Larger bundles stay where they were built; their digest is recorded all the same. */
const MOST_UPLOADED_MB = 1_024;

const points = (blessing: Blessing, timestampMs: number): readonly MetricPoint[] =>
  Object.entries({
    blessing_served_ndcg_at_10: blessing.served_ndcg_at_10,
    blessing_production_ndcg_at_10: blessing.production_ndcg_at_10,
    blessing_p99_ms: blessing.p99_ms,
  })
    .filter((entry): entry is [string, number] => entry[1] !== null)
    .map(([key, value]) => ({ key, value, step: 0, timestampMs }));

/** The manifest comes last: a bundle that is not whole has none. */
const upload = async (tracking: TrackingPort, runId: string, folder: string): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== MANIFEST_FILE);
  for (const path of [...paths.sort(), MANIFEST_FILE]) {
    await tracking.putArtifactFile(runId, `${ARTIFACT.bundle}/${path}`, join(folder, path));
  }
};

/** Only what serves as judged is what a server may go by later. */
const record = async (
  { tracking, bundlesFolder }: Pick<BlessingActivityDeps, 'tracking' | 'bundlesFolder'>,
  { runId, modelName, version, timestampMs }: BlessCandidateRequest,
  { blessing, digest, folder }: BlessedBundle,
): Promise<void> => {
  await tracking.logMetrics(runId, points(blessing, timestampMs));
  if (blessing.outcome === 'agrees') {
    if ((blessing.bundle_mb ?? 0) <= MOST_UPLOADED_MB) {
      await upload(tracking, runId, folder);
    } else {
      // Before anything goes by its digest.
      await noteOnlyCopy(bundlesFolder, digest, { name: modelName, version });
    }
    await tracking.setVersionTags(modelName, version, { [TAG.bundle]: digest });
  }
  await tracking.setTags(runId, { [TAG.bundle]: digest, [TAG.blessing]: blessing.outcome });
};

export const createBlessingActivities = ({
  datasets,
  tracking,
  compute,
  workspace,
  bundlesFolder,
}: BlessingActivityDeps) => ({
  /** Repeated, it finds the bundle that it has built, and records the same again. */
  blessCandidate: (request: BlessCandidateRequest): Promise<Blessing> =>
    withHeartbeat(
      () => null,
      async (signal) => {
        const { runId, modelName, version, datasetVersion, relevanceThreshold, evaluatedNdcg, p99BoundMs } = request;
        const datasetFolder = await ensureDataset({ datasets, tracking }, datasetVersion);
        const blessed = await blessBundle(
          { bundlesFolder, compute, signal },
          {
            source: await fetchModel({ tracking, workspace }, runId),
            identity: { name: modelName, version, run_id: runId },
            ...{ datasetVersion, datasetFolder, relevanceThreshold, evaluatedNdcg, p99BoundMs },
          },
        );
        await record({ tracking, bundlesFolder }, request, blessed);
        return blessed.blessing;
      },
    ),
});
