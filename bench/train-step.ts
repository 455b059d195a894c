// Milliseconds of one training step of the default model on this machine's backend: minimum and median.
// Run with `npm run bench:train`. One thread unless TF_NUM_INTRAOP_THREADS says otherwise.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../config/env.ts';
import { trainTwoTower } from '../models/train.ts';
import { openDataset } from '../pipeline/index.ts';
import { activateTensorflow } from '../services/tensorflow/activate-tensorflow.ts';
import { resolveTensorflow } from '../services/tensorflow/index.ts';
import { builderIn } from '../test/support/data-requests.ts';
import { MODEL_SETTINGS, resolvedConfig } from '../test/support/experiment-fixtures.ts';

const EPOCHS = 6;

const environment = readEnvironment();
const plan = await resolveTensorflow({
  cacheFolder: environment.cacheFolder,
  provisionFolder: fileURLToPath(new URL('../services/tensorflow/provision', import.meta.url)),
  backend: environment.tensorflowBackend,
  environment: environment.variables,
  progress: () => undefined,
});
const tensorflow = await activateTensorflow(plan);
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-'));
try {
  const base = resolvedConfig();
  const request = {
    seed: 7,
    data: { ...base.data, source: { type: 'synthetic', users: 350, startups: 250, interactions: 7500, seed: 7 } },
  } as const;
  const builder = builderIn(join(folder, 'data'), { memoryLimitMegabytes: 1024 });
  const { version } = await builder.encode(request);
  const dataset = await openDataset((await builder.findLocal(version)) ?? '');
  for (const loss of ['weighted_bce', 'in_batch_softmax'] as const) {
    const stepMs: number[] = [];
    const epochSeconds: number[] = [];
    let lastMs = 0;
    await trainTwoTower({
      dataset,
      settings: {
        seed: 7,
        relevanceThreshold: 0.4,
        model: {
          ...MODEL_SETTINGS,
          hidden_dims: [512, 256],
          embedding_dim: 128,
          dropout_rate: 0.3,
          dropout_rate_middle: 0.2,
        },
        training: { ...base.training, loss, num_epochs: EPOCHS, batch_size: 256, early_stopping_patience: EPOCHS },
      },
      epochBudget: EPOCHS,
      trialFolder: join(folder, loss),
      tensorflow,
      signal: new AbortController().signal,
      nowMs: () => Date.now(),
      onReady: () => undefined,
      onStep: (_epoch, step) => {
        const now = performance.now();
        if (step > 1) {
          stepMs.push(now - lastMs);
        }
        lastMs = now;
      },
      onEpoch: ({ seconds }) => epochSeconds.push(seconds),
    });
    stepMs.sort((a, b) => a - b);
    epochSeconds.sort((a, b) => a - b);
    const middle = (values: readonly number[]): number => values[Math.floor(values.length / 2)] ?? Number.NaN;
    console.log(
      `${loss}: step min ${stepMs[0]?.toFixed(1)} ms, median ${middle(stepMs).toFixed(1)} ms; ` +
        `epoch min ${epochSeconds[0]?.toFixed(2)} s, median ${middle(epochSeconds).toFixed(2)} s (validation and checkpoint included); ` +
        `resident ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`,
    );
  }
  console.log(
    `${tensorflow.library} (${tensorflow.backend}), ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
