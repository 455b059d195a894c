/** From a config file to a request for its source, with what happens on the way told on stderr. */

import { withAbsolutePaths } from '../../config/absolute-paths.ts';
import { loadConfig } from '../../config/load.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { createPlainDisplay } from '../display/plain-display.ts';
import { logTo } from '../text/log-to.ts';
import { printLines } from '../text/output.ts';
import type { SourceRequest } from './data-runtime.ts';

export interface LoadedRequest {
  readonly config: ResolvedConfig;
  readonly request: SourceRequest;
}

/** `say` writes one line to stderr. */
export const loadSourceRequest = async (
  { io }: ProcessRuntime,
  file: string,
  overrides: readonly string[],
  say: (line: string) => void = (line) => printLines(io.stderr, [line]),
): Promise<LoadedRequest> => {
  const config = withAbsolutePaths(await loadConfig(file, overrides), process.cwd());
  return {
    config,
    request: {
      data: config.data,
      seed: config.seed,
      progress: createPlainDisplay(say).service,
      log: logTo(say),
    },
  };
};
