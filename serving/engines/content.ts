/**
 * Content: items whose text or features are like what a user says or liked. A user's own text counts first, then what the
 * request states, then the items that the user liked.
 */
import { addAt, missing } from '../../contracts/element-at.ts';
import type { FieldFilters } from '../../contracts/recommendation.ts';
import { fieldMatcher } from '../../policy/serving/match-field.ts';
import type { LoadedBundle } from '../../registry/bundle/load-bundle.ts';
import { isZero, unit } from '../../registry/search/matrix.ts';
import type { VectorSearch } from '../../registry/search/vector-search.ts';
import type { OnlineRow } from '../additions/online-rows.ts';
import type { CatalogueSide } from '../catalogue-side.ts';
import { likedBy } from '../history.ts';
import type { Engine } from './engine.ts';

/** Enough for a mean; more would take their time. */
const MOST_ALIKE = 1000;

const addTo = (sum: Float32Array, vector: Float32Array): void => {
  for (let column = 0; column < sum.length; column += 1) {
    addAt(sum, column, vector[column] ?? missing(vector, column));
  }
};

/**
 * Entities that have most of the stated values: all of those that no other one surpasses, but not too many.
 * @param asker a row that is not looked at
 */
const mostAlike = (side: CatalogueSide, preferences: FieldFilters, asker: number | null): readonly number[] => {
  const hits = new Int32Array(side.size());
  let most = 0;
  for (const [field, values] of Object.entries(preferences)) {
    for (const value of values) {
      side.mark(field, fieldMatcher([value]), (row) => {
        if (row !== asker) {
          addAt(hits, row, 1);
          most = Math.max(most, hits[row] ?? 0);
        }
      });
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

/** Whoever was given online states what their fields say. */
const statedBy = ({ fields }: OnlineRow): FieldFilters =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      value === null ? [] : typeof value === 'object' ? value : [String(value)],
    ]),
  );

export interface ContentSides {
  readonly bundle: LoadedBundle;
  readonly users: CatalogueSide;
  readonly items: CatalogueSide;
  /** Of the items' content, which there is. */
  readonly search: VectorSearch;
}

export const createContent = ({ bundle, users, items, search }: ContentSides): Engine => {
  const width = bundle.items.content?.dim ?? 0;
  const sumOf = (rows: Iterable<number>): Float32Array => {
    const sum = new Float32Array(width);
    for (const row of rows) {
      const content = items.contentAt(row);
      if (content !== null) {
        addTo(sum, content);
      }
    }
    return sum;
  };
  const ownText = (row: number): Float32Array | null => {
    const text = users.contentAt(row);
    return text === null || isZero(text) ? null : text;
  };
  const contentOf = (row: number): Float32Array | null => ownText(row) ?? unit(sumOf(likedBy(bundle, row, 'all')));

  /** What users who say the same are like; where there are none, the items that have these values. */
  const stated = (preferences: FieldFilters, asker: number | null): Float32Array | null => {
    const alike = mostAlike(users, preferences, asker).flatMap((row) => contentOf(row) ?? []);
    if (alike.length === 0) {
      return unit(sumOf(mostAlike(items, preferences, null)));
    }
    const sum = new Float32Array(width);
    for (const vector of alike) {
      addTo(sum, vector);
    }
    return unit(sum);
  };

  /** What of a user is compared, beside what they like. */
  const ownContent = (row: number): Float32Array | null => {
    const given = users.onlineAt(row);
    return ownText(row) ?? (given === null ? null : stated(statedBy(given), row));
  };

  return ({ row, preferences, liked }) => {
    const query = (row === null ? stated(preferences, null) : ownContent(row)) ?? unit(sumOf(liked()));
    return query === null
      ? `nothing is known of the user: no text, ${Object.keys(preferences).length === 0 ? 'no stated preference' : 'nobody and nothing like what they state'}, no item they liked`
      : (wanted) => search.search({ ...wanted, query });
  };
};

/** Items without features: there is nothing to compare. */
export const withoutContent: Engine = () => 'items have neither texts nor features';
