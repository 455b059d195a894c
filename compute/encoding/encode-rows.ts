/** From raw rows to vectors, by a bundle's own encoder and model: as its building encodes a dataset. */
import { join } from 'node:path';
import type { BundleManifest } from '../../contracts/bundle.ts';
import type { IdRows } from '../../contracts/dataset.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { EncodedRow, EncodeRequest, RawRow, Side } from '../../contracts/row-encoding.ts';
import { unitRows } from '../../models/reports/content-vectors.ts';
import { loadModel, type TwoTowerModel } from '../../models/saved/model-folder.ts';
import type { Histories } from '../../models/towers/history.ts';
import {
  createIdRows,
  type Encoder,
  type EntityRow,
  encodeRows,
  type SideEncoder,
} from '../../pipeline/encoder/encoder.ts';
import { readEncoder, type TextEncoder } from '../../pipeline/index.ts';
import { canonicalFields, canonicalText } from '../../policy/serving/canonical-row.ts';
import { BUNDLE_FILE } from '../../registry/bundle/bundle-files.ts';
import { readBundleManifest } from '../../registry/bundle/read-manifest.ts';

/** @param id of the text encoder that embedded the texts of the data. Throws where it cannot be had. */
export type OpenTextEncoder = (id: string) => Promise<TextEncoder>;

export interface BundleEncoder {
  /**
   * Bit for bit the same for a row, whichever rows come with it. Throws what the text encoder throws, and MODEL_INCOMPATIBLE
   * for one that is not the data's.
   */
  encode(side: Side, rows: readonly RawRow[]): Promise<readonly EncodedRow[]>;
  /** Frees the tensors. */
  dispose(): void;
}

/** The source itself brings the embeddings. */
const OF_SOURCE = 'source';

const embedTexts = async (
  { textEncoder, textDim }: SideEncoder,
  rows: readonly RawRow[],
  open: OpenTextEncoder,
): Promise<readonly (Float32Array | null)[]> => {
  if (textEncoder === null) {
    return rows.map(() => null);
  }
  if (textEncoder === OF_SOURCE) {
    return rows.map(({ embedding }) => (embedding?.length === textDim ? Float32Array.from(embedding) : null));
  }
  const texts = rows.map(canonicalText);
  const distinct = [...new Set(texts.flatMap((text) => text ?? []))];
  if (distinct.length === 0) {
    return rows.map(() => null);
  }
  const encoder = await open(textEncoder);
  if (encoder.id !== textEncoder || encoder.dim !== textDim) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `text encoder: got ${encoder.id}, expected ${textEncoder}, which embedded the texts of the training`,
      { hint: 'Train again on data that is embedded by the text encoder of this machine.' },
    );
  }
  const matrix = await encoder.encode(distinct);
  const placeOf = new Map(distinct.map((text, place) => [text, place * textDim]));
  return texts.map((text) => {
    const from = text === null ? undefined : placeOf.get(text);
    return from === undefined ? null : matrix.subarray(from, from + textDim);
  });
};

/** The liked items that the model has a row for, as the history of a training has them. */
const historiesOf = (rows: readonly RawRow[], itemRows: ReturnType<typeof createIdRows>): Histories => {
  const starts = new Int32Array(rows.length + 1);
  const known: number[] = [];
  for (const [index, { liked }] of rows.entries()) {
    // In the order of the items, as pairs of a training are.
    const ids: IdRows['rows'] = itemRows(liked)?.rows ?? new Int32Array(0);
    known.push(...[...new Set(ids)].filter((row) => row > 0).sort((a, b) => a - b));
    starts[index + 1] = known.length;
  }
  return { starts, rows: Int32Array.from(known) };
};

const contentWidth = ({ content }: BundleManifest, side: Side): number =>
  content.kind === 'texts' || (content.kind === 'features' && side === 'item') ? content.width : 0;

/**
 * Finite, and no zeros where something was scaled to length 1: the square of a sum that is infinite makes zeros of numbers that
 * are finite.
 */
const usableIn =
  ({ is_normalised }: BundleManifest) =>
  (vector: Float32Array, features: Float32Array): boolean =>
    vector.every(Number.isFinite) &&
    !(is_normalised && vector.every((value) => value === 0) && features.some((value) => value !== 0));

const batchEncoder = (
  manifest: BundleManifest,
  encoder: Encoder,
  model: TwoTowerModel,
  openText: OpenTextEncoder,
): BundleEncoder => {
  const isUsable = usableIn(manifest);
  const idRows = { user: createIdRows(encoder.user), item: createIdRows(encoder.item) };
  const encode: BundleEncoder['encode'] = async (side, rows) => {
    const ofSide = encoder[side];
    const embeddings = await embedTexts(ofSide, rows, openText);
    const entities = rows.map(
      (row, index): EntityRow => ({
        id: row.id,
        fields: canonicalFields(row),
        embedding: embeddings[index] ?? null,
      }),
    );
    const features = encodeRows(ofSide, entities);
    const ids = idRows[side](rows.map(({ id }) => id));
    const histories = model.manifest.history_rows > 0 ? historiesOf(rows, idRows.item) : null;
    const vectors = side === 'user' ? model.embedUsers(features, ids, histories) : model.embedItems(features, ids);
    const width = contentWidth(manifest, side);
    const content = width === 0 ? null : unitRows(features, rows.length, width);
    const { embedding_dim: dim } = manifest;
    return rows.map((raw, row) => {
      // Without it, the vector would be that of an entity without a text.
      if (ofSide.textEncoder === OF_SOURCE && raw.embedding !== null && raw.embedding.length !== ofSide.textDim) {
        return { vector: null, content: null };
      }
      const vector = vectors.slice(row * dim, (row + 1) * dim);
      return {
        vector: isUsable(vector, features.subarray(row * ofSide.dim, (row + 1) * ofSide.dim)) ? vector : null,
        content: content?.slice(row * width, (row + 1) * width) ?? null,
      };
    });
  };
  return { encode, dispose: model.dispose };
};

/** Needs an active TensorFlow. Throws MODEL_NOT_LOADING, MODEL_INCOMPATIBLE, DATASET_CORRUPT. */
export const openBundleEncoder = async (
  { bundleFolder }: Pick<EncodeRequest, 'bundleFolder'>,
  openText: OpenTextEncoder,
): Promise<BundleEncoder> => {
  const { manifest } = await readBundleManifest(bundleFolder);
  const encoder = await readEncoder(join(bundleFolder, BUNDLE_FILE.encoder));
  const model = await loadModel(join(bundleFolder, BUNDLE_FILE.modelFolder));
  const { encode, dispose } = batchEncoder(manifest, encoder, model, openText);
  return {
    // The last bit of a product may depend on the size of the batch. Servers get rows in other batches than each other, and
    // would order equal rows differently.
    encode: async (side, rows) => {
      const encoded: EncodedRow[] = [];
      for (const row of rows) {
        encoded.push(...(await encode(side, [row])));
      }
      return encoded;
    },
    dispose,
  };
};
