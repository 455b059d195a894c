/** Entry of a worker process: serves one task queue until SIGTERM. */
import { parseArgs } from 'node:util';
import { readEnvironment } from '../config/env.ts';
import { TtExpError, toErrorRecord } from '../contracts/errors.ts';
import { TASK_QUEUE, type TaskQueue } from '../contracts/names.ts';
import { printable } from '../contracts/printable.ts';
import { logToStderr } from '../host/log.ts';
import { writeReadyFile } from '../host/ready-file.ts';
import { runWorker } from './run-worker.ts';

const isQueue = (value: string | undefined): value is TaskQueue => value === TASK_QUEUE.cpu || value === TASK_QUEUE.gpu;

const { values } = parseArgs({
  options: {
    queue: { type: 'string' },
    slots: { type: 'string' },
    'ready-file': { type: 'string' },
  },
});

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());

const main = async (): Promise<void> => {
  const slots = Number(values.slots ?? '1');
  if (!isQueue(values.queue) || !Number.isInteger(slots) || slots < 1) {
    throw new TtExpError(
      'USAGE',
      `worker: got --queue ${values.queue} --slots ${values.slots}, expected a queue and a whole number`,
      {
        hint: 'For example: --queue tt-gpu --slots 1',
      },
    );
  }
  const readyFile = values['ready-file'];
  await runWorker({
    queue: values.queue,
    slots,
    environment: readEnvironment(),
    signal: stop.signal,
    progress: ({ part, message }) => logToStderr('info', `${part}: ${message}`),
    onReady: async () => {
      if (readyFile !== undefined) {
        await writeReadyFile(readyFile);
      }
    },
  });
};

try {
  await main();
  process.exit(0);
} catch (error) {
  const { code, message, hint } = toErrorRecord(error);
  process.stderr.write(`${printable(`error: ${code}: ${message}`)}\n`);
  if (hint !== undefined) {
    process.stderr.write(`${printable(`hint: ${hint}`)}\n`);
  }
  process.exit(error instanceof TtExpError ? error.exitCode : 1);
}
