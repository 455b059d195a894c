/** From a config file to a request for its source, with what happens on the way told on stderr. */

import { withAbsolutePaths } from '../../config/absolute-paths.ts';
import { loadConfig } from '../../config/load.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { Progress } from '../display/progress.ts';
import type { SourceRequest } from './data-runtime.ts';

export interface LoadedRequest {
  readonly config: ResolvedConfig;
  readonly request: SourceRequest;
}

export const loadSourceRequest = async (
  file: string,
  overrides: readonly string[],
  { service, log, count }: Progress,
): Promise<LoadedRequest> => {
  const config = withAbsolutePaths(await loadConfig(file, overrides), process.cwd());
  return {
    config,
    request: {
      data: config.data,
      seed: config.seed,
      progress: service,
      log,
      count,
    },
  };
};
