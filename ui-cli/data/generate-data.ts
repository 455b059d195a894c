/** `tt-exp data generate`: the built-in data set as files. */
import { resolve } from 'node:path';
import type { GenerateDataRequest } from '../../contracts/data-files.ts';
import { EXIT } from '../../contracts/errors.ts';
import { withProgress } from '../display/progress.ts';
import { formatCount } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import type { DataRuntime } from './data-runtime.ts';

export const generateData = async (
  runtime: DataRuntime,
  request: GenerateDataRequest,
  isJson: boolean,
): Promise<number> => {
  const { folder, files, users, items, interactions } = await withProgress(
    runtime,
    { name: 'generate' },
    (progress) => {
      progress.begin(`writing ${request.folder}`);
      return runtime.generateData({ ...request, folder: resolve(request.folder) });
    },
  );
  if (isJson) {
    printJson(runtime.io, { folder, files, users, items, interactions });
  } else {
    const counts = `${formatCount(users)} users, ${formatCount(items)} items, ${formatCount(interactions)} events`;
    printLines(runtime.io.stdout, [`${folder}: ${counts}`, ...files.map((file) => `  ${file}`)]);
  }
  return EXIT.done;
};
