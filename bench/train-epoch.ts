// Seconds per training epoch beside PyTorch on the same cores, with the same samples, towers and optimiser: interleaved,
// minimum and median. Ours has sampled negatives on top; validation and checkpoint are left out of both.
// Usage: npm run bench:train [-- --rounds 5 --threads 2]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readEnvironment } from '../config/env.ts';
import type { LoadedDataset } from '../contracts/dataset.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import { trainTwoTower } from '../models/training/train.ts';
import { openDataset } from '../pipeline/index.ts';
import { activateBackend } from '../test/support/activate-backend.ts';
import { builderIn, dataSettings } from '../test/support/data-requests.ts';
import { MODEL_SETTINGS, resolvedConfig } from '../test/support/experiment-fixtures.ts';
import { anchorPython } from './anchor-python.ts';
import { exportArrays } from './export-arrays.ts';
import { median } from './median.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, threads: { type: 'string', default: '2' } },
});
const rounds = Number(values.rounds);
const threads = Number(values.threads);
/** What is promised: our time is at most this many times the anchor's. */
const FACTOR = 1;

const CASES = [
  { name: 'default model, batch 256', hiddenDims: [512, 256], batchSize: 256 },
  { name: 'default model, batch 1024', hiddenDims: [512, 256], batchSize: 1024 },
  { name: '[1024, 512, 256], batch 256', hiddenDims: [1024, 512, 256], batchSize: 256 },
] as const;

process.env.TF_NUM_INTRAOP_THREADS = String(threads);
process.env.TF_NUM_INTEROP_THREADS = String(threads);
const tensorflow = await activateBackend(readEnvironment().tensorflowBackend);
const python = await anchorPython('torch');

/** One epoch per call. */
const startAnchor = (folder: string, { hiddenDims, batchSize }: (typeof CASES)[number]) => {
  const script = fileURLToPath(new URL('train-epoch.py', import.meta.url));
  const sizes = { embedding_dim: 128, hidden_dims: hiddenDims, batch_size: batchSize };
  const child = spawn(python, [script, folder, JSON.stringify({ ...sizes, threads, seed: 7 })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    epoch: async (): Promise<number> => {
      child.stdin.write('\n');
      return Number((await lines.next()).value);
    },
    stop: async (): Promise<void> => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
};

/**
 * Each call goes on after the last one's checkpoint, by two epochs: the first loads and warms what the anchor's process
 * keeps from round to round, and the time is the second's, to the end of its last step.
 */
const ourEpoch = async (dataset: LoadedDataset, settings: TrialSettings, trialFolder: string, epochBudget: number) => {
  let startMs = 0;
  let endMs = 0;
  await trainTwoTower({
    dataset,
    settings,
    epochBudget,
    trialFolder,
    tensorflow,
    signal: new AbortController().signal,
    nowMs: () => Date.now(),
    onReady: () => undefined,
    onStep: (epoch) => {
      if (epoch === epochBudget) {
        endMs = performance.now();
      }
    },
    onEpoch: ({ epoch }) => {
      if (epoch < epochBudget) {
        startMs = performance.now();
      }
    },
  });
  return (endMs - startMs) / 1000;
};

const describe = (seconds: readonly number[]): { min: number; median: number } => ({
  min: Math.min(...seconds),
  median: median(seconds),
});

const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-'));
try {
  const builder = builderIn(join(folder, 'data'), { memoryLimitMegabytes: 1024 });
  const { version } = await builder.encode({ data: dataSettings(), seed: 7 });
  const dataset = await openDataset((await builder.findLocal(version)) ?? '');
  await exportArrays(join(folder, 'arrays'), dataset);
  console.log(`${dataset.samples.train.label.length} samples, ${threads} threads, ${rounds} rounds`);
  for (const [index, given] of CASES.entries()) {
    const settings: TrialSettings = {
      seed: 7,
      relevanceThreshold: 0.4,
      model: { ...MODEL_SETTINGS, hidden_dims: [...given.hiddenDims], embedding_dim: 128 },
      training: {
        ...resolvedConfig().training,
        num_epochs: 2 * (rounds + 1),
        batch_size: given.batchSize,
        early_stopping_patience: 2 * (rounds + 1),
      },
    };
    const anchor = startAnchor(join(folder, 'arrays'), given);
    const ours: number[] = [];
    const theirs: number[] = [];
    // The first round warms both up.
    for (let round = 0; round <= rounds; round += 1) {
      ours.push(await ourEpoch(dataset, settings, join(folder, `trial-${index}`), 2 * (round + 1)));
      theirs.push(await anchor.epoch());
    }
    await anchor.stop();
    const [own, other] = [describe(ours.slice(1)), describe(theirs.slice(1))];
    const ratio = own.median / other.median;
    console.log(
      `${given.name}: ours min ${own.min.toFixed(2)} s, median ${own.median.toFixed(2)} s; ` +
        `PyTorch min ${other.min.toFixed(2)} s, median ${other.median.toFixed(2)} s; ` +
        `ratio min ${(own.min / other.min).toFixed(2)}, median ${ratio.toFixed(2)}; limit ${FACTOR}: ` +
        `${ratio <= FACTOR ? 'kept' : 'missed'}; resident ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`,
    );
  }
  console.log(
    `${tensorflow.library} (${tensorflow.backend}), ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
