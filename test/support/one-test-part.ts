/** A dataset version whose test part is always the same month. */
import type { LookActivityDeps } from '../../activities/look.ts';

export const ONE_TEST_PART: LookActivityDeps['datasets'] = {
  findLocal: async () => 'folder',
  adopt: async () => 'folder',
  readTestPart: async (version) => ({
    ...{ dataset_version: version, rows_digest: 'rows', users: 500 },
    ...{ starts_at: '2026-11-01T00:00:00.000Z', ends_at: '2026-11-30T00:00:00.000Z' },
  }),
};
