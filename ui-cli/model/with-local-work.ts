/** Work of the command's own process that leaves nothing behind: Ctrl-C ends it, a second one does not wait for that. */
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { createStops, STARTS_ANEW } from '../command-line/stops.ts';
import { createPlainDisplay } from '../display/plain-display.ts';
import { logTo } from '../text/log-to.ts';
import { printLines } from '../text/output.ts';
import type { LocalWork } from './model-runtime.ts';

/** Progress and warnings go to stderr. @param say writes a line there where something else is drawn */
export const withLocalWork = async <Result>(
  runtime: ProcessRuntime,
  work: (context: LocalWork) => Promise<Result>,
  say: (line: string) => void = (line) => printLines(runtime.io.stderr, [line]),
): Promise<Result> => {
  const stops = createStops(runtime, { hint: STARTS_ANEW });
  try {
    const working = work({ progress: createPlainDisplay(say).service, log: logTo(say), signal: stops.signal });
    return await Promise.race([working, stops.forced]);
  } finally {
    stops.dispose();
  }
};
