// Records the validation NDCG@10 of every epoch of 81 trials over a small synthetic data set: the table that
// bench/schedulers.ts replays. No trial is cut short, so any scheduler can be asked what it would have ended.
// Usage: npx tsx bench/record-curves.ts [--trials 81] > bench/learning-curves.json (some minutes on two cores)
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvironment } from '../config/env.ts';
import { resolveConfig } from '../config/resolve.ts';
import type { LoadedDataset } from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import { trainTwoTower } from '../models/training/train.ts';
import { openDataset } from '../pipeline/index.ts';
import { planTrials } from '../policy/trial-plan.ts';
import { activateBackend } from '../test/support/activate-backend.ts';
import { builderIn } from '../test/support/data-requests.ts';

const EPOCHS = 27;
const { values } = parseArgs({ options: { trials: { type: 'string', default: '81' } } });

const config = resolveConfig({
  name: 'learning-curves',
  data: { source: { type: 'synthetic', users: 120, startups: 100, interactions: 2000 } },
  training: { num_epochs: EPOCHS, early_stopping_patience: EPOCHS, preflight: false },
  sweep: {
    sampler: 'random',
    max_trials: Number(values.trials),
    space: {
      'training.learning_rate': { float: { low: 0.00003, high: 0.03, log: true } },
      'training.weight_decay': { float: { low: 0.0001, high: 0.3, log: true } },
      'training.batch_size': { choice: [128, 256, 512] },
      'training.loss': { choice: ['weighted_bce', 'in_batch_softmax', 'bpr'] },
      'model.embedding_dim': { choice: [16, 32, 64] },
      'model.hidden_dims': { choice: [[64], [128, 64], [256, 128]] },
    },
  },
});

const tensorflow = await activateBackend(readEnvironment().tensorflowBackend);
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-curves-'));

/** NDCG@10 of each epoch, to five digits; null from the epoch on at which a trial diverged. */
const recordCurve = async (dataset: LoadedDataset, settings: TrialSettings, name: string) => {
  const curve: (number | null)[] = [];
  try {
    await trainTwoTower({
      dataset,
      settings,
      epochBudget: EPOCHS,
      trialFolder: join(folder, name),
      tensorflow,
      signal: new AbortController().signal,
      nowMs: () => Date.now(),
      onReady: () => undefined,
      onStep: () => undefined,
      onEpoch: ({ validation }) => curve.push(Number(validation.ndcg_at_10.toFixed(5))),
    });
  } catch (error) {
    if (!(error instanceof TtExpError && error.code === 'TRAINING_DIVERGED')) {
      throw error;
    }
  }
  return [...curve, ...Array.from({ length: EPOCHS - curve.length }, () => null)];
};

try {
  const builder = builderIn(join(folder, 'data'));
  const { version } = await builder.encode({ data: config.data, seed: config.seed });
  const dataset = await openDataset((await builder.findLocal(version)) ?? '');
  const lines: string[] = [];
  for (const { trialId, params, settings } of planTrials(config)) {
    lines.push(JSON.stringify({ params, ndcg_at_10: await recordCurve(dataset, settings, trialId) }));
    await rm(join(folder, trialId), { recursive: true, force: true });
    console.error(`${trialId}: ${lines.at(-1)}`);
  }
  console.log(`{"epochs":${EPOCHS},"trials":[\n${lines.join(',\n')}\n]}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
