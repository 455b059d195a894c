/** `tt-exp worker`: serves one task queue until it is told to stop. */

import { EXIT } from '../../contracts/errors.ts';
import type { TaskQueue } from '../../contracts/names.ts';
import { createStops } from '../command-line/stops.ts';
import { serviceLine } from '../display/service-texts.ts';
import { printLines } from '../text/output.ts';
import type { ServicesRuntime } from './services-runtime.ts';

export interface WorkerOptions {
  readonly queue: TaskQueue;
  readonly slots: number;
}

export const serveQueue = async (runtime: ServicesRuntime, { queue, slots }: WorkerOptions): Promise<number> => {
  const stops = createStops(runtime);
  const say = (line: string): void => printLines(runtime.io.stderr, [line]);
  try {
    const serving = runtime.runWorker({
      queue,
      slots,
      signal: stops.signal,
      progress: (event) => say(serviceLine(event)),
      onReady: () => say(`worker: serving ${queue} with ${slots} slot${slots === 1 ? '' : 's'}; Ctrl-C stops it`),
    });
    await Promise.race([serving, stops.forced]);
    say('worker: stopped');
    return EXIT.done;
  } finally {
    stops.dispose();
  }
};
