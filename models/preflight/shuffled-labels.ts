/**
 * A small training by the real code on samples whose items are shuffled among them: nothing is left to learn but how
 * popular items are, so its validation NDCG@10 must not exceed the best that one order for all users could have.
 * More means that answers reach the ranking by another way than learning: the evaluation, the batches, the loading.
 */
import { rm } from 'node:fs/promises';
import type { LoadedDataset, PairArrays, SampleArrays } from '../../contracts/dataset.ts';
import { addAt, elementAt } from '../../contracts/element-at.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import { gatherFloats, gatherIntegers } from '../numerics/gather.ts';
import { permutation } from '../numerics/prng.ts';
import { trainTwoTower } from '../training/train.ts';
import { DEPTH, judgedUsers, ndcgOf } from './judged-users.ts';
import { affordableJudged, affordableUsers, pickEvenly, sliceUsers } from './slice-users.ts';
import type { Tripwire } from './tripwire.ts';

const SEED = 20_011;
const EPOCHS = 2;
const MOST_SAMPLES = 2048;
/** Standard errors of the ceiling, and the least width of the band. */
const MOST_ERRORS = 4;
const LEAST_BAND = 0.03;

/**
 * Small, quick to learn (validation pairs among the samples bring NDCG@10 0.46 on the default data and 0.40 on MovieLens,
 * where the limits are 0.11 and 0.15), and the same whatever the trial's own are: the verdict is kept for all trials.
 */
const probeSettings = ({ model, training, relevanceThreshold }: TrialSettings): TrialSettings => ({
  seed: SEED,
  model: {
    ...model,
    hidden_dims: [32],
    embedding_dim: 16,
    dropout_rate: 0,
    dropout_rate_middle: 0,
    activation: 'relu',
    layer_norm: false,
    normalisation: 'l2',
    user_history: false,
    id_dropout: 0,
    history_dropout: 0,
  },
  training: {
    ...training,
    loss: 'in_batch_softmax',
    mixed_negatives: null,
    temperature: 0.1,
    learn_temperature: false,
    num_epochs: EPOCHS,
    batch_size: 128,
    learning_rate: 0.03,
    warmup_epochs: 0,
    schedule: 'cosine',
    schedule_epochs: null,
    clip_norm: 0,
    max_seconds: null,
    weight_decay: 0.01,
    early_stopping_patience: EPOCHS,
    precision: 'float32',
  },
  relevanceThreshold,
});

/** Items of the samples in another order; users, labels and weights stay. */
export const shuffleItems = (samples: SampleArrays): SampleArrays => ({
  ...samples,
  itemIndex: gatherIntegers(samples.itemIndex, permutation(samples.itemIndex.length, SEED)),
});

const someSamples = ({ userIndex, itemIndex, label, weight }: SampleArrays): SampleArrays => {
  const rows = Int32Array.from(pickEvenly([...userIndex.keys()], MOST_SAMPLES));
  return {
    userIndex: gatherIntegers(userIndex, rows),
    itemIndex: gatherIntegers(itemIndex, rows),
    label: gatherFloats(label, rows),
    weight: gatherFloats(weight, rows),
  };
};

const pairsWhere = ({ userIndex, itemIndex, gain }: PairArrays, users: ReadonlySet<number>): PairArrays => {
  const rows = Int32Array.from(userIndex.keys()).filter((row) => users.has(elementAt(userIndex, row)));
  return {
    userIndex: gatherIntegers(userIndex, rows),
    itemIndex: gatherIntegers(itemIndex, rows),
    gain: gatherFloats(gain, rows),
  };
};

/** Users that are judged, and users to learn from. */
export const probeDataset = (dataset: LoadedDataset, relevanceThreshold: number): LoadedDataset => {
  const judged = judgedUsers(dataset, 'validation', relevanceThreshold);
  const taught = [...new Set(dataset.samples.train.userIndex)].sort((a, b) => a - b);
  const judgedNow = new Set(affordableJudged(dataset, judged));
  const users = new Set([...judgedNow, ...pickEvenly(taught, affordableUsers(dataset))]);
  const sliced = sliceUsers(
    { ...dataset, pairs: { ...dataset.pairs, validation: pairsWhere(dataset.pairs.validation, judgedNow) } },
    [...users].sort((a, b) => a - b),
  );
  return { ...sliced, samples: { ...sliced.samples, train: someSamples(sliced.samples.train) } };
};

/** NDCG@10 of the order by the validation part's own gains, the same for every user: no shuffled training knows more. */
export const ceilingOf = (dataset: LoadedDataset, relevanceThreshold: number): { mean: number; error: number } => {
  const judged = judgedUsers(dataset, 'validation', relevanceThreshold);
  const sums = new Float64Array(dataset.itemIds.length);
  for (const { wanted } of judged) {
    const ideal = ndcgOf([1], { user: 0, met: new Set(), wanted });
    for (const { item, gain } of wanted) {
      addAt(sums, item, gain * ideal);
    }
  }
  const order = Int32Array.from(sums.keys()).sort((a, b) => elementAt(sums, b) - elementAt(sums, a) || a - b);
  const ndcg = judged.map((user) => {
    const gains = new Map(user.wanted.map(({ item, gain }) => [item, gain]));
    const first: number[] = [];
    for (const item of order) {
      if (first.length === DEPTH) {
        break;
      }
      if (!user.met.has(item)) {
        first.push(gains.get(item) ?? 0);
      }
    }
    return ndcgOf(first, user);
  });
  const mean = ndcg.reduce((sum, value) => sum + value, 0) / Math.max(1, ndcg.length);
  const variance = ndcg.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, ndcg.length);
  return { mean, error: Math.sqrt(variance / Math.max(1, ndcg.length)) };
};

/** `train` is the training to check. */
export const createShuffledLabels = (train: typeof trainTwoTower): Tripwire => ({
  name: 'shuffled-labels',
  check: async ({ dataset, settings, workFolder, tensorflow, signal, nowMs, onAlive }) => {
    const probe = probeDataset(dataset, settings.relevanceThreshold);
    const { mean, error } = ceilingOf(probe, settings.relevanceThreshold);
    const most = mean + Math.max(LEAST_BAND, MOST_ERRORS * error);
    const expected = `at most ${most.toFixed(3)}, the best that one order for all users reaches on validation`;
    const hint =
      'Look for a path from the held-out parts into training or evaluation; `tt-exp data show --verify` checks the dataset version.';
    await rm(workFolder, { recursive: true, force: true });
    try {
      const { validation } = await train({
        dataset: { ...probe, samples: { ...probe.samples, train: shuffleItems(probe.samples.train) } },
        settings: probeSettings(settings),
        epochBudget: EPOCHS,
        trialFolder: workFolder,
        tensorflow,
        signal,
        nowMs,
        onReady: () => undefined,
        onStep: () => onAlive?.(),
        ...(onAlive && { onAlive }),
        onEpoch: () => undefined,
      });
      const got = `NDCG@10 ${validation.ndcg_at_10.toFixed(3)} of ${validation.users} users after training on shuffled items`;
      return { isPassed: validation.ndcg_at_10 <= most, got, expected, hint };
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  },
});

export const shuffledLabels = createShuffledLabels(trainTwoTower);
