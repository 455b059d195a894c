/** Work of the command's own process that leaves nothing behind: Ctrl-C ends it, a second one does not wait for that. */
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { createStops, STARTS_ANEW } from '../command-line/stops.ts';
import { withProgress } from '../display/progress.ts';
import type { LocalWork } from './model-runtime.ts';

/** Progress and warnings go to stderr. @param name stands before the progress: `compare` */
export const withLocalWork = <Result>(
  runtime: ProcessRuntime,
  name: string,
  work: (context: LocalWork) => Promise<Result>,
): Promise<Result> =>
  withProgress(runtime, { name }, async ({ begin, service, log, count }) => {
    const stops = createStops(runtime, { hint: STARTS_ANEW });
    begin('working');
    try {
      return await Promise.race([work({ progress: service, log, count, signal: stops.signal }), stops.forced]);
    } finally {
      stops.dispose();
    }
  });
