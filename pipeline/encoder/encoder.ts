/**
 * Turns users and items into feature rows. Fitted on the training part once, saved as encoder.json, and used unchanged
 * for training, for a champion's older encoder and at serving time: one code path.
 *
 * A row is [text embedding | blocks | mask]; a side without texts has neither embedding nor mask. The text embedding
 * passes through; a missing one is zeros and sets the mask. The F parts beside the text have length at most about 1/√F
 * each, so that together they weigh about as much as a text of unit length: unscaled, a dozen ones would drown it.
 */
import type { IdRows } from '../../contracts/dataset.ts';
import type { FieldSpec } from '../source.ts';

export const ENCODER_VERSION = 2;

export type FieldValue = string | number | readonly string[] | null;

export interface EntityRow {
  readonly id: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** [textDim of its side], or null where the entity has no text embedding. */
  readonly embedding: Float32Array | null;
}

export type EncoderBlock =
  | {
      readonly kind: 'categorical' | 'multi_categorical';
      readonly field: string;
      readonly width: number;
      /** Value of column 1, 2, …; column 0 is the bucket of all other values. */
      readonly vocabulary: readonly string[];
    }
  | {
      readonly kind: 'numeric';
      readonly field: string;
      readonly transform: 'none' | 'log1p';
      readonly mean: number;
      /** > 0 */
      readonly deviation: number;
    };

export interface SideEncoder {
  /** Width of a feature row. */
  readonly dim: number;
  /** Width of the text embedding in it; 0 for a side without texts. */
  readonly textDim: number;
  /** What made the text embeddings: `source`, the id of a text encoder, or null without texts. */
  readonly textEncoder: string | null;
  readonly blocks: readonly EncoderBlock[];
  /** Id of row 1, 2, … of the id embedding; row 0 is for ids that training did not see. null: ids are no feature. */
  readonly ids: readonly string[] | null;
}

export interface Encoder {
  readonly version: typeof ENCODER_VERSION;
  readonly user: SideEncoder;
  readonly item: SideEncoder;
}

/** Standardised numbers beyond this many deviations are cut: one typo must not rule a feature row. */
const MOST_DEVIATIONS = 4;

export const textsOf = (value: FieldValue | undefined): readonly string[] => {
  if (value === null || value === undefined) {
    return [];
  }
  return typeof value === 'object' ? value : [String(value)];
};

export const numberOf = (value: FieldValue | undefined, transform: 'none' | 'log1p'): number | null => {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return null;
  }
  return transform === 'log1p' ? Math.log1p(Math.max(0, value)) : value;
};

/** Columns of the vocabulary block that a value sets: each known one, and column 0 for anything unknown. */
export const columnsOf = (columns: ReadonlyMap<string, number>, value: FieldValue | undefined): readonly number[] => [
  ...new Set(textsOf(value).map((text) => columns.get(text) ?? 0)),
];

type BlockWriter = (features: Float32Array, offset: number, row: EntityRow) => void;

const writerOf = (block: EncoderBlock, scale: number): { readonly width: number; readonly write: BlockWriter } => {
  if (block.kind === 'numeric') {
    const { field, transform, mean, deviation } = block;
    return {
      width: 1,
      write: (features, offset, row) => {
        const number = numberOf(row.fields[field], transform);
        const standard = number === null ? 0 : (number - mean) / deviation;
        features[offset] = Math.max(-MOST_DEVIATIONS, Math.min(MOST_DEVIATIONS, standard)) * scale;
      },
    };
  }
  const columns = new Map(block.vocabulary.map((value, index) => [value, index + 1]));
  return {
    width: block.width,
    write: (features, offset, row) => {
      const set = columnsOf(columns, row.fields[block.field]);
      for (const column of set) {
        features[offset + column] = scale / Math.sqrt(set.length);
      }
    },
  };
};

/** Feature rows of one side, [rows, side.dim], row-major. */
export const encodeRows = (side: SideEncoder, rows: readonly EntityRow[]): Float32Array => {
  const { textDim } = side;
  const scale = 1 / Math.sqrt(side.blocks.length + (textDim > 0 ? 1 : 0));
  const writers = side.blocks.map((block) => writerOf(block, scale));
  const features = new Float32Array(rows.length * side.dim);
  rows.forEach((row, index) => {
    let offset = index * side.dim;
    if (textDim > 0 && row.embedding !== null) {
      features.set(row.embedding, offset);
    }
    offset += textDim;
    for (const { width, write } of writers) {
      write(features, offset, row);
      offset += width;
    }
    if (textDim > 0) {
      features[offset] = row.embedding === null ? scale : 0;
    }
  });
  return features;
};

/** Rows of the id embedding by id, or null where ids are no feature of the side. For many questions: the map is made once. */
export const createIdRows = ({ ids }: SideEncoder): ((entities: readonly string[]) => IdRows | null) => {
  if (ids === null) {
    return () => null;
  }
  const rows = new Map(ids.map((id, index) => [id, index + 1]));
  return (entities) => ({ size: ids.length + 1, rows: Int32Array.from(entities, (id) => rows.get(id) ?? 0) });
};

/** Rows of the id embedding, or null where ids are no feature of this side. */
export const idRowsOf = (side: SideEncoder, entities: readonly string[]): IdRows | null => createIdRows(side)(entities);

const widthOf = (field: FieldSpec): number => (field.kind === 'numeric' ? 1 : field.width);

/** Width of a feature row: text, fields and the mask. */
export const featureDim = (textDim: number, fields: readonly FieldSpec[]): number =>
  fields.reduce((sum, field) => sum + widthOf(field), textDim > 0 ? textDim + 1 : 0);
