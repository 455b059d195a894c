/** The lines of the log of additions: users and items given online, one JSON object each. */
import { isObject } from '../../contracts/is-object.ts';
import type { RawRow, Side } from '../../contracts/row-encoding.ts';
import { batchOf, type LineFormat } from '../events/line-format.ts';

/** One user or item, as it was sent. What users like is in the log of events. */
export interface Addition extends Omit<RawRow, 'liked'> {
  readonly side: Side;
  /** How often the id was given: of two lines the higher one counts, of equal ones the later. */
  readonly revision: number;
  /** This machine's clock. Kept, never sorted by. */
  readonly received_at: string;
}

export type AdditionRecord =
  | { readonly kind: 'addition'; readonly addition: Addition }
  /** What the lines before say of the id is erased. */
  | { readonly kind: 'erase'; readonly side: Side; readonly id: string };

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return null; // what a kill or a full disk has cut
  }
};

const isSide = (value: unknown): value is Side => value === 'user' || value === 'item';

const isEmbedding = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((number) => typeof number === 'number');

const parseRecord = (line: string): AdditionRecord | null => {
  const value = parsed(line);
  if (!isObject(value) || !isSide(value.side) || typeof value.id !== 'string') {
    return null;
  }
  const { side, id, features, text, embedding, revision, received_at } = value;
  if (value.erased === true) {
    return { kind: 'erase', side, id };
  }
  return isObject(features) && Number.isInteger(revision) && typeof received_at === 'string'
    ? {
        kind: 'addition',
        addition: {
          ...{ side, id, features: features as RawRow['features'] },
          ...{ text: typeof text === 'string' ? text : null, embedding: isEmbedding(embedding) ? embedding : null },
          ...{ revision: Number(revision), received_at },
        },
      }
    : null;
};

const formatRecord = (record: AdditionRecord): string =>
  JSON.stringify(record.kind === 'addition' ? record.addition : { side: record.side, id: record.id, erased: true });

export const ADDITION_LINES: LineFormat<AdditionRecord> = {
  parse: parseRecord,
  formatBatch: (records) => batchOf(records.map(formatRecord)),
};
