import { beforeEach, expect, it } from 'vitest';
import { type LoadedBundle, loadBundle } from '../../../registry/bundle/load-bundle.ts';
import { createWhoMet } from '../../../serving/history.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** User 0 met i1 in two parts and i5, user 1 nothing, user 2 i1, user 3 i0. */
const HISTORY = {
  starts: Int32Array.of(0, 3, 3, 4, 5),
  items: Int32Array.of(1, 1, 5, 1, 0),
  flags: Uint8Array.of(4, 6, 4, 4, 4),
};

let bundle: LoadedBundle;

beforeEach(async () => {
  const { folder } = await writeSmallBundle(await temporaryFolder(), { content: { history: HISTORY } });
  bundle = await loadBundle(folder);
});

it('knows who met each item, and that nobody in the data met one given online', async () => {
  const whoMet = await createWhoMet(bundle);
  expect([0, 1, 2, 3, 4, 5, 6].map((item) => [...new Set(whoMet(item))])).toEqual([[3], [0, 2], [], [], [], [0], []]);
});
