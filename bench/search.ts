// One search for the ten best of 250, 100,000 and 1,000,000 items of 128 numbers, as of towers, or 384, as of texts: every row scored in JavaScript, rows
// screened by the WebAssembly kernel, and the index; milliseconds for one query on one core, and recall@10. Vectors lie
// near a space of 32 dimensions, as those of towers do. An index of 1,000,000 items takes a quarter of an hour to build.
// Usage: npm run bench:search [-- --items 250,100000] [-- --dim 384] [-- --no-index]
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LEAST_RECALL, MOST_ITEMS_EXACT } from '../contracts/bundle.ts';
import { createExactSearch, scanRows } from '../registry/search/exact-search.ts';
import { createIndexedSearch } from '../registry/search/indexed-search.ts';
import { openIndex } from '../registry/search/item-index.ts';
import { type Matrix, rowOf } from '../registry/search/matrix.ts';
import { createMeasuredIndex, sampleUsers } from '../registry/search/measure-recall.ts';
import type { RankedRows, SearchRequest } from '../registry/search/vector-search.ts';
import { median } from './median.ts';
import { towerVectors } from './tower-vectors.ts';

const QUERIES = 200;
/** Of the scan, which takes its time. */
const SCANNED_QUERIES = 20;

const { values: options } = parseArgs({
  options: {
    items: { type: 'string', default: '250,100000,1000000' },
    dim: { type: 'string', default: '128' },
    'no-index': { type: 'boolean', default: false },
  },
});
const DIM = Number(options.dim);

const requestOf = (queries: Matrix, at: number): SearchRequest => ({
  ...{ query: rowOf(queries, at), k: 10, hidden: null, excluded: [1, 2, 3] },
});

interface Timed {
  readonly lists: readonly RankedRows[];
  readonly text: string;
}

const time = (queries: Matrix, count: number, search: (request: SearchRequest) => RankedRows): Timed => {
  for (let at = 0; at < Math.min(count, 50); at += 1) {
    search(requestOf(queries, at));
  }
  const spent: number[] = [];
  const lists = Array.from({ length: count }, (_, at) => {
    const begin = performance.now();
    const list = search(requestOf(queries, at));
    spent.push(performance.now() - begin);
    return list;
  });
  const sorted = spent.toSorted((a, b) => a - b);
  const figures = [sorted[0] ?? 0, median(spent), sorted[Math.floor(0.99 * count)] ?? 0];
  return { lists, text: figures.map((ms) => ms.toFixed(3).padStart(9)).join('') };
};

const recall = (found: readonly RankedRows[], wanted: readonly RankedRows[]): string => {
  const hits = wanted.reduce(
    (sum, { rows }, at) => sum + rows.filter((row) => found[at]?.rows.includes(row)).length,
    0,
  );
  return (hits / wanted.reduce((sum, { rows }) => sum + rows.length, 0)).toFixed(4).padStart(8);
};

const seconds = (begin: number): string => `${((performance.now() - begin) / 1000).toFixed(1)} s`;

const measure = async (items: number, folder: string): Promise<void> => {
  const [all, queries] = [towerVectors(items, DIM, 2), towerVectors(QUERIES, DIM, 3)];
  console.log(`\n${items} items x ${DIM}              least   median      p99  recall`);
  const scanned = time(queries, SCANNED_QUERIES, (request) => scanRows(all, request));
  console.log(`every row in JavaScript ${scanned.text}`);
  const begin = performance.now();
  const exact = await createExactSearch(all);
  const filled = seconds(begin);
  const screened = time(queries, QUERIES, (request) => exact.search(request));
  console.log(
    `screened in WebAssembly ${screened.text}${recall(screened.lists, scanned.lists)}   (codes made in ${filled})`,
  );
  if (options['no-index'] || items < MOST_ITEMS_EXACT) {
    return;
  }
  const started = performance.now();
  const request = {
    queries: sampleUsers(towerVectors(1000, DIM, 4)),
    items: all,
    isNormalised: true,
    threads: availableParallelism(),
  };
  const { facts, save } = await createMeasuredIndex({ ...request, leastRecall: LEAST_RECALL, onStep: () => undefined });
  const file = join(folder, 'index.usearch');
  save(file);
  const built = seconds(started);
  const settings = { connectivity: facts.connectivity, expansionAdd: facts.expansion_add };
  const index = await openIndex(file, { rows: items, dim: DIM, isNormalised: true, settings });
  const indexed = createIndexedSearch({ matrix: all, index, exact, isNormalised: true, nominees: facts.nominees });
  const named = time(queries, QUERIES, (asked) => indexed.search(asked));
  const size = ((await stat(file)).size / 1e6).toFixed(0);
  console.log(
    `index, scored exactly   ${named.text}${recall(named.lists, screened.lists)}   ` +
      `(built in ${built}, ${size} MB, ${facts.nominees} nominees, recall ${facts.recall_at_10.toFixed(4)} when built)`,
  );
};

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; milliseconds a query, one core`);
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-search-'));
try {
  for (const items of options.items.split(',').map(Number)) {
    await measure(items, folder);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
