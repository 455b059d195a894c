import { Worker } from 'node:worker_threads';

/**
 * Runs in a thread of its own, so that it sees the parent's death also while the main thread is inside a long
 * TensorFlow call, where no `disconnect` event is delivered. An orphan's parent is another process than before.
 */
const WATCHDOG = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  if (process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL');
}, workerData.intervalMs);
`;

const INTERVAL_MS = 1_000;

/**
 * Makes this process die with its parent, whatever it is doing then. Keeps nothing alive.
 *
 * @param parent its process id, for a parent that may be dead by now
 */
export const dieWithParent = (parent = process.ppid): void => {
  new Worker(WATCHDOG, {
    eval: true,
    execArgv: [],
    workerData: { parent, intervalMs: INTERVAL_MS },
  }).unref();
};
