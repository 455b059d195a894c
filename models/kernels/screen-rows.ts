/**
 * Rows of a matrix that may be among the best by dot product, found with a quarter of its bytes: numbers are kept in 8
 * bits, and what that leaves out is bounded by Cauchy and Schwarz, so that no row of the true best is ever passed over.
 * Compiled from models/kernels/assembly/screen-rows.ts.
 */
import { elementAt, missing } from '../../contracts/element-at.ts';
import { SCREEN_ROWS_WASM } from './screen-rows-wasm.ts';
import { loadKernel } from './wasm-kernel.ts';

/** `cosine` divides the product by the row's length; that of the query changes no order. */
export type Measure = 'dot' | 'cosine';

export interface Screen {
  /** To be called for all rows, some at a time, each with `dim` numbers. */
  setRows(first: number, values: Float32Array): void;
  /**
   * Rows that may be among the first `k`, ascending: all that are, and some more. A view that the next call overwrites.
   * @param hidden [rows]; what is not 0 is no candidate. null: all are
   * @param excluded further rows that are none
   */
  candidates(request: {
    readonly query: Float32Array;
    readonly measure: Measure;
    readonly k: number;
    readonly hidden: Uint8Array | null;
    readonly excluded: Iterable<number>;
  }): Uint32Array;
}

interface Kernel {
  screenRows(
    ...args: [
      ...matrix: [codes: number, stride: number, rows: number, scales: number, lost: number, kept: number],
      ...asked: [hidden: number, query: number, queryScale: number, lostWeight: number, keptWeight: number, k: number],
      ...answer: [bounds: number, found: number, uppers: number],
    ]
  ): number;
  encodeRows(
    ...args: [
      ...values: [values: number, count: number, dim: number, first: number, codes: number, stride: number],
      ...dot: [scales: number, lost: number, kept: number],
      ...cosine: [scales: number, lost: number, kept: number],
    ]
  ): void;
}

const CODES_PER_STEP = 16;
const MOST_CODE = 127;
const ROWS_PER_STEP = 256;
const MOST_INT32 = 2 ** 31 - 1;
/** Sums of float32 and float64 round: by far less than this share. */
const ROUNDING = 1e-6;
/** Most first rows that are looked for; more are better found by sorting all. */
export const MOST_SCREENED = 1024;

const lengthOf = (values: Float32Array): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? missing(values, at);
    sum += value * value;
  }
  return Math.sqrt(sum);
};

const largest = (values: Float32Array): number => {
  let most = 0;
  for (let at = 0; at < values.length; at += 1) {
    most = Math.max(most, Math.abs(values[at] ?? missing(values, at)));
  }
  return most;
};

export const createScreen = (rows: number, dim: number): Screen => {
  const stride = Math.ceil(dim / CODES_PER_STEP) * CODES_PER_STEP;
  let end = 0;
  const take = (bytes: number): number => {
    const place = end;
    end += Math.ceil(bytes / 16) * 16;
    return place;
  };
  const [codesAt, queryAt, hiddenAt] = [take(rows * stride), take(2 * stride), take(rows)] as const;
  const measures = {
    dot: { scales: take(4 * rows), lost: take(4 * rows), kept: take(4 * rows) },
    cosine: { scales: take(4 * rows), lost: take(4 * rows), kept: take(4 * rows) },
  } as const;
  const [boundsAt, foundAt, uppersAt] = [take(8 * MOST_SCREENED), take(4 * rows), take(8 * rows)] as const;
  const blockAt = take(4 * ROWS_PER_STEP * dim);
  const { exports: kernel, buffer } = loadKernel<Kernel>(SCREEN_ROWS_WASM, end);
  const memory = buffer();
  const queryCodes = new Int16Array(memory, queryAt, stride);
  const hiddenRows = new Uint8Array(memory, hiddenAt, rows);
  const [bounds, found] = [new Float64Array(memory, boundsAt, MOST_SCREENED), new Uint32Array(memory, foundAt, rows)];
  const uppers = new Float64Array(memory, uppersAt, rows);
  /** So that no sum of products overflows, whatever the row. */
  const mostQueryCode = Math.min(32767, Math.floor(MOST_INT32 / (MOST_CODE * Math.max(1, stride))));

  const setQuery = (
    query: Float32Array,
  ): { readonly scale: number; readonly length: number; readonly lost: number } => {
    const scale = largest(query) / mostQueryCode;
    let lost = 0;
    queryCodes.fill(0);
    for (let at = 0; at < dim; at += 1) {
      const value = query[at] ?? missing(query, at);
      const code = scale === 0 ? 0 : Math.round(value / scale);
      queryCodes[at] = code;
      lost += (value - code * scale) ** 2;
    }
    return { scale, length: lengthOf(query), lost: Math.sqrt(lost) };
  };

  return {
    setRows: (first, values) => {
      for (let from = 0; from * dim < values.length; from += ROWS_PER_STEP) {
        const block = values.subarray(from * dim, (from + ROWS_PER_STEP) * dim);
        new Float32Array(memory, blockAt, block.length).set(block);
        const { dot, cosine } = measures;
        kernel.encodeRows(
          ...([blockAt, block.length / dim, dim, first + from, codesAt, stride] as const),
          ...([dot.scales, dot.lost, dot.kept, cosine.scales, cosine.lost, cosine.kept] as const),
        );
      }
    },
    candidates: ({ query, measure, k, hidden, excluded }) => {
      const wanted = Math.min(k, MOST_SCREENED);
      const { scale, length, lost } = setQuery(query);
      if (hidden === null) {
        hiddenRows.fill(0);
      } else {
        hiddenRows.set(hidden);
      }
      for (const row of excluded) {
        hiddenRows[row] = 1;
      }
      const { scales, lost: lostAt, kept: keptAt } = measures[measure];
      const count = kernel.screenRows(
        ...([codesAt, stride, rows, scales, lostAt, keptAt, hiddenAt, queryAt, scale] as const),
        ...([length * (1 + ROUNDING), lost + ROUNDING * length, wanted, boundsAt, foundAt, uppersAt] as const),
      );
      // What was found before the bounds had risen may be below them now.
      const least = count < wanted ? Number.NEGATIVE_INFINITY : elementAt(bounds, wanted - 1);
      let left = 0;
      for (let at = 0; at < count; at += 1) {
        if ((uppers[at] ?? missing(uppers, at)) >= least) {
          found[left] = found[at] ?? missing(found, at);
          left += 1;
        }
      }
      return found.subarray(0, left);
    },
  };
};
