/** One vector of length 1 for each text, out of the vectors of its tokens. */
import { missing } from '../../contracts/element-at.ts';
import type { Pooling } from './model-folder.ts';
import { provisionFailure } from './text-encoder-request.ts';
import type { TokenBatch } from './token-batches.ts';

/** @param hidden [texts, tokens, dim] @param matrix [rows, dim], of which the rows of the batch are written */
export const poolTokens = (
  hidden: Float32Array,
  { texts, tokens }: TokenBatch,
  dim: number,
  pooling: Pooling,
  matrix: Float32Array,
): void => {
  const sums = new Float64Array(dim);
  texts.forEach(({ row, ids }, place) => {
    sums.fill(0);
    const counted = pooling === 'cls' ? 1 : Math.max(1, ids.length);
    for (let token = 0; token < counted; token += 1) {
      const from = (place * tokens + token) * dim;
      for (let column = 0; column < dim; column += 1) {
        const value = hidden[from + column] ?? missing(hidden, from + column);
        sums[column] = (sums[column] ?? missing(sums, column)) + value;
      }
    }
    // Sum or mean: the length takes the number of tokens out.
    let squares = 0;
    for (const value of sums) {
      squares += value * value;
    }
    const norm = Math.sqrt(squares);
    if (!(norm > 0) || !Number.isFinite(norm)) {
      throw provisionFailure(
        `the model gives a vector of length ${norm} for text ${row}, expected finite numbers`,
        'Use another model or another file of it: this one is damaged, or its precision is too low.',
      );
    }
    matrix.set(
      sums.map((sum) => sum / norm),
      row * dim,
    );
  });
};
