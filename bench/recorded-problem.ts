/** A look-up in recorded trainings instead of a formula: what a sampler would have found among 81 real trials. */
import { readFileSync } from 'node:fs';
import type { SweepConfig } from '../contracts/experiment-config.ts';
import type { TrialParams } from '../contracts/trial.ts';
import type { Problem } from './sampler-problems.ts';

interface RecordedTrial {
  readonly params: Readonly<Record<string, number | string | readonly number[]>>;
  /** Of each epoch; null from the epoch on at which the trial diverged. */
  readonly ndcg_at_10: readonly (number | null)[];
}

/** The space of bench/record-curves.ts, lists of widths as texts. */
const SPACE: SweepConfig['space'] = {
  'training.learning_rate': { float: { low: 0.00003, high: 0.03, log: true } },
  'training.weight_decay': { float: { low: 0.0001, high: 0.3, log: true } },
  'training.batch_size': { choice: [128, 256, 512] },
  'training.loss': { choice: ['weighted_bce', 'in_batch_softmax', 'bpr'] },
  'model.embedding_dim': { choice: [16, 32, 64] },
  'model.hidden_dims': { choice: ['64', '128,64', '256,128'] },
};

const file = new URL('./learning-curves.json', import.meta.url);
const { trials } = JSON.parse(readFileSync(file, 'utf8')) as { readonly trials: readonly RecordedTrial[] };

/** A decade counts a third, so that a whole range counts about as much as another choice. */
const squaredDistance = (a: TrialParams, { params: b }: RecordedTrial): number =>
  Object.entries(SPACE).reduce((sum, [key, parameter]) => {
    const apart =
      parameter.float === undefined
        ? Number(String(a[key]) !== String(b[key]))
        : Math.log10(Number(a[key]) / Number(b[key])) / 3;
    return sum + apart ** 2;
  }, 0);

const nearest = (params: TrialParams): RecordedTrial | undefined =>
  trials
    .map((trial) => ({ trial, distance: squaredDistance(params, trial) }))
    .reduce((best, other) => (other.distance < best.distance ? other : best)).trial;

/** The last NDCG@10 of the recorded trial that lies nearest, with its sign changed. */
export const RECORDED_PROBLEM: Problem = {
  name: 'Recorded trainings, 6 parameters',
  space: SPACE,
  evaluate: (params) => -(nearest(params)?.ndcg_at_10.at(-1) ?? 0),
};
