import type { ResolvedData } from '../../contracts/resolved-config.ts';
import {
  createDatasetBuilder,
  createHashedEncoder,
  type DatasetBuilder,
  type DatasetBuilderOptions,
} from '../../pipeline/index.ts';

/** The default label table. */
export const DEFAULT_LABELS = {
  apply: { weight: 3, label: 1 },
  interest: { weight: 3.5, label: 1 },
  favorite: { weight: 2.5, label: 0.9 },
  like: { weight: 2, label: 0.8 },
  click: { weight: 1, label: 0.6 },
  view: { weight: 0.5, label: 0.4 },
  dislike: { weight: -1, label: 0 },
} as const;

/** The default data settings, with the synthetic source's size and seed as given. */
export const dataSettings = (
  source: { users?: number; startups?: number; interactions?: number; seed?: number } = {},
  change: Partial<ResolvedData> = {},
): ResolvedData => ({
  use_case: 'developer_startup',
  source: { type: 'synthetic', users: 350, startups: 250, interactions: 7500, seed: 7, ...source },
  labels: DEFAULT_LABELS,
  ignored_types: [],
  unit: 'event',
  min_interactions: 1,
  negative_samples: 2,
  negatives: { per: 'pair', draw: 'uniform', weight: 0.5 },
  text_encoder: 'auto',
  min_coverage: 0.95,
  max_bad_rows: 0,
  split: { method: 'random', train: 0.7, validation: 0.15, test: 0.15 },
  ...change,
});

/** Small enough to be built in a second. */
export const SMALL = { users: 60, startups: 40, interactions: 800 } as const;

/** For sources that need nothing of the host. */
export const NO_ACCESS = {
  environment: async () => ({}),
  sqliteExtension: () => Promise.reject(new Error('this test has no SQLite extension')),
};

export const builderIn = (dataFolder: string, change: Partial<DatasetBuilderOptions> = {}): DatasetBuilder =>
  createDatasetBuilder({
    dataFolder,
    gitCommit: null,
    now: () => 1_750_000_000_000,
    log: () => undefined,
    memoryLimitMegabytes: 512,
    threads: 1,
    sources: NO_ACCESS,
    textEncoder: async () => createHashedEncoder(),
    ...change,
  });
