/**
 * Content: items whose text or features are like what a user says or liked. A user's own text counts first, then what the
 * request states, then the items that the user liked.
 */
import { addAt, missing } from '../../contracts/element-at.ts';
import type { FieldFilters } from '../../contracts/recommendation.ts';
import { fieldMatcher } from '../../policy/serving/match-field.ts';
import { markMatching } from '../../registry/bundle/field-columns.ts';
import type { BundleSide, LoadedBundle } from '../../registry/bundle/load-bundle.ts';
import { isZero, lengthOf, type Matrix, rowOf } from '../../registry/search/matrix.ts';
import type { VectorSearch } from '../../registry/search/vector-search.ts';
import { likedBy } from '../history.ts';
import type { Engine } from './engine.ts';

/** Enough for a mean; more would take their time. */
const MOST_ALIKE = 1000;

/** Of length 1; null for zeros. */
const unit = (vector: Float32Array): Float32Array | null => {
  const length = lengthOf(vector);
  return length === 0 ? null : vector.map((value) => value / length);
};

const sumOf = (matrix: Matrix, rows: Iterable<number>): Float32Array => {
  const sum = new Float32Array(matrix.dim);
  for (const row of rows) {
    const from = row * matrix.dim;
    for (let column = 0; column < matrix.dim; column += 1) {
      addAt(sum, column, matrix.values[from + column] ?? missing(matrix.values, from + column));
    }
  }
  return sum;
};

/** Entities that have most of the stated values: all of those that no other one surpasses, but not too many. */
const mostAlike = ({ ids, fields }: BundleSide, preferences: FieldFilters): readonly number[] => {
  const hits = new Int32Array(ids.length);
  let most = 0;
  for (const [field, values] of Object.entries(preferences)) {
    const column = fields.get(field);
    for (const value of column === undefined ? [] : values) {
      const matches = fieldMatcher([value]);
      if (column !== undefined) {
        markMatching(column, matches, (row) => {
          addAt(hits, row, 1);
          most = Math.max(most, hits[row] ?? 0);
        });
      }
    }
  }
  const alike: number[] = [];
  for (let row = 0; most > 0 && row < hits.length && alike.length < MOST_ALIKE; row += 1) {
    if (hits[row] === most) {
      alike.push(row);
    }
  }
  return alike;
};

export const createContent = (bundle: LoadedBundle, items: Matrix, search: VectorSearch): Engine => {
  const { users } = bundle;
  const ownText = (row: number): Float32Array | null => {
    const text = users.content === null ? null : rowOf(users.content, row);
    return text === null || isZero(text) ? null : text;
  };
  const contentOf = (row: number): Float32Array | null =>
    ownText(row) ?? unit(sumOf(items, likedBy(bundle, row, 'all')));

  /** What users who say the same are like; where there are none, the items that have these values. */
  const stated = (preferences: FieldFilters): Float32Array | null => {
    const alike = mostAlike(users, preferences).flatMap((row) => contentOf(row) ?? []);
    if (alike.length === 0) {
      return unit(sumOf(items, mostAlike(bundle.items, preferences)));
    }
    const sum = new Float32Array(items.dim);
    for (const vector of alike) {
      vector.forEach((value, column) => {
        addAt(sum, column, value);
      });
    }
    return unit(sum);
  };

  return ({ row, preferences, liked }) => {
    const query = (row === null ? stated(preferences) : ownText(row)) ?? unit(sumOf(items, liked));
    return query === null
      ? 'nothing is known of the user: no text, no stated preference, no item they liked'
      : (wanted) => search.search({ ...wanted, query });
  };
};

/** Items without features: there is nothing to compare. */
export const withoutContent: Engine = () => 'items have neither texts nor features';
