/** The Temporal SDK's runtime, installed once a process: its log lines go to stderr, warnings and worse only. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { logFields } from '../host/log.ts';

export const installWorkerRuntime = (): void => {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      logFields({ level, message, ...meta });
    }),
    shutdownSignals: [],
  });
};
