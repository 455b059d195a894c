/**
 * Exact search. A small matrix is scored whole; a large one is screened by 8-bit codes first, and what may be among the
 * best is scored from the numbers themselves, so that both ways give the same rows and scores.
 */
import { breathe } from '../../host/breathe.ts';
import { createScreen, type Measure, MOST_SCREENED, type Screen } from '../../models/kernels/screen-rows.ts';
import { createFirstRows } from './first-rows.ts';
import { dotAt, lengthOf, type Matrix, rowOf } from './matrix.ts';
import type { RankedRows, SearchRequest, VectorSearch } from './vector-search.ts';

/** Fewer are scored whole as fast: 250 rows of 128 numbers take 7 µs screened, and 40 µs whole. */
const FEWEST_SCREENED_ROWS = 64;
const ROWS_PER_BREATH = 256;

/** float32, as an evaluation's scores are; a row of zeros has the cosine 0. */
export const scoreOf = (matrix: Matrix, row: number, query: Float32Array, measure: Measure): number => {
  const product = dotAt(matrix.values, row * matrix.dim, query);
  if (measure === 'dot') {
    return Math.fround(product);
  }
  const length = lengthOf(rowOf(matrix, row));
  return length === 0 ? 0 : Math.fround(product / length);
};

/** Scores every row that is a candidate. */
export const scanRows = (
  matrix: Matrix,
  { query, k, hidden, excluded }: SearchRequest,
  measure: Measure = 'dot',
): RankedRows => {
  const first = createFirstRows(k);
  const out = new Set(excluded);
  for (let row = 0; row < matrix.rows; row += 1) {
    if ((hidden === null || hidden[row] === 0) && !out.has(row)) {
      first.offer(row, scoreOf(matrix, row, query, measure));
    }
  }
  return first.ranked();
};

const fillScreen = async (matrix: Matrix): Promise<Screen> => {
  const screen = createScreen(matrix.rows, matrix.dim);
  for (let row = 0; row < matrix.rows; row += ROWS_PER_BREATH) {
    screen.setRows(row, matrix.values.subarray(row * matrix.dim, (row + ROWS_PER_BREATH) * matrix.dim));
    await breathe();
  }
  return screen;
};

/** One for each matrix, however many search it. */
const screens = new WeakMap<Matrix, Promise<Screen>>();

const screenOf = (matrix: Matrix): Promise<Screen> => {
  const known = screens.get(matrix);
  if (known !== undefined) {
    return known;
  }
  const filling = fillScreen(matrix);
  screens.set(matrix, filling);
  return filling;
};

/** Keeps the matrix, which must hold finite numbers and not change. */
export const createExactSearch = async (matrix: Matrix): Promise<VectorSearch> => {
  const screen = matrix.rows < FEWEST_SCREENED_ROWS || matrix.dim === 0 ? null : await screenOf(matrix);
  return {
    kind: 'exact',
    search: (request, measure = 'dot') => {
      if (screen === null || request.k > MOST_SCREENED) {
        return scanRows(matrix, request, measure);
      }
      const first = createFirstRows(request.k);
      for (const row of screen.candidates({ ...request, measure })) {
        first.offer(row, scoreOf(matrix, row, request.query, measure));
      }
      return first.ranked();
    },
  };
};
