/**
 * Columns that are set for exactly those who meet one item (or one user) in a held-out part, or in any part: a list of a
 * user's future items, or of an item's future users. A list of what happened in training has no held-out pair in it.
 */
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

/** Which parts a list may be made of; each has a held-out one. */
const UNIONS = [
  [1, 0, 0],
  [0, 1, 0],
  [1, 1, 0],
  [1, 0, 1],
  [0, 1, 1],
  [1, 1, 1],
] as const;

/** Three counts below 2¹³ in one number. */
const FIELD = [1, 2 ** 13, 2 ** 26] as const;
const unpack = (packed: number): readonly number[] => FIELD.map((unit) => Math.floor(packed / unit) % 2 ** 13);

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
        sizes[column] = (sizes[column] ?? 0) + 1;
      }
    }
    columns.set(entity, own);
  }
  return { sizes, columns };
};

export const leakingMembers = (view: SideView): readonly LeakingMembers[] => {
  const { train, validation, test } = totalsOf(view).pairs;
  const active = Array.from({ length: view.count }, (_, entity) => entity).filter(
    (entity) => (train[entity] ?? 0) + (validation[entity] ?? 0) + (test[entity] ?? 0) > 0,
  );
  const entities = pickEvenly(active, MOST_ENTITIES);
  const { sizes, columns } = setColumns(view, entities);
  const isTelling = (column: number): boolean => (sizes[column] ?? 0) <= MOST_SET * entities.length;
  const shared = new Map<number, number>();
  const met = new Float64Array(view.others);
  for (const [index, part] of PARTS.entries()) {
    const unit = FIELD[index] ?? 0;
    const { own, other } = view.pairs[part];
    for (const [row, entity] of own.entries()) {
      const set = columns.get(entity);
      const partner = other[row] ?? 0;
      if (set !== undefined) {
        met[partner] = (met[partner] ?? 0) + unit;
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
    const [inValidation = 0, inTest = 0, inTrain = 0] = unpack(packed);
    const both = [inValidation, inTest, inTrain];
    const column = Math.floor(key / view.others);
    const all = unpack(met[key % view.others] ?? 0);
    for (const union of UNIONS) {
      const told = union[0] * inValidation + union[1] * inTest;
      const common = union.reduce<number>((sum, isIn, part) => sum + isIn * (both[part] ?? 0), 0);
      const size = union.reduce<number>((sum, isIn, part) => sum + isIn * (all[part] ?? 0), 0);
      const jaccard = common / ((sizes[column] ?? 0) + size - common);
      if (told >= LEAST_TOLD && jaccard >= LEAST_JACCARD && told > (found.get(column)?.told ?? 0)) {
        found.set(column, { column, other: key % view.others, told });
      }
    }
  }
  const leaks = [...found.values()].sort((a, b) => a.column - b.column);
  return leaks.reduce((sum, { told }) => sum + told, 0) >= LEAST_TOLD_IN_ALL ? leaks : [];
};
