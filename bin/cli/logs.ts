/** Logs of the home for the commands. */
import { basename, dirname } from 'node:path';
import { readEnvironment } from '../../config/env.ts';
import { namesIn } from '../../host/files/names-in.ts';
import { readLog } from '../../host/files/read-log.ts';
import { homeLayout } from '../../host/home-layout.ts';
import type { LogsRuntime } from '../../ui-cli/logs/logs-runtime.ts';

const EXTENSION = '.log';

export const serviceLogs: LogsRuntime['serviceLogs'] = async () => {
  const { logFile } = homeLayout(readEnvironment().homeFolder);
  const files = (await namesIn(dirname(logFile('any')))).filter((name) => name.endsWith(EXTENSION));
  return files.sort().map((file) => ({ name: basename(file, EXTENSION), file: logFile(basename(file, EXTENSION)) }));
};

export const readServiceLog: LogsRuntime['readServiceLog'] = readLog;
