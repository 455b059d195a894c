/** A bundle in memory: every file verified, nothing of TensorFlow or DuckDB loaded. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { BundleManifest, SearchFacts } from '../../contracts/bundle.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import { breathe } from '../../host/breathe.ts';
import { systemClock } from '../../host/clock.ts';
import type { ModelManifest } from '../../models/saved/model-manifest.ts';
import { readEncoder } from '../../pipeline/encoder/encoder-file.ts';
import { requireOwnEncoder, requireRecordedEncoder } from '../own-encoder.ts';
import type { Matrix } from '../search/matrix.ts';
import { BUNDLE_FILE } from './bundle-files.ts';
import { markBundleUsed } from './collect-bundles.ts';
import { createColumnBuilder, type FieldColumn } from './field-columns.ts';
import { type FieldBlock, parseLines } from './json-lines.ts';
import { readBundleManifest } from './read-manifest.ts';
import { type BundleReader, corruptBundle, createBundleReader } from './read-verified.ts';
import { createSharedContent, type SharedContent } from './shared-content.ts';
import { readUserHistories, type UserHistories } from './user-histories.ts';

/** Entities of one side, in the order of their rows. */
export interface BundleSide {
  readonly ids: readonly string[];
  readonly rows: ReadonlyMap<string, number>;
  /** The tower's vectors, [rows, embedding_dim]. */
  readonly vectors: Matrix;
  /** Unit rows, or zeros; null where this side has none. */
  readonly content: Matrix | null;
  readonly fields: ReadonlyMap<string, FieldColumn>;
}

export interface BundleHistory {
  /** [users + 1] */
  readonly starts: Int32Array;
  /** Item rows. */
  readonly items: Int32Array;
  /** See `PART_OF_FLAG` and `LIKED`. */
  readonly flags: Uint8Array;
}

/** What the model of a bundle takes of a user or an item that comes later. */
export interface SideInputs {
  readonly fields: readonly {
    readonly name: string;
    readonly kind: 'categorical' | 'multi_categorical' | 'numeric';
  }[];
  /** `source`, the id of a text encoder, or null without texts. */
  readonly textEncoder: string | null;
  /** Width of a text's embedding. */
  readonly textDim: number;
}

export interface BundleInputs {
  readonly user: SideInputs;
  readonly item: SideInputs;
  /** Users are known by the items that they like as well. */
  readonly hasHistory: boolean;
}

