/** For commands that make a few calls to a platform that runs already. */

import type { ProgressSink } from '../../contracts/services.ts';
import { createStops, type Stops } from '../command-line/stops.ts';
import { printLines } from '../text/output.ts';
import type { Platform, PlatformRuntime } from './platform-runtime.ts';

/** Rejects with its reason. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

const within = async <Result>(
  runtime: PlatformRuntime,
  work: (platform: Platform) => Promise<Result>,
  signal: AbortSignal,
  ends: Promise<never>,
): Promise<Result> => {
  // Nothing is started; what is waited for is said.
  const progress: ProgressSink = ({ step, message }) => {
    if (step === 'notice') {
      printLines(runtime.io.stderr, [message]);
    }
  };
  const platform = await runtime.openPlatform({ mayStart: false, progress, signal });
  try {
    return await Promise.race([work(platform), ends]);
  } finally {
    await platform.close();
  }
};

/** Connects to what runs; starts nothing. Ctrl-C ends it at once. @param hint of an interruption */
export const withPlatform = async <Result>(
  runtime: PlatformRuntime,
  work: (platform: Platform) => Promise<Result>,
  hint?: string,
): Promise<Result> => {
  const stops = createStops(runtime, hint === undefined ? {} : { hint });
  const ends = aborted(stops.signal);
  // Nobody may be waiting for it.
  ends.catch(() => undefined);
  try {
    return await within(runtime, work, stops.signal, ends);
  } finally {
    stops.dispose();
  }
};

/** The same for work that ends by itself, and in order, when the signal of its own stops aborts. */
export const withinStops = <Result>(
  runtime: PlatformRuntime,
  { signal, forced }: Pick<Stops, 'signal' | 'forced'>,
  work: (platform: Platform) => Promise<Result>,
): Promise<Result> => within(runtime, work, signal, forced);
