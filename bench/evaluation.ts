// Full-catalogue evaluation of 10,000 users x 10,000 items on native TensorFlow, beside PyTorch's matmul and topk of the
// same size; both with a thread for each core, interleaved. Then the resident memory of 100,000 users x 50,000 items, on request.
// Usage: npm run bench:evaluation [-- --large]
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadedDataset, PairArrays } from '../contracts/dataset.ts';
import { dotScorer } from '../models/evaluation/dot-scorer.ts';
import { evaluateScorer } from '../models/evaluation/evaluate-scorer.ts';
import { createGenerator, toUnit } from '../models/numerics/prng.ts';
import { activateBackend } from '../test/support/activate-backend.ts';
import { createToyDataset } from '../test/support/toy-dataset.ts';
import { anchorPython } from './anchor-python.ts';
import { median } from './median.ts';

const DIM = 128;
/** As many as TensorFlow takes by itself. */
const THREADS = availableParallelism();
const ROUNDS = 5;
const PAIRS_PER_USER = 10;
/** Of 256, 1,024 and 10,000 users the fastest for PyTorch. */
const ANCHOR_BLOCK = 10_000;
const LARGE_LIMIT_MEBIBYTES = 2048;

const matrix = (rows: number, seed: number): Float32Array => {
  const next = createGenerator(seed);
  return Float32Array.from({ length: rows * DIM }, () => toUnit(next()) + toUnit(next()) + toUnit(next()) - 1.5);
};

const spreadPairs = (users: number, items: number): PairArrays => {
  const next = createGenerator(3);
  const pairs = users * PAIRS_PER_USER;
  const stride = Math.floor(items / PAIRS_PER_USER);
  return {
    userIndex: Int32Array.from({ length: pairs }, (_, row) => Math.floor(row / PAIRS_PER_USER)),
    itemIndex: Int32Array.from(
      { length: pairs },
      (_, row) => (row % PAIRS_PER_USER) * stride + Math.floor(toUnit(next()) * stride),
    ),
    gain: new Float32Array(pairs).fill(1),
  };
};

/** In seconds; that of the processor sums over all threads. */
interface Spent {
  readonly wall: number;
  readonly processor: number;
}

/** What one evaluation with random vectors takes; every user has ten relevant items. */
const createEvaluation = (users: number, items: number): (() => Spent) => {
  const toy = createToyDataset({ users: 1, items: 1, pairsPerUser: 0, seed: 1 });
  const dataset: LoadedDataset = {
    ...toy,
    userIds: Array.from({ length: users }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: items }, (_, item) => `i${item}`),
    pairs: { ...toy.pairs, test: spreadPairs(users, items) },
  };
  const scorer = dotScorer(matrix(users, 1), matrix(items, 2), DIM);
  return () => {
    const startMs = performance.now();
    const before = process.cpuUsage();
    const { summary } = evaluateScorer({ scorer, dataset, split: 'test', relevanceThreshold: 0.4 });
    if (summary.users !== users) {
      throw new Error(`got ${summary.users} users, expected ${users}`);
    }
    const { user, system } = process.cpuUsage(before);
    return { wall: (performance.now() - startMs) / 1000, processor: (user + system) / 1_000_000 };
  };
};

const wallOf = (rounds: readonly Spent[]): number[] => rounds.map(({ wall }) => wall);
const processorOf = (rounds: readonly Spent[]): number[] => rounds.map(({ processor }) => processor);

const describe = (rounds: readonly Spent[]): string =>
  `min ${Math.min(...wallOf(rounds)).toFixed(2)} s, median ${median(wallOf(rounds)).toFixed(2)} s, ` +
  `processor ${Math.min(...processorOf(rounds)).toFixed(2)} s`;

const besideAnchor = async (users: number, items: number): Promise<void> => {
  const script = fileURLToPath(new URL('./rank-catalogue.py', import.meta.url));
  const sizes = [users, items, DIM, ANCHOR_BLOCK, THREADS].map(String);
  const anchor: ChildProcessWithoutNullStreams = spawn(await anchorPython('torch'), [script, ...sizes]);
  anchor.stderr.pipe(process.stderr);
  try {
    const lines = createInterface({ input: anchor.stdout })[Symbol.asyncIterator]();
    const runAnchor = async (): Promise<Spent> => {
      anchor.stdin.write('\n');
      const line = await lines.next();
      if (line.done === true) {
        throw new Error('the anchor ended early');
      }
      return JSON.parse(line.value) as Spent;
    };
    const evaluateOnce = createEvaluation(users, items);
    evaluateOnce();
    await runAnchor();
    const ours: Spent[] = [];
    const anchors: Spent[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(evaluateOnce());
      anchors.push(await runAnchor());
    }
    console.log(`ours:   ${describe(ours)} (all metrics of ${users} users x ${items} items)`);
    console.log(`anchor: ${describe(anchors)} (PyTorch's matmul and topk alone)`);
    const ratio = (of: (seconds: readonly number[]) => number, pick: typeof wallOf): string =>
      (of(pick(ours)) / of(pick(anchors))).toFixed(2);
    const least = (seconds: readonly number[]): number => Math.min(...seconds);
    console.log(
      `ratio:  min ${ratio(least, wallOf)}, median ${ratio(median, wallOf)}, processor ${ratio(least, processorOf)}, limit 1`,
    );
  } finally {
    anchor.stdin.end();
    if (anchor.exitCode === null) {
      await once(anchor, 'exit');
    }
  }
};

await activateBackend('native');
if (process.argv.includes('--large')) {
  const seconds = createEvaluation(100_000, 50_000)().wall;
  const mebibytes = process.resourceUsage().maxRSS / 1024;
  console.log(
    `100,000 users x 50,000 items: ${seconds.toFixed(0)} s, resident at most ${mebibytes.toFixed(0)} MiB, ` +
      `limit ${LARGE_LIMIT_MEBIBYTES}`,
  );
} else {
  await besideAnchor(10_000, 10_000);
}
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`);
