/** The dataset builder of a home, for workers and for the data commands. */

import type { Environment } from '../config/env.ts';
import { readGitCommit } from '../host/code/git-commit.ts';
import { homeLayout } from '../host/home-layout.ts';
import { DATA_LIMITS } from '../host/limits.ts';
import { createDatasetBuilder, createHashedEncoder, type DatasetBuilder, type TextEncoder } from '../pipeline/index.ts';
import { readSourceVariables } from '../pipeline/sources/source-variables.ts';
import { ensureSqliteExtension } from '../services/duckdb-extensions/index.ts';
import { type ProgressSink, prepareHome } from '../services/index.ts';
import { resolveTextEncoder } from '../services/text-encoder/index.ts';
import { PACKAGE } from './package-files.ts';

export interface HomeBuilderOptions {
  readonly environment: Environment;
  readonly progress: ProgressSink;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

export interface HomeBuilder extends DatasetBuilder {
  /** Ends text encoders. */
  close(): Promise<void>;
}

/** Text encoders by choice, each made once and when it is first needed. */
const createEncoders = ({ environment, progress, log }: HomeBuilderOptions) => {
  const encoders = new Map<string, Promise<TextEncoder>>();
  const make = async (choice: string): Promise<TextEncoder> => {
    const { encoder, announcements } = await resolveTextEncoder({
      choice,
      cacheFolder: environment.cacheFolder,
      provisionFolder: PACKAGE.textEncoderFolder,
      environment: environment.variables,
      threads: DATA_LIMITS.threads,
      progress,
    });
    for (const announcement of announcements) {
      log('warn', announcement);
    }
    return encoder ?? createHashedEncoder();
  };
  return {
    get: (choice: string): Promise<TextEncoder> => {
      const known = encoders.get(choice);
      if (known !== undefined) {
        return known;
      }
      const made = make(choice);
      encoders.set(choice, made);
      // A failed attempt, say without a network, may be made again.
      made.catch(() => encoders.delete(choice));
      return made;
    },
    close: async (): Promise<void> => {
      for (const encoder of await Promise.allSettled(encoders.values())) {
        if (encoder.status === 'fulfilled') {
          await encoder.value.close();
        }
      }
    },
  };
};

export const createHomeBuilder = async (options: HomeBuilderOptions): Promise<HomeBuilder> => {
  const { environment, progress, log } = options;
  const { homeFolder, cacheFolder, variables } = environment;
  await prepareHome(homeFolder);
  const encoders = createEncoders(options);
  const builder = createDatasetBuilder({
    dataFolder: homeLayout(homeFolder).dataFolder,
    gitCommit: await readGitCommit(process.cwd()),
    now: () => Date.now(),
    log,
    ...DATA_LIMITS,
    textEncoder: encoders.get,
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
