/**
 * An embedding table with its AdamW state, of which a step uses few rows: only these change, with their moments and their
 * decay (lazy Adam). It lies in the host's memory, on every backend, and a step sends the backend a sum for each user and
 * item instead of every row. Compiled from models/kernels/assembly/embedding-rows.ts: a step over 36,000 entries and 19,000 rows of 128
 * numbers takes a sixth of the time of the same loops in JavaScript.
 */

import { EMBEDDING_ROWS_WASM } from '../kernels/embedding-rows-wasm.ts';
import { loadKernel } from '../kernels/wasm-kernel.ts';
import { type AdamWStep, BETA_1, BETA_2, biasCorrected } from '../optimiser/adamw.ts';
import type { OptimiserVectors } from '../optimiser/optimiser.ts';
import { type Bags, bagCount } from './bags.ts';

export interface EmbeddingTable {
  /** [bags × dim]; a copy */
  sums(bags: Bags): Float32Array;
  /**
   * Gathers the gradients of the rows in use, for what follows.
   * @param ofSums [bags × dim], gradient of what `sums` gave for the same bags
   */
  gather(ofSums: Float32Array, bags: Bags): void;
  /** Of the gradients of the last `gather`. */
  squaredLength(): number;
  /**
   * AdamW on the rows of the last `gather`.
   * @param scale factor on the gradients
   */
  apply(scale: number, step: AdamWStep): void;
  /** Copies of the whole table and its moments, [tableRows × dim] each. */
  read(): OptimiserVectors;
}

interface Kernel {
  addSums(
    table: number,
    starts: number,
    rows: number,
    coefficients: number,
    bags: number,
    dim: number,
    sums: number,
  ): void;
  addGradients(
    ofSums: number,
    starts: number,
    rows: number,
    coefficients: number,
    bags: number,
    dim: number,
    gradients: number,
  ): void;
  applyAdamW(
    parameters: number,
    firstMoments: number,
    secondMoments: number,
    rows: number,
    count: number,
    dim: number,
    gradients: number,
    scale: number,
    decay: number,
    rate: number,
    epsilon: number,
    keep1: number,
    take1: number,
    keep2: number,
    take2: number,
  ): void;
}

const BYTES = 4;

/** Numbers to lay into memory; a length stands for that many zeros. */
type Part = Int32Array | Float32Array | number;

const lengthOf = (part: Part): number => (typeof part === 'number' ? part : part.length);

/** Where each of some parts begins in memory. */
type PlacesOf<Parts extends readonly Part[]> = { readonly [Part in keyof Parts]: number };

/** Rows in use, in the order of their first use, and for each entry the place of its row among them. */
const createRowPlaces = (tableRows: number): ((rows: Int32Array) => { used: Int32Array; places: Int32Array }) => {
  const placeOf = new Int32Array(tableRows).fill(-1);
  return (rows) => {
    const used: number[] = [];
    const places = rows.map((row) => {
      const known = placeOf[row] as number;
      if (known >= 0) {
        return known;
      }
      placeOf[row] = used.length;
      return used.push(row) - 1;
    });
    for (const row of used) {
      placeOf[row] = -1;
    }
    return { used: Int32Array.from(used), places };
  };
};

/**
 * In memory: parameters, first and second moments, then what one call needs.
 * @param given [tableRows × dim] each; stay as they are
 */
export const createEmbeddingTable = (given: OptimiserVectors, dim: number): EmbeddingTable => {
  const size = given.parameters.length;
  const [parameters, firstMoments, secondMoments, scratch] = [0, 1, 2, 3].map((place) => place * size * BYTES) as [
    number,
    number,
    number,
    number,
  ];
  const { exports: kernel, buffer, reserve } = loadKernel<Kernel>(EMBEDDING_ROWS_WASM, scratch);
  const numbers = (begin: number, length: number): Float32Array => new Float32Array(buffer(), begin, length);
  numbers(parameters, size).set(given.parameters);
  numbers(firstMoments, size).set(given.firstMoment);
  numbers(secondMoments, size).set(given.secondMoment);
  const placesOf = createRowPlaces(size / dim);
  let gathered = { count: 0, rows: scratch, gradients: scratch };

  /** Lays the parts one after the other into the scratch. */
  const lay = <const Parts extends readonly Part[]>(...parts: Parts): PlacesOf<Parts> => {
    reserve(scratch + parts.reduce<number>((sum, part) => sum + lengthOf(part), 0) * BYTES);
    let end = scratch;
    return parts.map((part) => {
      const begin = end;
      const length = lengthOf(part);
      end += length * BYTES;
      if (part instanceof Int32Array) {
        new Int32Array(buffer(), begin, length).set(part);
      } else if (typeof part === 'number') {
        numbers(begin, length).fill(0);
      } else {
        numbers(begin, length).set(part);
      }
      return begin;
    }) as PlacesOf<Parts>;
  };

  return {
    sums: (bags) => {
      const count = bagCount(bags);
      const [starts, rows, coefficients, sums] = lay(bags.starts, bags.rows, bags.coefficients, count * dim);
      kernel.addSums(parameters, starts, rows, coefficients, count, dim, sums);
      return numbers(sums, count * dim).slice();
    },
    gather: (ofSums, bags) => {
      const { used, places } = placesOf(bags.rows);
      const parts = lay(used, used.length * dim, ofSums, bags.starts, places, bags.coefficients);
      const [rows, gradients, from, starts, entries, coefficients] = parts;
      kernel.addGradients(from, starts, entries, coefficients, bagCount(bags), dim, gradients);
      gathered = { count: used.length, rows, gradients };
    },
    squaredLength: () =>
      numbers(gathered.gradients, gathered.count * dim).reduce((sum, value) => sum + value * value, 0),
    apply: (scale, step) => {
      const { rate, epsilon } = biasCorrected(step);
      const decay = 1 - step.learningRate * step.weightDecay;
      const { count, rows, gradients } = gathered;
      kernel.applyAdamW(
        ...([parameters, firstMoments, secondMoments, rows, count, dim, gradients] as const),
        ...([scale, decay, rate, epsilon] as const),
        ...([BETA_1, 1 - BETA_1, BETA_2, 1 - BETA_2] as const),
      );
    },
    read: () => ({
      parameters: numbers(parameters, size).slice(),
      firstMoment: numbers(firstMoments, size).slice(),
      secondMoment: numbers(secondMoments, size).slice(),
    }),
  };
};
