/** Work on data for the commands: in this process, with the home's folders. */
import { readEnvironment } from '../../config/env.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { DATA_LIMITS } from '../../host/limits.ts';
import { createDatasetVersions, generateSyntheticData } from '../../pipeline/index.ts';
import { collectBundles } from '../../registry/bundle/collect-bundles.ts';
import type { DataRuntime, SourceRequest } from '../../ui-cli/data/data-runtime.ts';
import { createHomeBuilder, type HomeBuilder } from '../dataset-builder.ts';
import { servedBundles } from '../served-bundles.ts';

/** Runs `use` with a dataset builder of the home. */
const withHomeBuilder = async <T>(
  { progress, log }: SourceRequest,
  use: (builder: HomeBuilder) => Promise<T>,
): Promise<T> => {
  const builder = await createHomeBuilder({ environment: readEnvironment(), progress, log });
  return use(builder).finally(() => builder.close());
};

export const generateData: DataRuntime['generateData'] = (request) =>
  generateSyntheticData({ ...request, memoryLimitMegabytes: DATA_LIMITS.memoryLimitMegabytes });

/** Bundles are built from dataset versions, and take more space than those. */
export const dataVersions: DataRuntime['dataVersions'] = async () => {
  const { homeFolder } = readEnvironment();
  const layout = homeLayout(homeFolder);
  const { dataFolder, bundlesFolder } = layout;
  const versions = createDatasetVersions({ dataFolder, ...DATA_LIMITS, now: () => Date.now() });
  return {
    ...versions,
    collectGarbage: async (request) => {
      const data = await versions.collectGarbage(request);
      const place = { bundlesFolder, served: await servedBundles(layout), nowMs: Date.now() };
      const bundles = await collectBundles(place, request);
      return {
        ...data,
        removed: [...data.removed, ...bundles.removed],
        bytes: data.bytes + bundles.removed.reduce((sum, { bytes }) => sum + bytes, 0),
        ...{ kept_bundles: bundles.kept, kept_blessed: bundles.keptBlessed },
      };
    },
  };
};

export const checkData: DataRuntime['checkData'] = (request) =>
  withHomeBuilder(request, (builder) => builder.check(request, request.count));

export const embedData: DataRuntime['embedData'] = (request) =>
  withHomeBuilder(request, (builder) => builder.embed(request, { progress: request.count, signal: request.signal }));
