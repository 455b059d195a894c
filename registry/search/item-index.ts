/**
 * The graph (HNSW) that a large catalogue is searched by. It holds 8-bit copies, and names items that are then scored
 * from their vectors. Dot products of vectors of any length become cosines by one more number, which fills every item up
 * to the length of the longest (Bachrach et al. 2014).
 */
import { open } from 'node:fs/promises';
import { missing } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { notLoading } from '../not-loading.ts';
import { lengthOf, type Matrix, rowOf } from './matrix.ts';

export interface GraphSettings {
  readonly connectivity: number;
  readonly expansionAdd: number;
}

export interface ItemIndex {
  /** Rows near to a query, [dim]; the nearest of them, not all that there are. */
  nominate(query: Float32Array, count: number): readonly number[];
}

/** Adds a block of vectors at a time, so that somebody may be told. */
const ROWS_PER_STEP = 2_000;

const loadLibrary = async () => {
  try {
    return await import('usearch');
  } catch (error) {
    throw new TtExpError(
      'MODEL_INCOMPATIBLE',
      `index: the package usearch has no library for ${process.platform} ${process.arch}`,
      { hint: 'Build and serve catalogues of this size on Linux or macOS with glibc, x64 or arm64.', cause: error },
    );
  }
};

const openGraph = async (dim: number, { connectivity, expansionAdd }: GraphSettings) => {
  const { Index, MetricKind, ScalarKind } = await loadLibrary();
  return new Index({
    dimensions: dim,
    metric: MetricKind.IP,
    quantization: ScalarKind.I8,
    connectivity,
    expansion_add: expansionAdd,
    // A search looks at as many nodes as it gives.
    expansion_search: 16,
    multi: false,
  });
};

type Graph = Awaited<ReturnType<typeof openGraph>>;

/** [dim], or one number more where lengths differ. */
const widthOf = (dim: number, isNormalised: boolean): number => (isNormalised ? dim : dim + 1);

const asIndex = (graph: Graph, dim: number, isNormalised: boolean): ItemIndex => ({
  nominate: (query, count) => {
    const asked = new Float32Array(widthOf(dim, isNormalised));
    const length = lengthOf(query);
    asked.set(length === 0 ? query : query.map((value) => value / length));
    return Array.from(graph.search(asked, count, 1).keys, Number);
  },
});

export interface BuiltIndex extends ItemIndex {
  save(file: string): void;
}

const longest = (matrix: Matrix): number => {
  let most = 0;
  for (let row = 0; row < matrix.rows; row += 1) {
    most = Math.max(most, lengthOf(rowOf(matrix, row)));
  }
  return most;
};

export const buildIndex = async (
  matrix: Matrix,
  {
    isNormalised,
    settings,
    threads,
    onStep,
  }: {
    readonly isNormalised: boolean;
    readonly settings: GraphSettings;
    /** With more than one the graph is not the same each time. */
    readonly threads: number;
    readonly onStep: () => void;
  },
): Promise<BuiltIndex> => {
  const { rows, dim } = matrix;
  const width = widthOf(dim, isNormalised);
  const graph = await openGraph(width, settings);
  const most = isNormalised ? 1 : longest(matrix);
  for (let from = 0; from < rows; from += ROWS_PER_STEP) {
    const count = Math.min(ROWS_PER_STEP, rows - from);
    const block = new Float32Array(count * width);
    for (let place = 0; place < count; place += 1) {
      const vector = rowOf(matrix, from + place);
      let left = 1;
      for (let column = 0; column < dim; column += 1) {
        const value = most === 0 ? 0 : (vector[column] ?? missing(vector, column)) / most;
        block[place * width + column] = value;
        left -= value * value;
      }
      if (!isNormalised) {
        block[place * width + dim] = Math.sqrt(Math.max(0, left));
      }
    }
    graph.add(
      BigUint64Array.from({ length: count }, (_, place) => BigInt(from + place)),
      block,
      threads,
    );
    onStep();
  }
  return { ...asIndex(graph, dim, isNormalised), save: (file) => graph.save(file) };
};

const MAGIC = 'usearch';

/** The library itself ends the process over a file that is none of its own. */
const requireIndexFile = async (file: string, rows: number, width: number): Promise<void> => {
  const handle = await open(file, 'r');
  try {
    const shape = Buffer.alloc(8);
    await handle.read(shape, 0, shape.length, 0);
    const magic = Buffer.alloc(MAGIC.length);
    await handle.read(magic, 0, magic.length, shape.length + rows * width);
    const isShaped = shape.readUInt32LE(0) === rows && shape.readUInt32LE(4) === width;
    if (!isShaped || magic.toString('latin1') !== MAGIC) {
      throw notLoading(
        `${file} is no index of ${rows} vectors that are ${width} wide`,
        'Remove the folder of the bundle and run the same command again: it is built anew.',
      );
    }
  } finally {
    await handle.close();
  }
};

/**
 * Maps the file into memory: it must stay as it is, and be one whose digest was verified. Throws MODEL_NOT_LOADING for
 * what is no index of so many vectors.
 */
export const openIndex = async (
  file: string,
  {
    rows,
    dim,
    isNormalised,
    settings,
  }: {
    readonly rows: number;
    readonly dim: number;
    readonly isNormalised: boolean;
    readonly settings: GraphSettings;
  },
): Promise<ItemIndex> => {
  const width = widthOf(dim, isNormalised);
  await requireIndexFile(file, rows, width);
  const graph = await openGraph(width, settings);
  graph.view(file);
  return asIndex(graph, dim, isNormalised);
};
