/** The end of the path to a model: loaded, with its encoder, ready to embed a dataset's users and items. */
import type { IdRows, LoadedDataset } from '../contracts/dataset.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import { loadModel as loadTowers, type TwoTowerModel } from '../models/saved/model-folder.ts';
import type { ModelManifest } from '../models/saved/model-manifest.ts';
import { type Histories, historiesOf } from '../models/towers/history.ts';
import { encodeDatasetWith, readEncoder } from '../pipeline/index.ts';
import { requireOwnEncoder, requireRecordedEncoder } from './own-encoder.ts';

type Encoder = Awaited<ReturnType<typeof readEncoder>>;
type Encoded = Awaited<ReturnType<typeof encodeDatasetWith>>;

export interface EmbeddedDataset {
  /** Row-major, [users, dim]. */
  readonly users: Float32Array;
  /** Row-major, [items, dim]. */
  readonly items: Float32Array;
  readonly dim: number;
  readonly categories: Encoded['categories'];
  /**
   * [users, dim], before histories are added and rows are scaled: what `userVector` takes. null where the model takes no
   * histories, and where it was not asked for.
   */
  readonly usersWithoutHistory: Float32Array | null;
  /** The query tower alone, for the first `PROBE_USERS` users, as often as somebody wants to time it. */
  readonly embedFirstUsers: () => Float32Array;
}

/** What scoring latency is measured with. */
export const PROBE_USERS = 100;

export interface LoadedModel {
  readonly manifest: ModelManifest;
  readonly encoder: Encoder;
  /**
   * All users and items of a dataset version, which may be newer than the model. Throws MODEL_INCOMPATIBLE where the
   * version lacks what the model takes.
   * @param wanted whether `usersWithoutHistory` is: it takes the user tower once more
   */
  embed(
    datasetFolder: string,
    dataset: LoadedDataset,
    wanted?: { readonly usersWithoutHistory: boolean },
  ): Promise<EmbeddedDataset>;
  /** Frees the tensors. */
  dispose(): void;
}

/** What the users met in training, where the model takes it. */
const historiesFor = ({ manifest }: TwoTowerModel, { pairs, userIds }: LoadedDataset, items: IdRows | null) =>
  manifest.history_rows > 0 && items !== null ? historiesOf(pairs.train, userIds.length, items) : null;

/** The first entries of what `rowsOf` users have. */
const firstOf = (
  { userFeatures, ids }: Encoded,
  histories: Histories | null,
  dim: number,
): Parameters<TwoTowerModel['embedUsers']> => [
  // A copy: the whole matrix is not kept for it.
  userFeatures.slice(0, PROBE_USERS * dim),
  ids.user && { ...ids.user, rows: ids.user.rows.slice(0, PROBE_USERS) },
  histories && { ...histories, starts: histories.starts.slice(0, PROBE_USERS + 1) },
];

/** Needs an active TensorFlow. Throws MODEL_NOT_LOADING and MODEL_INCOMPATIBLE. */
export const loadModel = async (source: ModelSource): Promise<LoadedModel> => {
  const towers = await loadTowers(source.modelFolder);
  try {
    await requireRecordedEncoder(source.encoderFile, towers.manifest.encoder_sha256);
    const encoder = await readEncoder(source.encoderFile);
    requireOwnEncoder(source, encoder, towers.manifest);
    return {
      manifest: towers.manifest,
      encoder,
      embed: async (datasetFolder, dataset, wanted) => {
        const encoded = await encodeDatasetWith(datasetFolder, encoder);
        const { userFeatures, itemFeatures, ids, categories } = encoded;
        const histories = historiesFor(towers, dataset, ids.item);
        const first = firstOf(encoded, histories, towers.manifest.feature_dims.user);
        return {
          users: towers.embedUsers(userFeatures, ids.user, histories),
          usersWithoutHistory:
            wanted?.usersWithoutHistory === true && histories !== null
              ? towers.embedUsersWithoutHistory(userFeatures, ids.user, histories)
              : null,
          items: towers.embedItems(itemFeatures, ids.item),
          dim: towers.manifest.embedding_dim,
          categories,
          embedFirstUsers: () => towers.embedUsers(...first),
        };
      },
      dispose: towers.dispose,
    };
  } catch (error) {
    towers.dispose();
    throw error;
  }
};
