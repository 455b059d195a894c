/** `tt-exp data check`: what is wrong or strange with the rows of a source. */
import { EXIT } from '../../contracts/errors.ts';
import { withProgress } from '../display/progress.ts';
import { printJson, printLines } from '../text/output.ts';
import { checkLines } from './check-lines.ts';
import type { DataRuntime } from './data-runtime.ts';
import { loadSourceRequest } from './source-request.ts';

export interface CheckOptions {
  readonly set: readonly string[];
  readonly isJson: boolean;
  readonly isVerbose: boolean;
}

/** Exit code 65 when a blocking check fails. */
export const checkDataSource = async (runtime: DataRuntime, file: string, options: CheckOptions): Promise<number> => {
  const report = await withProgress(runtime, { name: 'check' }, async (progress) => {
    const { request } = await loadSourceRequest(file, options.set, progress);
    progress.begin('reading the source');
    return runtime.checkData(request);
  });
  if (options.isJson) {
    printJson(runtime.io, report);
  } else {
    printLines(runtime.io.stdout, checkLines(file, report, options.isVerbose));
  }
  return report.blocking === 0 ? EXIT.done : EXIT.badData;
};
