/** A bundle small enough to be worked out by hand: four users, six items, two numbers a vector. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleManifest } from '../../contracts/bundle.ts';
import { nounsOf } from '../../contracts/use-case-nouns.ts';
import { digestFile } from '../../host/files/file-digest.ts';
import type { Encoder } from '../../pipeline/encoder/encoder.ts';
import { type BundleContent, writeBundle } from '../../registry/bundle/write-bundle.ts';

/** Item 4 has the vector of item 1; item 4 has no text. */
export const SMALL_BUNDLE: Omit<BundleContent, 'model'> = {
  users: {
    ids: ['hot', 'warm', 'blank', 'cold'],
    vectors: Float32Array.of(1, 0, 0, 1, 0, 0, 0.6, 0.8),
    content: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 1),
    fields: new Map([['skills', [['rust'], ['go'], ['rust', 'go'], []]]]),
  },
  items: {
    ids: ['i0', 'i1', 'i2', 'i3', 'i4', 'i5'],
    vectors: Float32Array.of(3, 0, 2, 1, 0, 3, 1, 1, 2, 1, -1, -1),
    content: Float32Array.of(1, 0, 0.6, 0.8, 0, 1, 0.8, 0.6, 0, 0, 0, -1),
    fields: new Map<string, readonly (string | number | readonly string[] | null)[]>([
      ['type', ['job', 'collaboration', 'collaboration', 'job', 'job', null]],
      ['team_size', [3, 8, 12, 5, 40, null]],
      ['skills', [['rust'], ['go', 'sql'], ['sql'], [], ['go'], ['rust']]],
    ]),
  },
  popularity: Float32Array.of(10, 5, 5, 1, 19, 0),
  interactions: Int32Array.of(25, 7, 6, 2),
  // hot: i0 liked in training, i2 liked in the test part. warm: i1 liked in validation. blank: i3 disliked. cold: i5.
  history: {
    starts: Int32Array.of(0, 2, 3, 4, 5),
    items: Int32Array.of(0, 2, 1, 3, 5),
    flags: Uint8Array.of(4, 4 + 2, 4 + 1, 0, 4),
  },
  usersWithoutHistory: null,
  saveIndex: null,
  saveContentIndex: null,
};

const side = (dim: number) => ({ dim, textDim: 0, textEncoder: null, blocks: [], ids: [] as readonly string[] });

/** A model as far as a bundle looks at it: a manifest, and one file of it. */
const writeModel = async (
  folder: string,
  {
    featureDims = { user: 0, item: 0 },
    encoderSha256,
    historyTable = null,
    facts,
  }: Pick<SmallBundleChange, 'featureDims' | 'encoderSha256' | 'historyTable' | 'facts'>,
): Promise<void> => {
  const embeddingDim = facts?.embedding_dim ?? 2;
  await mkdir(join(folder, 'model'), { recursive: true });
  await writeFile(join(folder, 'model', 'user_ids.f32'), 'weights');
  const { sha256 } = await digestFile(join(folder, 'model', 'user_ids.f32'));
  const tables = { 'user_ids.f32': sha256 };
  if (historyTable !== null) {
    const file = join(folder, 'model', 'user_history.f32');
    await writeFile(file, new Uint8Array(Float32Array.from(historyTable.values).buffer));
    Object.assign(tables, { 'user_history.f32': (await digestFile(file)).sha256 });
  }
  const encoder: Encoder = { version: 2, user: side(0), item: { ...side(0), ids: historyTable?.ids ?? [] } };
  await writeFile(join(folder, 'encoder.json'), JSON.stringify(encoder));
  const manifest = {
    format: 3,
    feature_dims: featureDims,
    embedding_dim: embeddingDim,
    ...(encoderSha256 !== undefined && { encoder_sha256: encoderSha256 }),
    history_rows: historyTable === null ? 0 : historyTable.ids.length + 1,
    files: tables,
  };
  await writeFile(join(folder, 'model', 'manifest.json'), JSON.stringify(manifest));
};

export interface SmallBundleChange {
  readonly facts?: Partial<BundleManifest>;
  readonly content?: Partial<Omit<BundleContent, 'model'>>;
  /** Widths that the model takes; the encoder's are 0. */
  readonly featureDims?: { readonly user: number; readonly item: number };
  /** By the model's manifest; absent: not recorded. */
  readonly encoderSha256?: string;
  /** Of a model that takes histories: ids of row 1, 2, …, and all rows. */
  readonly historyTable?: { readonly ids: readonly string[]; readonly values: readonly number[] } | null;
}

/** Writes it below `folder`, model and all. */
export const writeSmallBundle = async (folder: string, change: SmallBundleChange = {}) => {
  const { facts = {}, content = {} } = change;
  await writeModel(folder, change);
  const all = { ...SMALL_BUNDLE, ...content };
  return writeBundle(
    { bundlesFolder: join(folder, 'bundles'), nowMs: 0, signal: new AbortController().signal },
    {
      model: {
        ...{ name: 'two-tower', version: '3', run_id: 'run' },
        manifest_digest: (await digestFile(join(folder, 'model', 'manifest.json'))).sha256,
      },
      dataset_version: 'ds-0123456789abcdef',
      use_case: 'developer_startup',
      nouns: nounsOf('developer_startup'),
      labels: {
        like: { weight: 2, label: 0.8 },
        view: { weight: 0.5, label: 0.4 },
        dislike: { weight: -1, label: 0 },
      },
      ...{ embedding_dim: 2, is_normalised: false, temperature: 1 },
      ...{ users: all.users.ids.length, items: all.items.ids.length, interactions: 40 },
      search: { kind: 'exact' },
      content: { kind: 'texts', width: 2 },
      encoder: { version: 2, text: { user: 'source', item: 'source' } },
      ...facts,
    },
    { ...all, model: { modelFolder: join(folder, 'model'), encoderFile: join(folder, 'encoder.json') } },
  );
};
