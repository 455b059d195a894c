/** Users and items as vectors of what they say of themselves: a baseline ranks by them, and a recommender whom a model does not know. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { addAt, missing } from '../../contracts/element-at.ts';

/** Rows of length 1 of the first `width` columns, [rows, width]; a row of zeros stays one. */
export const unitRows = (features: Float32Array, rows: number, width: number): Float32Array => {
  const dim = features.length / rows;
  const texts = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const text = features.subarray(row * dim, row * dim + width);
    const norm = Math.sqrt(text.reduce((sum, value) => sum + value * value, 0));
    if (norm > 0) {
      texts.set(
        text.map((value) => value / norm),
        row * width,
      );
    }
  }
  return texts;
};

/** Per user the sum of the rows of the items met in training with a gain, [users, width]: what they liked so far. */
export const profiles = ({ pairs, userIds }: LoadedDataset, rows: Float32Array, width: number): Float32Array => {
  const { userIndex, itemIndex, gain } = pairs.train;
  const sums = new Float32Array(userIds.length * width);
  for (const [pair, user] of userIndex.entries()) {
    if ((gain[pair] ?? missing(gain, pair)) > 0) {
      const row = (itemIndex[pair] ?? missing(itemIndex, pair)) * width;
      for (let column = 0; column < width; column += 1) {
        addAt(sums, user * width + column, rows[row + column] ?? missing(rows, row + column));
      }
    }
  }
  return sums;
};

/** Unit rows of `width` numbers, row-major; a row of zeros is an entity without content. */
export type Content =
  | { readonly kind: 'texts'; readonly width: number; readonly users: Float32Array; readonly items: Float32Array }
  | { readonly kind: 'features'; readonly width: number; readonly items: Float32Array }
  | { readonly kind: 'none' };

/**
 * Text embeddings where both sides have texts of one encoder. Else the features of items, which a user is compared with
 * by those that they met. None where items have no features.
 */
export const contentOf = ({ userFeatures, itemFeatures, userIds, itemIds, textDim }: LoadedDataset): Content => {
  if (textDim.user > 0 && textDim.user === textDim.item) {
    return {
      kind: 'texts',
      width: textDim.item,
      users: unitRows(userFeatures, userIds.length, textDim.user),
      items: unitRows(itemFeatures, itemIds.length, textDim.item),
    };
  }
  const width = itemFeatures.length / Math.max(1, itemIds.length);
  return width === 0
    ? { kind: 'none' }
    : { kind: 'features', width, items: unitRows(itemFeatures, itemIds.length, width) };
};
