/** Most resident memory of processes that come and go. Linux only: reads /proc. */
import { readFile } from 'node:fs/promises';

const LOOK_EVERY_MS = 200;

/** MiB; 0 for a process that has gone. */
const peakOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
};

/**
 * Runs `use`, and answers the peak of the process that needed most, in MiB. The kernel keeps each process's own peak, so
 * only what it adds in the last moment before its end may be missed.
 */
export const withPeakMemory = async <Result>(
  pids: () => Promise<readonly number[]>,
  use: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly peakMebibytes: number }> => {
  let peak = 0;
  let isDone = false;
  const watch = async (): Promise<void> => {
    while (!isDone) {
      peak = Math.max(peak, ...(await Promise.all((await pids()).map(peakOf))));
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const watching = watch();
  const result = await use().finally(() => {
    isDone = true;
  });
  await watching;
  return { result, peakMebibytes: peak };
};
