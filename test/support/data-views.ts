/** Dataset versions as the data commands get them. */
import type { DataCheck, DataReport } from '../../contracts/data-report.ts';
import type { RowChange, VersionDetails, VersionDiff, VersionEntry } from '../../contracts/dataset-versions.ts';
import type { DatasetVersions } from '../../ui-cli/data/data-runtime.ts';

export const VERSION = 'ds-0123456789abcdef';
export const OLDER_VERSION = 'ds-fedcba9876543210';

const SUMMARY = {
  version: VERSION,
  samples: 1000,
  splits: { train: 700, validation: 150, test: 150 },
  label_distribution: { '1.0': 150, '0.4': 650, '0.0': 200 },
  embedding_coverage: 0.97,
  text_encoder: { user: 'source', item: 'source' },
  feature_dims: { user: 512, item: 468 },
  users: 35,
  items: 25,
} as const;

export const entryOf = (change: Partial<Extract<VersionEntry, { status: 'ok' }>> = {}): VersionEntry => ({
  status: 'ok',
  version: VERSION,
  created_at: '2025-06-15T12:30:45.678Z',
  bytes: 1536,
  source_kind: 'postgres',
  parent_version: OLDER_VERSION,
  summary: SUMMARY,
  ...change,
});

export const DAMAGED: VersionEntry = {
  status: 'corrupt',
  version: OLDER_VERSION,
  created_at: '2025-06-01T00:00:00.000Z',
  bytes: 10,
  problem: 'manifest.json is not JSON',
};

export const detailsOf = (change: Partial<VersionDetails> = {}): VersionDetails => ({
  folder: '/home/data/versions/ds-0123456789abcdef',
  bytes: 1536,
  manifest: {
    ...SUMMARY,
    format: 2,
    source_digest: 'ex-0011223344556677',
    settings: { seed: 7, labels: { apply: { weight: 3, label: 1 } }, ignored_types: [] },
    files: { 'samples.parquet': { sha256: 'a'.repeat(64), bytes: 1024 } },
    coverage: { user: 0.96, item: null },
    text_encoder: { user: 'hashed-ngrams/1', item: null },
    text_dim: { user: 384, item: 0 },
  },
  provenance: {
    git_commit: 'c0ffee',
    created_at: '2025-06-15T12:30:45.678Z',
    parent_version: OLDER_VERSION,
    stages: { extract: 'ex-0011223344556677', label: 'lb-1', split: 'sp-1', embed: null },
    source_kind: 'files',
    bad_rows: 0,
    left_out: null,
    source: null,
    source_files: [{ name: 'events.csv', sha256: 'b'.repeat(64), bytes: 2048 }],
  },
  files: [{ name: 'samples.parquet', bytes: 1024, sha256: 'a'.repeat(64), state: 'listed', problem: null }],
  ...change,
});

const rows = (a: number, b: number, common: number): RowChange => ({
  a,
  b,
  common,
  added: b - common,
  removed: a - common,
});

export const diffOf = (change: Partial<VersionDiff> = {}): VersionDiff => ({
  a: OLDER_VERSION,
  b: VERSION,
  settings: [
    { path: 'negative_samples', a: 2, b: 1 },
    { path: 'draws', b: 8 },
  ],
  rows: {
    samples: { ...rows(1200, 1000, 900), moved: 12 },
    events: { ...rows(800, 800, 800), moved: 0 },
    pairs: rows(300, 300, 300),
    users: { ...rows(35, 36, 35), changed: 3 },
    items: { ...rows(25, 25, 25), changed: 0 },
  },
  labels: {
    shares: [
      { label: '1.0', a: 0.1, b: 0.15 },
      { label: '0.0', a: 0.9, b: 0.85 },
    ],
    shift: {
      psi: 0.05,
      threshold: 0.01,
      is_drifted: true,
      bins: 2,
      chi_square: 12.34,
      p_value: 0.00001,
      moved: [{ bin: '0.0', a: 0.9, b: 0.85 }],
    },
  },
  features: [
    {
      side: 'item',
      feature: 'industry',
      kind: 'categorical',
      status: 'compared',
      values: { a: 25, b: 25 },
      psi: 0.31,
      threshold: 0.2,
      is_drifted: true,
      bins: 4,
      chi_square: 9,
      p_value: 0.004,
      moved: [{ bin: 'fintech', a: 0.12, b: 0.3 }],
    },
    { side: 'user', feature: 'text', kind: 'text embedding', status: 'not_compared', reason: 'embedded by x and by y' },
  ],
  ...change,
});

/** Every method fails unless it is given. */
export const versionsWith = (methods: Partial<DatasetVersions>): (() => Promise<DatasetVersions>) => {
  const unused = (name: string) => () => Promise.reject(new Error(`the test did not expect a call of ${name}`));
  return async () => ({
    list: unused('list'),
    describe: unused('describe'),
    diff: unused('diff'),
    exportSamples: unused('exportSamples'),
    collectGarbage: unused('collectGarbage'),
    ...methods,
  });
};

export const checkOf = (change: Partial<DataCheck> = {}): DataCheck => ({
  id: 'unknown-types',
  level: 'blocking',
  title: 'Interactions have an unknown type',
  count: 0,
  total: 1000,
  examples: [],
  query: "SELECT *\nFROM interactions\nWHERE type = 'x'",
  status: 'passed',
  ...change,
});

export const reportOf = (checks: readonly DataCheck[]): DataReport => {
  const failed = (level: DataCheck['level']): number =>
    checks.filter((check) => check.status === 'failed' && check.level === level).length;
  return { checks, blocking: failed('blocking'), warnings: failed('warning') };
};
