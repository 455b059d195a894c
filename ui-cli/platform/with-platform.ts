/** For commands that make a few calls to a platform that runs already. */

import { createStops } from '../command-line/stops.ts';
import type { Platform, PlatformRuntime } from './platform-runtime.ts';

/** Connects to what runs; starts nothing. */
export const withPlatform = async <Result>(
  runtime: PlatformRuntime,
  work: (platform: Platform) => Promise<Result>,
): Promise<Result> => {
  const stops = createStops(runtime);
  try {
    const progress = (): void => {};
    const platform = await runtime.openPlatform({ mayStart: false, progress, signal: stops.signal });
    try {
      return await Promise.race([work(platform), stops.forced]);
    } finally {
      await platform.close();
    }
  } finally {
    stops.dispose();
  }
};
