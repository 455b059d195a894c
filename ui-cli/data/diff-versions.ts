/** `tt-exp data diff`: what differs between two dataset versions. */
import { EXIT } from '../../contracts/errors.ts';
import { createStops, STARTS_ANEW } from '../command-line/stops.ts';
import { withProgress } from '../display/progress.ts';
import { printJson, printLines } from '../text/output.ts';
import type { DataRuntime } from './data-runtime.ts';
import { diffLines } from './diff-lines.ts';

/** A difference is a result, not a failure: 0. */
export const diffDataVersions = async (
  runtime: DataRuntime,
  versions: { readonly a: string; readonly b: string },
  isJson: boolean,
): Promise<number> => {
  const stops = createStops(runtime, { hint: STARTS_ANEW });
  try {
    const diff = await withProgress(runtime, { name: 'diff' }, async ({ begin }) => {
      begin(`comparing ${versions.a} with ${versions.b}`);
      const comparing = (await runtime.dataVersions()).diff({ ...versions, signal: stops.signal });
      return Promise.race([comparing, stops.forced]);
    });
    if (isJson) {
      printJson(runtime.io, diff);
    } else {
      printLines(runtime.io.stdout, diffLines(diff));
    }
    return EXIT.done;
  } finally {
    stops.dispose();
  }
};