export interface LoadedBundle {
  readonly folder: string;
  readonly inputs: BundleInputs;
  readonly digest: string;
  readonly manifest: BundleManifest;
  readonly users: BundleSide;
  readonly items: BundleSide;
  /** Interactions of each item, [items], and of each user, [users]. */
  readonly popularity: Float32Array;
  readonly interactions: Int32Array;
  readonly history: BundleHistory;
  /** null where the model takes no histories, and for a bundle that was built before it could follow them. */
  readonly userHistories: UserHistories | null;
  /** null where the catalogue is searched without. */
  readonly indexFile: string | null;
  /** The same of the items' content. */
  readonly contentIndexFile: string | null;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

const readLines = async (reader: BundleReader, path: string, use: (line: unknown) => void): Promise<void> => {
  const bytes = await reader.read(path);
  try {
    for (const line of parseLines(bytes)) {
      use(line);
      await breathe();
    }
  } catch (error) {
    throw error instanceof SyntaxError ? corruptBundle(`${path} has a line that is not JSON`, error) : error;
  }
};

type Ids = Pick<BundleSide, 'ids' | 'rows'>;

const sharedIds = createSharedContent<Ids>();
/** A side holds the parts, and with the rows the whole. */
const idsOfRows = new WeakMap<Ids['rows'], Ids>();
const sharedFields = createSharedContent<BundleSide['fields']>();
const sharedMatrices = createSharedContent<Matrix>();

/** @param shape what else the content follows from */
const read = <Content extends object>(
  { reader, path, shape }: { readonly reader: BundleReader; readonly path: string; readonly shape: string },
  shared: SharedContent<Content>,
  make: () => Promise<Content>,
): Promise<Content> => shared.get(`${reader.digestOf(path)} ${shape}`, () => reader.check(path), make);

const readIds = (reader: BundleReader, path: string, count: number): Promise<Ids> =>
  read({ reader, path, shape: `${count}` }, sharedIds, async () => {
    const ids: string[] = [];
    const rows = new Map<string, number>();
    await readLines(reader, path, (line) => {
      for (const id of isTexts(line) ? line : []) {
        rows.set(id, ids.length);
        ids.push(id);
      }
    });
    if (ids.length !== count || rows.size !== count) {
      throw corruptBundle(`${path} has ${rows.size} different ids, expected ${count}`);
    }
    const both = { ids, rows };
    idsOfRows.set(rows, both);
    return both;
  });

const readFields = (reader: BundleReader, path: string, count: number): Promise<BundleSide['fields']> =>
  read({ reader, path, shape: `${count}` }, sharedFields, async () => {
    const builders = new Map<string, ReturnType<typeof createColumnBuilder>>();
    await readLines(reader, path, (line) => {
      const { field, ...block } = line as FieldBlock;
      const builder = builders.get(field) ?? createColumnBuilder(count);
      builders.set(field, builder);
      builder.add(block);
    });
    return new Map([...builders].map(([field, builder]) => [field, builder.build()]));
  });

const readMatrix = (reader: BundleReader, path: string, rows: number, dim: number): Promise<Matrix> =>
  read({ reader, path, shape: `${rows} x ${dim}` }, sharedMatrices, async () => ({
    values: await reader.floats(path, rows * dim),
    rows,
    dim,
  }));

const readSide = async (reader: BundleReader, manifest: BundleManifest, side: 'user' | 'item'): Promise<BundleSide> => {
  const count = manifest[`${side}s`];
  const { content } = manifest;
  const hasContent = content.kind === 'texts' || (content.kind === 'features' && side === 'item');
  return {
    ...(await readIds(reader, BUNDLE_FILE[`${side}Ids`], count)),
    vectors: await readMatrix(reader, BUNDLE_FILE[`${side}s`], count, manifest.embedding_dim),
    content: hasContent ? await readMatrix(reader, BUNDLE_FILE[`${side}Content`], count, content.width) : null,
    fields: await readFields(reader, BUNDLE_FILE[`${side}Fields`], count),
  };
};

const readHistory = async (reader: BundleReader, users: number): Promise<BundleHistory> => {
  const starts = await reader.ints(BUNDLE_FILE.historyStarts, users + 1);
  const length = starts[users] ?? 0;
  const flags = await reader.read(BUNDLE_FILE.historyFlags);
  if (flags.length !== length) {
    throw corruptBundle(`${BUNDLE_FILE.historyFlags} has ${flags.length} entries, expected ${length}`);
  }
  return { starts, items: await reader.ints(BUNDLE_FILE.historyItems, length), flags };
};

/** Encoder and model are for what comes later, and must fit what the vectors were made with. */
const checkModel = async (
  folder: string,
  reader: BundleReader,
  manifest: BundleManifest,
): Promise<{ readonly inputs: BundleInputs; readonly trainedItems: readonly string[] }> => {
  const modelFolder = join(folder, BUNDLE_FILE.modelFolder);
  const encoderFile = join(folder, BUNDLE_FILE.encoder);
  await reader.check(BUNDLE_FILE.encoder);
  for (const path of Object.keys(manifest.files)) {
    if (path.startsWith(`${BUNDLE_FILE.modelFolder}/`)) {
      await reader.check(path);
    }
  }
  const bytes = await reader.read(`${BUNDLE_FILE.modelFolder}/${MANIFEST_FILE}`);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== manifest.model.manifest_digest) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `${modelFolder}: its manifest has sha256 ${digest.slice(0, 16)}…, expected ${manifest.model.manifest_digest.slice(0, 16)}…, the model that the bundle was built from`,
      { hint: 'Build the bundle again: its vectors are of another model.' },
    );
  }
  const model = JSON.parse(Buffer.from(bytes).toString('utf8')) as ModelManifest;
  await requireRecordedEncoder(encoderFile, model.encoder_sha256);
  const encoder = await readEncoder(encoderFile);
  requireOwnEncoder({ modelFolder, encoderFile }, encoder, model);
  if (model.embedding_dim !== manifest.embedding_dim) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `${modelFolder}: its embeddings are ${model.embedding_dim} wide, expected ${manifest.embedding_dim} as in the bundle`,
      { hint: 'Build the bundle again: its vectors are of another model.' },
    );
  }
  // The encoder itself may hold every id of the training.
  const inputsOf = ({ blocks, textEncoder, textDim }: typeof encoder.user): SideInputs => ({
    fields: blocks.map(({ field, kind }) => ({ name: field, kind })),
    ...{ textEncoder, textDim },
  });
  const inputs = { user: inputsOf(encoder.user), item: inputsOf(encoder.item), hasHistory: model.history_rows > 0 };
  return { inputs, trainedItems: inputs.hasHistory ? (encoder.item.ids ?? []) : [] };
};

/** Verified; the library that maps it reads it later. */
const indexFileOf = async (
  folder: string,
  reader: BundleReader,
  path: string,
  search: SearchFacts | undefined,
): Promise<string | null> => {
  if (search?.kind !== 'index') {
    return null;
  }
  await reader.check(path);
  return join(folder, path);
};

/**
 * Never holds up the event loop for more than a few milliseconds. Throws MODEL_NOT_LOADING, with what differs, for a
 * bundle that is not whole; MODEL_INCOMPATIBLE for one of another format, and where model, encoder and vectors do not
 * belong together.
 */
export const loadBundle = async (folder: string): Promise<LoadedBundle> => {
  const { digest, manifest } = await readBundleManifest(folder);
  await markBundleUsed(folder, systemClock.nowMs());
  const reader = createBundleReader(folder, manifest.files);
  const { inputs, trainedItems } = await checkModel(folder, reader, manifest);
  const users = await readSide(reader, manifest, 'user');
  const items = await readSide(reader, manifest, 'item');
  const history = await readHistory(reader, manifest.users);
  return {
    ...{ folder, inputs, digest, manifest, users, items, history },
    userHistories: inputs.hasHistory
      ? await readUserHistories({ folder, reader, manifest, users, items, history, trainedItems })
      : null,
    popularity: await reader.floats(BUNDLE_FILE.popularity, manifest.items),
    interactions: await reader.ints(BUNDLE_FILE.interactions, manifest.users),
    indexFile: await indexFileOf(folder, reader, BUNDLE_FILE.index, manifest.search),
    contentIndexFile: await indexFileOf(folder, reader, BUNDLE_FILE.contentIndex, manifest.content_search),
  };
};
