/** What was given online to a bundle, of which a test wants to know alone whether it was released. */
import type { BundleAdditions } from '../../serving/additions/bundle-additions.ts';
import { NO_ROWS } from '../../serving/additions/online-rows.ts';

export const additionsToRelease = (onRelease: () => void): BundleAdditions => ({
  ...{ users: NO_ROWS, items: NO_ROWS, heed: () => undefined, release: onRelease },
  count: () => ({ rows: 0, waiting: 0, withoutVector: 0 }),
  problem: () => null,
});
