/** Work on data for the commands: in this process, with the home's folders. */
import { readEnvironment } from '../../config/env.ts';
import { homeLayout } from '../../host/home-layout.ts';
import { createDatasetVersions, generateSyntheticData } from '../../pipeline/index.ts';
import type { DataRuntime, SourceRequest } from '../../ui-cli/data/data-runtime.ts';
import { createHomeBuilder, type HomeBuilder } from '../dataset-builder.ts';

const MEMORY_MEGABYTES = 2048;
const THREADS = 2;

/** Runs `use` with a dataset builder of the home. */
const withHomeBuilder = async <T>(
  { progress, log }: SourceRequest,
  use: (builder: HomeBuilder) => Promise<T>,
): Promise<T> => {
  const builder = await createHomeBuilder({ environment: readEnvironment(), progress, log });
  return use(builder).finally(() => builder.close());
};

export const generateData: DataRuntime['generateData'] = (request) =>
  generateSyntheticData({ ...request, memoryLimitMegabytes: MEMORY_MEGABYTES });

export const dataVersions: DataRuntime['dataVersions'] = async () =>
  createDatasetVersions({
    dataFolder: homeLayout(readEnvironment().homeFolder).dataFolder,
    memoryLimitMegabytes: MEMORY_MEGABYTES,
    threads: THREADS,
    now: () => Date.now(),
  });

export const checkData: DataRuntime['checkData'] = (request) =>
  withHomeBuilder(request, (builder) => builder.check(request));

export const embedData: DataRuntime['embedData'] = (request) =>
  withHomeBuilder(request, (builder) => builder.embed(request, { progress: request.onTexts, signal: request.signal }));
