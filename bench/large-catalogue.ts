// A catalogue without any features: 30,000 users, 41,000 items, a million interactions with long tails, the user tower
// knows ids and histories. Seconds per training step at batch 1024 for each loss, of the epoch's full-catalogue validation
// and of the baseline item_knn, and the resident memory. There is no anchor: the figures say what to expect of an epoch.
// Usage: npm run bench:large [-- --steps 40]
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LoadedDataset, PairArrays, SampleArrays } from '../contracts/dataset.ts';
import type { TrialSettings } from '../contracts/trial.ts';
import { dotScorer } from '../models/evaluation/dot-scorer.ts';
import { evaluateScorer } from '../models/evaluation/evaluate-scorer.ts';
import type { Scorer } from '../models/evaluation/scorer.ts';
import { createGenerator, toUnit } from '../models/numerics/prng.ts';
import { itemKnnScorer } from '../models/reports/item-knn.ts';
import { closeSession, openSession } from '../models/training/training-session.ts';
import { embedCatalogue, trainStep } from '../models/training/two-tower.ts';
import { activateBackend } from '../test/support/activate-backend.ts';
import { MODEL_SETTINGS, resolvedConfig } from '../test/support/experiment-fixtures.ts';
import { createToyDataset } from '../test/support/toy-dataset.ts';
import { median } from './median.ts';

const USERS = 30_000;
const ITEMS = 41_000;
const PAIRS = 1_000_000;
const VALIDATION_SHARE = 0.1;
const BATCH_SIZE = 1024;
const DIM = 128;
const WARM_UP_STEPS = 3;

const { values } = parseArgs({ options: { steps: { type: 'string', default: '40' } } });
const steps = Number(values.steps);

const createDataset = (): LoadedDataset => {
  const next = createGenerator(5);
  const keys = new Set<number>();
  while (keys.size < PAIRS) {
    keys.add(Math.floor(USERS * toUnit(next()) ** 1.5) * ITEMS + Math.floor(ITEMS * toUnit(next()) ** 2.5));
  }
  const sorted = Float64Array.from(keys).sort();
  const isValidation = Uint8Array.from(sorted, () => (toUnit(next()) < VALIDATION_SHARE ? 1 : 0));
  const samples = (part: number): SampleArrays => {
    const own = sorted.filter((_, row) => isValidation[row] === part);
    return {
      userIndex: Int32Array.from(own, (key) => Math.floor(key / ITEMS)),
      itemIndex: Int32Array.from(own, (key) => key % ITEMS),
      label: new Float32Array(own.length).fill(1),
      weight: new Float32Array(own.length).fill(1),
    };
  };
  const pairs = ({ userIndex, itemIndex, label }: SampleArrays): PairArrays => ({ userIndex, itemIndex, gain: label });
  const [train, validation] = [samples(0), samples(1)];
  const toy = createToyDataset({ users: 1, items: 1, pairsPerUser: 0, seed: 1 });
  const ids = (count: number) => ({ size: count + 1, rows: Int32Array.from({ length: count }, (_, id) => id + 1) });
  return {
    ...toy,
    summary: { ...toy.summary, feature_dims: { user: 0, item: 0 } },
    userIds: Array.from({ length: USERS }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: ITEMS }, (_, item) => `i${item}`),
    userFeatures: new Float32Array(0),
    itemFeatures: new Float32Array(0),
    textDim: { user: 0, item: 0 },
    ids: { user: ids(USERS), item: ids(ITEMS) },
    samples: { ...toy.samples, train, validation },
    pairs: { ...toy.pairs, train: pairs(train), validation: pairs(validation) },
    affinities: null,
  };
};

const settingsFor = (loss: TrialSettings['training']['loss']): TrialSettings => ({
  seed: 1,
  relevanceThreshold: 0.4,
  model: { ...MODEL_SETTINGS, embedding_dim: DIM, user_history: true, id_dropout: 0.1 },
  training: { ...resolvedConfig().training, loss, batch_size: BATCH_SIZE },
});

const tensorflow = await activateBackend('native');
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-'));
const dataset = createDataset();

const secondsOf = (work: () => void): number => {
  const startMs = performance.now();
  work();
  return (performance.now() - startMs) / 1000;
};

const rank = (scorer: Scorer): void => {
  evaluateScorer({ scorer, dataset, split: 'validation', relevanceThreshold: 0.4 });
};

try {
  for (const loss of ['weighted_bce', 'in_batch_softmax', 'bpr'] as const) {
    const settings = settingsFor(loss);
    const session = openSession({ dataset, settings, trialFolder: folder, tensorflow }, null);
    const { training, store } = session;
    const seconds = Array.from({ length: WARM_UP_STEPS + steps }, (_, step) =>
      secondsOf(() => {
        const position = { seed: settings.seed, epoch: 0, step };
        const context = { ...session, batch: training.batch(0, step), inclusion: training.inclusion, position };
        trainStep(context, store, { learningRate: 0.001, step: step + 1 });
      }),
    ).slice(WARM_UP_STEPS);
    const validation = secondsOf(() => {
      const { users, items } = embedCatalogue(session, store);
      rank(dotScorer(users, items, DIM));
    });
    closeSession(session);
    const milliseconds = (value: number): string => `${Math.round(value * 1000)} ms`;
    console.log(
      `${loss}: step min ${milliseconds(Math.min(...seconds))}, median ${milliseconds(median(seconds))}, ` +
        `${training.stepsPerEpoch} steps an epoch; validation ${validation.toFixed(1)} s`,
    );
  }
  console.log(`item_knn: ${secondsOf(() => rank(itemKnnScorer(dataset))).toFixed(1)} s`);
  console.log(`resident: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB at most`);
  console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
