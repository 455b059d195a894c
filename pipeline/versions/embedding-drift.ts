/** Text embeddings told apart by one number each: their distance to the centroid of A's. */
import { addAt, elementAt, missing } from '../../contracts/element-at.ts';
import { readColumns, readVectors } from '../duckdb/columns.ts';
import type { Database } from '../duckdb/database.ts';
import type { BinCount } from './population-stability.ts';

const BINS = 10;

interface Embedded {
  readonly ids: readonly string[];
  /** [ids, dim] */
  readonly matrix: Float32Array;
  /** Users or items without an embedding. */
  readonly missing: number;
}

const readEmbedded = async (
  database: Database,
  prefix: string,
  side: 'user' | 'item',
  dim: number,
): Promise<Embedded> => {
  const trained = `${prefix}_trained_${side}s`;
  const vectors = await readVectors(database, {
    what: `read the text embeddings of ${side}s`,
    sql: `SELECT ${side}_id, embedding FROM ${prefix}_${side}_embeddings SEMI JOIN ${trained} USING (${side}_id)
      WHERE embedding IS NOT NULL ORDER BY ${side}_id`,
    dim,
  });
  const { columns } = await readColumns(database, {
    what: `count the ${side}s`,
    sql: `SELECT count(*)::INTEGER FROM ${trained}`,
  });
  return { ...vectors, missing: Number(elementAt(elementAt(columns, 0), 0)) - vectors.ids.length };
};

/** Sum of the rows, [dim], in double precision and in the order of the ids. */
const sumOf = ({ matrix }: Embedded, dim: number): Float64Array => {
  const sum = new Float64Array(dim);
  matrix.forEach((value, index) => {
    addAt(sum, index % dim, value);
  });
  return sum;
};

/**
 * Distance of each row to the centroid of A's rows without that of the same id: A's rows would else seem nearer than
 * those that B brings, only because they are part of the centroid.
 */
const distances = (own: Embedded, a: Embedded, sum: Float64Array): readonly number[] => {
  const dim = sum.length;
  const cellOf = ({ matrix }: Embedded, row: number, column: number): number =>
    matrix[row * dim + column] ?? missing(matrix, row * dim + column);
  const rowInA = new Map(a.ids.map((id, row) => [id, row]));
  return own.ids.map((id, row) => {
    const twin = rowInA.get(id);
    const others = a.ids.length - (twin === undefined ? 0 : 1);
    let square = 0;
    for (let column = 0; column < dim; column += 1) {
      const inA = twin === undefined ? 0 : cellOf(a, twin, column);
      const center = ((sum[column] ?? missing(sum, column)) - inA) / Math.max(others, 1);
      square += (cellOf(own, row, column) - center) ** 2;
    }
    return Math.sqrt(square);
  });
};

/** Bins of about equally many rows of A, of which there is at least one. */
const binDistances = (a: readonly number[], b: readonly number[]): readonly BinCount[] => {
  const sorted = a.toSorted((x, y) => x - y);
  const edges = new Set(
    Array.from({ length: BINS - 1 }, (_, index) =>
      elementAt(sorted, Math.ceil(((index + 1) * sorted.length) / BINS) - 1),
    ),
  );
  const bounds = [...edges];
  const count = (values: readonly number[]): Int32Array => {
    const counts = new Int32Array(bounds.length + 1);
    for (const value of values) {
      const bin = bounds.filter((bound) => bound < value).length;
      addAt(counts, bin, 1);
    }
    return counts;
  };
  const [inA, inB] = [count(a), count(b)];
  return Array.from(inA, (value, bin) => {
    const [low, high] = [bounds[bin - 1], bounds[bin]].map((bound) => bound?.toFixed(3));
    const name = low === undefined ? `at most ${high} from A's centre` : `${low} to ${high ?? '…'} from A's centre`;
    return { bin: name, a: value, b: elementAt(inB, bin) };
  });
};

export const embeddingBins = async (
  database: Database,
  side: 'user' | 'item',
  dim: number,
): Promise<readonly BinCount[]> => {
  const a = await readEmbedded(database, 'a', side, dim);
  const b = await readEmbedded(database, 'b', side, dim);
  const sum = sumOf(a, dim);
  const bins = a.ids.length === 0 ? [] : binDistances(distances(a, a, sum), distances(b, a, sum));
  const known = a.ids.length === 0 ? [{ bin: 'embedded', a: 0, b: b.ids.length }] : bins;
  return [...known, { bin: '(missing)', a: a.missing, b: b.missing }];
};
