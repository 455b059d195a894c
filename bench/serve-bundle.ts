// Bundles of random vectors, as large as asked.
import { createGenerator, toUnit } from '../models/numerics/prng.ts';
import { writeSmallBundle } from '../test/support/small-bundle.ts';

const TYPES = ['job', 'collaboration', 'advice', 'investment'];
const HISTORY = 25;

const idsOf = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, row) => `${prefix}${String(row).padStart(7, '0')}`);

export interface BenchBundle {
  readonly items: number;
  readonly users: number;
  readonly dim: number;
  readonly contentDim: number;
  readonly seed: number;
}

/** Every user has met 25 items, so that the model answers. */
export const writeBenchBundle = async (folder: string, request: BenchBundle): Promise<string> => {
  const { items, users, dim, contentDim, seed } = request;
  const next = createGenerator(seed);
  const uniform = (): number => toUnit(next()) - 0.5;
  const matrix = (rows: number, width: number): Float32Array => {
    const values = Float32Array.from({ length: rows * width }, uniform);
    for (let row = 0; row < rows; row += 1) {
      const vector = values.subarray(row * width, (row + 1) * width);
      const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
      vector.forEach((value, column) => {
        vector[column] = value / norm;
      });
    }
    return values;
  };
  const { folder: written } = await writeSmallBundle(folder, {
    facts: {
      ...{ embedding_dim: dim, users, items, interactions: users * HISTORY, is_normalised: true },
      content: { kind: 'texts', width: contentDim },
    },
    content: {
      users: {
        ...{ ids: idsOf('u', users), vectors: matrix(users, dim), content: matrix(users, contentDim) },
        fields: new Map(),
      },
      items: {
        ...{ ids: idsOf('i', items), vectors: matrix(items, dim), content: matrix(items, contentDim) },
        fields: new Map([['type', Array.from({ length: items }, (_, row) => TYPES[row % TYPES.length] ?? '')]]),
      },
      popularity: Float32Array.from({ length: items }, (_, row) => Math.floor(1000 / (row + 1))),
      interactions: new Int32Array(users).fill(HISTORY),
      history: {
        starts: Int32Array.from({ length: users + 1 }, (_, user) => user * HISTORY),
        items: Int32Array.from({ length: users * HISTORY }, (_, at) => (at * 7919) % items),
        flags: new Uint8Array(users * HISTORY).fill(4),
      },
    },
  });
  return written;
};
