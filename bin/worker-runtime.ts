/** The Temporal SDK's runtime, installed once a process: its log lines go to stderr, warnings and worse only. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { printableJson } from '../contracts/printable.ts';

export const installWorkerRuntime = (): void => {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      process.stderr.write(`${printableJson({ time: new Date().toISOString(), level, message, ...meta })}\n`);
    }),
    shutdownSignals: [],
  });
};
