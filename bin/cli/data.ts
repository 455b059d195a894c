/** Work on data for the commands: in this process, with the home's folders. */
import { readEnvironment } from '../../config/env.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { DATA_LIMITS } from '../../host/limits.ts';
import { createDatasetVersions, generateSyntheticData } from '../../pipeline/index.ts';
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

export const dataVersions: DataRuntime['dataVersions'] = async () =>
  createDatasetVersions({
    dataFolder: homeLayout(readEnvironment().homeFolder).dataFolder,
    ...DATA_LIMITS,
    now: () => Date.now(),
  });

export const checkData: DataRuntime['checkData'] = (request) =>
  withHomeBuilder(request, (builder) => builder.check(request, request.count));

export const embedData: DataRuntime['embedData'] = (request) =>
  withHomeBuilder(request, (builder) => builder.embed(request, { progress: request.count, signal: request.signal }));
