/** A small dataset with known truth: affinity is a dot product of latent factors, features show them with noise. */
import type { LoadedDataset, PairArrays, SampleArrays, SplitName } from '../../contracts/dataset.ts';
import { createGenerator, toUnit } from '../../models/numerics/prng.ts';

export interface ToyOptions {
  readonly users: number;
  readonly items: number;
  readonly pairsPerUser: number;
  readonly seed: number;
}

const LATENT_DIM = 4;
const TEXT_DIM = 8;

const factors = (rows: number, seed: number): Float32Array => {
  const next = createGenerator(seed);
  return Float32Array.from({ length: rows * LATENT_DIM }, () => 2 * toUnit(next()) - 1);
};

/** Latent factors spread over TEXT_DIM columns, with a little noise. */
const featuresOf = (latent: Float32Array, rows: number, seed: number): Float32Array => {
  const next = createGenerator(seed);
  return Float32Array.from({ length: rows * TEXT_DIM }, (_, index) => {
    const row = Math.floor(index / TEXT_DIM);
    const column = index % TEXT_DIM;
    return (
      (latent[row * LATENT_DIM + (column % LATENT_DIM)] ?? 0) * (column < LATENT_DIM ? 1 : -0.5) + 0.1 * toUnit(next())
    );
  });
};

/** Each user meets its best items under affinity and noise; split 70/15/15 by pair, pair k of a user by k modulo 20. */
export const createToyDataset = ({ users, items, pairsPerUser, seed }: ToyOptions): LoadedDataset => {
  const userFactors = factors(users, seed);
  const itemFactors = factors(items, seed + 1);
  const next = createGenerator(seed + 2);
  const rows: Record<SplitName, { user: number; item: number; label: number }[]> = {
    train: [],
    validation: [],
    test: [],
  };
  for (let user = 0; user < users; user += 1) {
    const scored = Array.from({ length: items }, (_, item) => {
      let affinity = 0;
      for (let k = 0; k < LATENT_DIM; k += 1) {
        affinity += (userFactors[user * LATENT_DIM + k] ?? 0) * (itemFactors[item * LATENT_DIM + k] ?? 0);
      }
      return { item, score: affinity + 0.3 * toUnit(next()) };
    }).sort((a, b) => b.score - a.score);
    for (const [rank, { item }] of scored.slice(0, pairsPerUser).entries()) {
      const draw = toUnit(next());
      const split: SplitName = draw < 0.7 ? 'train' : draw < 0.85 ? 'validation' : 'test';
      rows[split].push({ user, item, label: rank < pairsPerUser / 2 ? 1 : 0.6 });
    }
  }
  const samples = (split: SplitName): SampleArrays => ({
    userIndex: Int32Array.from(rows[split], ({ user }) => user),
    itemIndex: Int32Array.from(rows[split], ({ item }) => item),
    label: Float32Array.from(rows[split], ({ label }) => label),
    weight: Float32Array.from(rows[split], () => 1),
  });
  const pairs = (split: SplitName): PairArrays => {
    const { userIndex, itemIndex, label } = samples(split);
    return { userIndex, itemIndex, gain: label };
  };
  return {
    summary: {
      version: `ds-toy-${seed}`,
      samples: rows.train.length + rows.validation.length + rows.test.length,
      splits: { train: rows.train.length, validation: rows.validation.length, test: rows.test.length },
      label_distribution: {},
      embedding_coverage: 1,
      text_encoder: { user: 'source', item: 'source' },
      feature_dims: { user: TEXT_DIM, item: TEXT_DIM },
      users,
      items,
    },
    encoderSha256: '0'.repeat(64),
    userIds: Array.from({ length: users }, (_, index) => `u${index}`),
    itemIds: Array.from({ length: items }, (_, index) => `i${index}`),
    userFeatures: featuresOf(userFactors, users, seed + 3),
    itemFeatures: featuresOf(itemFactors, items, seed + 4),
    textDim: { user: LATENT_DIM, item: LATENT_DIM },
    ids: { user: null, item: null },
    samples: { train: samples('train'), validation: samples('validation'), test: samples('test') },
    pairs: { train: pairs('train'), validation: pairs('validation'), test: pairs('test') },
    affinities: { dim: LATENT_DIM, userFactors, itemFactors },
  };
};
