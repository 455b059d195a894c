/** The dataset builder of a home, for workers and for the data commands. */

import type { Environment } from '../config/env.ts';
import type { Log } from '../contracts/log.ts';
import type { ProgressSink } from '../contracts/services.ts';
import { readGitCommit } from '../host/code/git-commit.ts';
import { homeLayout } from '../host/home-layout.ts';
import { DATA_LIMITS } from '../host/limits.ts';
import { createDatasetBuilder, createHashedEncoder, type DatasetBuilder } from '../pipeline/index.ts';
import { readSourceVariables } from '../pipeline/sources/source-variables.ts';
import { ensureSqliteExtension } from '../services/duckdb-extensions/index.ts';
import { prepareHome } from '../services/index.ts';
import { keepEncoders } from '../services/text-encoder/index.ts';
import { PACKAGE } from './package-files.ts';

export interface HomeBuilderOptions {
  readonly environment: Environment;
  readonly progress: ProgressSink;
  readonly log: Log;
}

export interface HomeBuilder extends DatasetBuilder {
  /** Ends text encoders. */
  close(): Promise<void>;
}

export const createHomeBuilder = async ({ environment, progress, log }: HomeBuilderOptions): Promise<HomeBuilder> => {
  const { homeFolder, cacheFolder, variables } = environment;
  await prepareHome(homeFolder);
  const encoders = keepEncoders(
    {
      cacheFolder,
      provisionFolder: PACKAGE.textEncoderFolder,
      environment: variables,
      threads: DATA_LIMITS.threads,
      progress,
    },
    log,
  );
  const builder = createDatasetBuilder({
    dataFolder: homeLayout(homeFolder).dataFolder,
    gitCommit: await readGitCommit(process.cwd()),
    now: () => Date.now(),
    log,
    ...DATA_LIMITS,
    textEncoder: async (choice) => (await encoders.get(choice)) ?? createHashedEncoder(),
    sources: {
      // What `tt-exp run` left for an experiment is complete: one's own would only get into it.
      environment: async (binding) => {
        const identity = binding?.identity ?? null;
        const left =
          binding === undefined || identity === null
            ? null
            : await readSourceVariables(homeFolder, { experimentId: binding.experimentId, identity });
        return left ?? variables;
      },
      sqliteExtension: () =>
        ensureSqliteExtension({
          cacheFolder,
          provisionFolder: PACKAGE.duckdbExtensionsFolder,
          environment: variables,
          progress,
        }),
    },
  });
  return { ...builder, close: encoders.close };
};
