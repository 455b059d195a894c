/** What content is searched by, as far as a build can know it. */
import { addAt, missing } from '../../contracts/element-at.ts';
import { LIKED } from '../bundle/bundle-files.ts';
import type { BundleHistory } from '../bundle/load-bundle.ts';
import { isZero, type Matrix, rowOf, unit } from './matrix.ts';
import { spreadRows } from './measure-recall.ts';

const MOST_OF_A_SIDE = 100;

interface ContentSides {
  /** Of the items: unit rows, or zeros. */
  readonly items: Matrix;
  /** Of the users; null where they have none. */
  readonly users: Matrix | null;
  readonly history: BundleHistory;
}

/** Sum of what the user likes. */
const profileOf = ({ items, history }: ContentSides, user: number): Float32Array => {
  const sum = new Float32Array(items.dim);
  const { starts, items: met, flags } = history;
  for (let entry = starts[user] ?? missing(starts, user); entry < (starts[user + 1] ?? 0); entry += 1) {
    if (((flags[entry] ?? missing(flags, entry)) & LIKED) !== 0) {
      rowOf(items, met[entry] ?? missing(met, entry)).forEach((value, column) => {
        addAt(sum, column, value);
      });
    }
  }
  return sum;
};

/**
 * Users, spread evenly, by what they say or else by what they like, and items, which others are compared with. At most
 * 200; none for who has no content.
 */
export const contentQueries = (sides: ContentSides): readonly Float32Array[] => {
  const { items, users, history } = sides;
  const ofUsers = spreadRows(history.starts.length - 1, MOST_OF_A_SIDE).flatMap((user) => {
    const own = users === null ? null : rowOf(users, user);
    return own === null || isZero(own) ? (unit(profileOf(sides, user)) ?? []) : own;
  });
  const ofItems = spreadRows(items.rows, MOST_OF_A_SIDE).map((item) => rowOf(items, item));
  return [...ofUsers, ...ofItems].filter((vector) => !isZero(vector));
};
