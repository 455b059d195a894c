/** What a training holds on to from its first epoch to its last: batches, parameters, history. */
import type { LoadedDataset, SampleArrays } from '../../contracts/dataset.ts';
import { missing } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { TrainingConfig } from '../../contracts/experiment-config.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import { type Precision, type TensorflowInfo, trainedPrecision } from '../../contracts/tensorflow.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import { nativeBackend } from '../numerics/native-backend.ts';
import { createMixedProduct, float32Product, type Product } from '../numerics/product.ts';
import { type Architecture, createArchitecture, initialParameters } from '../towers/architecture.ts';
import { disposeFeatures, type Features, featureTensors } from '../towers/features.ts';
import { compileTowers, type NativeTowers } from '../towers/native-towers.ts';
import { type BatchSource, createBatchSource } from './batches.ts';
import type { Checkpoint } from './checkpoint.ts';
import { createParameterStore, type ParameterStore } from './parameter-store.ts';
import { createUserItems } from './user-items.ts';

export interface TrainingSession {
  readonly settings: TrialSettings;
  readonly architecture: Architecture;
  readonly features: Features;
  readonly training: BatchSource;
  readonly validation: BatchSource;
  readonly store: ParameterStore;
  readonly precision: Precision;
  readonly product: Product;
  /** null where the portable towers compute. */
  readonly nativeTowers: NativeTowers | null;
  bestParameters: Float32Array;
  readonly history: EpochRecord[];
}

/**
 * The softmax compares a user with every item of the batch and gains from many; cross-entropy looks at a few sampled
 * negatives alone, and each further item costs time in its tower. Measured on the default data (two versions): a
 * softmax with a pool as large as the batch reaches 0.87 of the oracle's NDCG@10, with a quarter 0.83; cross-entropy
 * 0.82 and 0.84.
 */
const poolSizeOf = ({ training }: TrialSettings): number =>
  training.mixed_negatives ??
  (training.loss === 'in_batch_softmax' ? training.batch_size : Math.ceil(training.batch_size / 4));

/** Cross-entropy learns from every label; the other losses take what was liked, and compare it with what was not met. */
const usedSamples = (samples: SampleArrays, loss: Required<TrainingConfig>['loss']): SampleArrays => {
  if (loss === 'weighted_bce') {
    return samples;
  }
  const { userIndex, itemIndex, label, weight } = samples;
  const isUsed = (_: number, row: number): boolean => (label[row] ?? missing(label, row)) > 0;
  return {
    userIndex: userIndex.filter(isUsed),
    itemIndex: itemIndex.filter(isUsed),
    label: label.filter(isUsed),
    weight: weight.filter(isUsed),
  };
};

const noData = (problem: string): TtExpError =>
  new TtExpError('NO_DATA_LOADED', `No data loaded: ${problem}`, {
    hint: 'Lower data.min_interactions, give the training part a larger share, or check data.labels.',
  });

interface SessionOptions {
  readonly dataset: LoadedDataset;
  readonly settings: TrialSettings;
  readonly trialFolder: string;
  readonly tensorflow: TensorflowInfo;
}

/** What computes the layers: a graph, or one operation after the other. */
const layersWith = (
  precision: Precision,
  architecture: Architecture,
  scratch: string,
): Pick<TrainingSession, 'precision' | 'product' | 'nativeTowers'> => {
  const backend = nativeBackend();
  return precision === 'mixed' && backend !== null
    ? { precision, product: createMixedProduct(backend), nativeTowers: null }
    : { precision: 'float32', product: float32Product, nativeTowers: compileTowers(architecture, scratch) };
};

/** Throws NO_DATA_LOADED where the loss finds nothing to learn from, CONFIG_INVALID for a history without ids of items. */
export const openSession = (
  { dataset, settings, trialFolder, tensorflow }: SessionOptions,
  checkpoint: Checkpoint | null,
): TrainingSession => {
  const given = dataset.samples.train.userIndex.length;
  if (given === 0) {
    throw noData('the training part is empty');
  }
  const samples = usedSamples(dataset.samples.train, settings.training.loss);
  if (samples.userIndex.length === 0) {
    throw noData(`none of the ${given} training samples has a label above 0, which ${settings.training.loss} needs`);
  }
  const architecture = createArchitecture(dataset.summary.feature_dims, dataset.ids, settings);
  const parameters =
    checkpoint?.vectors.parameters ?? initialParameters(architecture, settings.seed, settings.training.temperature);
  const size = architecture.parameterCount;
  const { batch_size: batchSize, sampled_negatives, loss } = settings.training;
  const sampledNegatives = loss === 'bpr' ? Math.max(1, sampled_negatives) : sampled_negatives;
  const met = createUserItems(dataset);
  const common = { dataset, met, batchSize, poolSize: poolSizeOf(settings), seed: settings.seed };
  return {
    settings,
    architecture,
    features: featureTensors(dataset, settings.model.user_history),
    training: createBatchSource({ ...common, samples, sampledNegatives, isShuffled: true }),
    validation: createBatchSource({
      ...common,
      samples: usedSamples(dataset.samples.validation, loss),
      // Of no use to the other losses but to compare with: their validation has its own negatives.
      sampledNegatives: settings.training.loss === 'bpr' ? sampledNegatives : 0,
      isShuffled: false,
    }),
    store: createParameterStore(architecture, {
      parameters,
      firstMoment: checkpoint?.vectors.firstMoment ?? new Float32Array(size),
      secondMoment: checkpoint?.vectors.secondMoment ?? new Float32Array(size),
    }),
    ...layersWith(trainedPrecision(settings.training.precision, tensorflow.backend), architecture, trialFolder),
    bestParameters: checkpoint?.vectors.bestParameters ?? parameters,
    history: [...(checkpoint?.history ?? [])],
  };
};

export const closeSession = ({ features, store, nativeTowers }: TrainingSession): void => {
  nativeTowers?.dispose();
  store.dispose();
  disposeFeatures(features);
};
