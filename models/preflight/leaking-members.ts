/**
 * Columns that are set for exactly those who meet one item (or one user) in a held-out part, or in any part: a list of a
 * user's future items, or of an item's future users. A list of what happened in training has no held-out pair in it.
 */
import { addAt, elementAt, missing } from '../../contracts/element-at.ts';
import { type SideView, totalsOf } from './side-view.ts';
import { pickEvenly } from './slice-users.ts';

export interface LeakingMembers {
  readonly column: number;
  /** Entity of the other side. */
  readonly other: number;
  /** Held-out pairs that the column tells. */
  readonly told: number;
}

const MOST_ENTITIES = 4000;
/** A column set for more than these says little of one item. */
const MOST_SET = 0.5;
const LEAST_JACCARD = 0.9;
/** Held-out pairs that one column must tell, and all together: fewer may agree by chance in a small dataset. */
const LEAST_TOLD = 5;
const LEAST_TOLD_IN_ALL = 10;

const PARTS = ['validation', 'test', 'train'] as const;
type Counts = readonly [inValidation: number, inTest: number, inTrain: number];

/** Which parts a list may be made of; each has a held-out one. */
const UNIONS: readonly Counts[] = [
  [1, 0, 0],
  [0, 1, 0],
  [1, 1, 0],
  [1, 0, 1],
  [0, 1, 1],
  [1, 1, 1],
];

/** Three counts below 2¹³ in one number. */
const UNIT = { validation: 1, test: 2 ** 13, train: 2 ** 26 } as const;
const unpack = (packed: number): Counts => {
  const { test, train } = UNIT;
  return [packed % test, Math.floor(packed / test) % 2 ** 13, Math.floor(packed / train) % 2 ** 13];
};

const within = (union: Counts, counts: Counts): number =>
  union[0] * counts[0] + union[1] * counts[1] + union[2] * counts[2];

/** Columns set for each of the chosen entities, and for how many. */
const setColumns = (view: SideView, entities: readonly number[]) => {
  const { features, width, textDim } = view;
  const sizes = new Int32Array(width);
  const columns = new Map<number, number[]>();
  for (const entity of entities) {
    const own: number[] = [];
    for (let column = textDim; column < width; column += 1) {
      if (features[entity * width + column] !== 0) {
        own.push(column);
        sizes[column] = (sizes[column] ?? missing(sizes, column)) + 1;
      }
    }
    columns.set(entity, own);
  }
  return { sizes, columns };
};

export const leakingMembers = (view: SideView): readonly LeakingMembers[] => {
  const { train, validation, test } = totalsOf(view).pairs;
  const active = [...train.keys()].filter((entity) =>
    [train, validation, test].some((pairs) => elementAt(pairs, entity) > 0),
  );
  const entities = pickEvenly(active, MOST_ENTITIES);
  const { sizes, columns } = setColumns(view, entities);
  const isTelling = (column: number): boolean =>
    (sizes[column] ?? missing(sizes, column)) <= MOST_SET * entities.length;
  const shared = new Map<number, number>();
  const met = new Float64Array(view.others);
  for (const part of PARTS) {
    const unit = UNIT[part];
    const { own, other } = view.pairs[part];
    for (const [row, entity] of own.entries()) {
      const set = columns.get(entity);
      const partner = other[row] ?? missing(other, row);
      if (set !== undefined) {
        addAt(met, partner, unit);
        for (const column of set) {
          if (isTelling(column)) {
            const key = column * view.others + partner;
            shared.set(key, (shared.get(key) ?? 0) + unit);
          }
        }
      }
    }
  }
  const found = new Map<number, LeakingMembers>();
  for (const [key, packed] of shared) {
    const both = unpack(packed);
    const column = Math.floor(key / view.others);
    const size = sizes[column] ?? missing(sizes, column);
    const all = unpack(elementAt(met, key % view.others));
    for (const union of UNIONS) {
      const told = union[0] * both[0] + union[1] * both[1];
      const common = within(union, both);
      const jaccard = common / (size + within(union, all) - common);
      if (told >= LEAST_TOLD && jaccard >= LEAST_JACCARD && told > (found.get(column)?.told ?? 0)) {
        found.set(column, { column, other: key % view.others, told });
      }
    }
  }
  const leaks = [...found.values()].sort((a, b) => a.column - b.column);
  return leaks.reduce((sum, { told }) => sum + told, 0) >= LEAST_TOLD_IN_ALL ? leaks : [];
};
