/** Work on data for the commands: in this process, with the home's folders. */
import { join } from 'node:path';
import { readEnvironment } from '../../config/env.ts';
import { namesIn } from '../../host/files/names-in.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { DATA_LIMITS } from '../../host/limits.ts';
import { createDatasetVersions, generateSyntheticData } from '../../pipeline/index.ts';
import { collectBundles } from '../../registry/bundle/collect-bundles.ts';
import { POINTER_FILE, readPointer } from '../../serving/follow/pointer-file.ts';
import type { DataRuntime, SourceRequest } from '../../ui-cli/data/data-runtime.ts';
import { createHomeBuilder, type HomeBuilder } from '../dataset-builder.ts';

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

/** Of the bundles that the home's servers begin with. */
const servedBundles = async (servingFolder: string): Promise<ReadonlySet<string>> => {
  const pointers = await Promise.all(
    (await namesIn(servingFolder)).map((model) => readPointer(join(servingFolder, model, POINTER_FILE))),
  );
  return new Set(pointers.flatMap((pointer) => pointer?.bundle ?? []));
};

/** Bundles are built from dataset versions, and take more space than those. */
export const dataVersions: DataRuntime['dataVersions'] = async () => {
  const { homeFolder } = readEnvironment();
  const { dataFolder, bundlesFolder, serving } = homeLayout(homeFolder);
  const versions = createDatasetVersions({ dataFolder, ...DATA_LIMITS, now: () => Date.now() });
  return {
    ...versions,
    collectGarbage: async (request) => {
      const data = await versions.collectGarbage(request);
      const place = { bundlesFolder, served: await servedBundles(serving), nowMs: Date.now() };
      const bundles = await collectBundles(place, request);
      return {
        ...data,
        removed: [...data.removed, ...bundles.removed],
        bytes: data.bytes + bundles.removed.reduce((sum, { bytes }) => sum + bytes, 0),
        kept_bundles: bundles.kept,
      };
    },
  };
};

export const checkData: DataRuntime['checkData'] = (request) =>
  withHomeBuilder(request, (builder) => builder.check(request, request.count));

export const embedData: DataRuntime['embedData'] = (request) =>
  withHomeBuilder(request, (builder) => builder.embed(request, { progress: request.count, signal: request.signal }));
