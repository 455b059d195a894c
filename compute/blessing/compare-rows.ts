/** The vectors of a bundle beside those that the model gives, by id. */
import type { RowComparison } from '../../contracts/blessing.ts';
import { elementAt } from '../../contracts/element-at.ts';
import type { BundleSide } from '../../registry/bundle/load-bundle.ts';
import { dotAt, isZero, lengthOf, type Matrix, rowOf } from '../../registry/search/matrix.ts';

/** Of a vector's length: float32 sums of another machine stay below. */
const TOLERANCE = 1e-4;
/** Each is held against all rows. */
const LOOKED_AT = 20;

const distance = (a: Float32Array, b: Float32Array): number => lengthOf(a.map((value, at) => value - elementAt(b, at)));

const isSame = (a: Float32Array, b: Float32Array): boolean =>
  distance(a, b) <= TOLERANCE * Math.max(lengthOf(a), lengthOf(b));

const isParallel = (a: Float32Array, b: Float32Array): boolean =>
  !isZero(a) && !isZero(b) && dotAt(a, 0, b) / (lengthOf(a) * lengthOf(b)) > 1 - TOLERANCE;

/** The model's row that this vector is; null where it is none. */
const findRow = (vector: Float32Array, model: Matrix): number | null => {
  for (let row = 0; row < model.rows; row += 1) {
    if (isSame(vector, rowOf(model, row))) {
      return row;
    }
  }
  return null;
};

type Difference = { readonly kind: 'moved' | 'scaled' | 'other'; readonly text: string };

/** @param ids of the model's rows */
export const compareRows = (
  ids: readonly string[],
  model: Matrix,
  { rows, vectors }: Pick<BundleSide, 'rows' | 'vectors'>,
): RowComparison => {
  const lost = ids.filter((id) => !rows.has(id));
  const bundled = (at: number): Float32Array | null => {
    const row = rows.get(elementAt(ids, at));
    return row === undefined ? null : rowOf(vectors, row);
  };
  const different = [...ids.keys()].filter((at) => {
    const vector = bundled(at);
    return vector !== null && !isSame(vector, rowOf(model, at));
  });
  const look = (at: number): Difference => {
    const id = elementAt(ids, at);
    const vector = bundled(at) ?? rowOf(model, at);
    const whose = findRow(vector, model);
    if (whose !== null) {
      return { kind: 'moved', text: `${id} has the vector of ${elementAt(ids, whose)}` };
    }
    const own = rowOf(model, at);
    return isParallel(vector, own)
      ? { kind: 'scaled', text: `${id} has length ${lengthOf(vector).toFixed(4)}, not ${lengthOf(own).toFixed(4)}` }
      : { kind: 'other', text: `${id} has a vector that the model does not give` };
  };
  const step = Math.max(1, Math.floor(different.length / LOOKED_AT));
  const looked = different
    .filter((_, at) => at % step === 0)
    .slice(0, LOOKED_AT)
    .map(look);
  const count = (kind: Difference['kind']): number => looked.filter((one) => one.kind === kind).length;
  return {
    ...{ rows: ids.length, missing: lost.length, different: different.length },
    ...{ moved: count('moved'), scaled: count('scaled'), other: count('other') },
    example: looked[0]?.text ?? (lost[0] === undefined ? null : `${lost[0]} is missing`),
  };
};
