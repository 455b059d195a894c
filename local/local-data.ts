/** The dataset version that a command names: found on this host, fetched from MLflow, or built. */

import { ensureDataset } from '../activities/dataset.ts';
import type { DatasetSummary } from '../contracts/dataset.ts';
import type { DataChoice } from '../contracts/local-model.ts';
import { homeLayout } from '../host/home-layout.ts';
import { DATA_LIMITS } from '../host/limits.ts';
import { createDatasetVersions, summaryOf } from '../pipeline/index.ts';
import type { LocalContext } from './local-context.ts';
import type { LocalDatasets, LocalTracking } from './ports.ts';

const WHOLE_ID = /^ds-[0-9a-f]{16}$/;

export interface LocalDataset {
  readonly summary: DatasetSummary;
  readonly folder: string;
  readonly useCase: string;
}

const describe = async ({ homeFolder }: LocalContext, version: string): Promise<LocalDataset> => {
  const versions = createDatasetVersions({
    dataFolder: homeLayout(homeFolder).dataFolder,
    ...DATA_LIMITS,
    now: () => Date.now(),
  });
  const { folder, manifest } = await versions.describe({ version, isVerified: false });
  return { folder, summary: summaryOf(manifest), useCase: String(manifest.settings.use_case ?? '') };
};

/** Here, or where other hosts leave their versions. */
const find = async (
  context: LocalContext,
  builder: LocalDatasets,
  tracking: LocalTracking | null,
  version: string,
): Promise<LocalDataset> => {
  if (tracking !== null && WHOLE_ID.test(version)) {
    await ensureDataset({ datasets: builder, tracking }, version);
  }
  return describe(context, version);
};

const build = async (
  { signal, count: progress }: LocalContext,
  builder: LocalDatasets,
  request: Extract<DataChoice, { kind: 'source' }>['config'],
): Promise<string> => {
  // The stages one by one: between them there is a place to stop.
  for (const stage of [builder.extract, builder.label, builder.split]) {
    signal.throwIfAborted();
    await stage(request);
  }
  signal.throwIfAborted();
  await builder.embed(request, { progress, signal });
  signal.throwIfAborted();
  return (await builder.encode(request)).version;
};

/** Throws DATASET_NOT_FOUND, and whatever is wrong with a source. */
export const openLocalData = async (
  context: LocalContext,
  choice: DataChoice,
  tracking: LocalTracking | null,
): Promise<LocalDataset> => {
  const builder = await context.ports.openDatasets();
  try {
    return await (choice.kind === 'version'
      ? find(context, builder, tracking, choice.version)
      : describe(context, await build(context, builder, choice.config)));
  } finally {
    await builder.close();
  }
};
