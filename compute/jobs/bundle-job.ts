/** From a model and a dataset version to the bundle that a recommender serves. The only step of serving with TensorFlow. */
import type { BuiltBundle, BundleManifest } from '../../contracts/bundle.ts';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import type { FieldValue } from '../../contracts/serving.ts';
import type { BuildBundleJob } from '../../contracts/trainer.ts';
import { nounsOf } from '../../contracts/use-case-nouns.ts';
import { digestFile } from '../../host/files/file-digest.ts';
import { contentOf } from '../../models/reports/content-vectors.ts';
import { openDataset, readCatalogue, readInteractionCounts, readManifest } from '../../pipeline/index.ts';
import { historyOf } from '../../registry/bundle/bundle-history.ts';
import { type FieldTable, writeBundle } from '../../registry/bundle/write-bundle.ts';
import { type EmbeddedDataset, type LoadedModel, loadModel } from '../../registry/load-model.ts';
import type { ComputeChannel } from '../child-channel.ts';
import { indexContent, indexItems } from './bundle-indexes.ts';

type Entities = Awaited<ReturnType<typeof readCatalogue>>['users'];

/** What is embedded. It is for reading, not for choosing by, and so are other long texts. */
const TEXT_FIELD = 'text';
const LONGEST_VALUE = 200;

const isLong = (value: FieldValue): boolean => typeof value === 'string' && value.length > LONGEST_VALUE;

/** By name; without the id and without texts. */
const fieldsOf = (entities: Entities, id: string): FieldTable => {
  const names = Object.keys(entities[0]?.fields ?? {}).filter((name) => name !== id && name !== TEXT_FIELD);
  const columns = names.sort().map((name) => [name, entities.map(({ fields }) => fields[name] ?? null)] as const);
  return new Map(columns.filter(([, values]) => !values.some(isLong)));
};

const requireFinite = (vectors: Float32Array, ids: readonly string[], side: 'user' | 'item'): void => {
  const at = vectors.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const id = elementAt(ids, Math.floor((at * ids.length) / vectors.length));
    throw new TtExpError('DATA_INVALID', `embedding of ${side} ${id}: got ${vectors[at]}, expected a finite number`, {
      hint: 'Look for missing or infinite feature values, or a model whose training diverged.',
    });
  }
};

/** What a bundle needs of the towers beside the vectors. */
export const FOR_BUNDLE = { usersWithoutHistory: true };

/** Throws as `buildBundle`. @param embedded users and items of the dataset version, by the model, `FOR_BUNDLE` */
export const bundleOf = async (
  job: Omit<BuildBundleJob, 'kind'>,
  model: LoadedModel,
  dataset: LoadedDataset,
  { users, usersWithoutHistory, items, dim }: EmbeddedDataset,
  { alive, signal }: Pick<ComputeChannel, 'alive' | 'signal'>,
): Promise<BuiltBundle> => {
  const { datasetFolder } = job;
  const { userIds, itemIds, summary } = dataset;
  requireFinite(users, userIds, 'user');
  requireFinite(items, itemIds, 'item');
  alive();
  const catalogue = await readCatalogue(datasetFolder);
  const counts = await readInteractionCounts(datasetFolder, { users: userIds.length, items: itemIds.length });
  const { settings } = await readManifest(datasetFolder);
  const useCase = String(settings.use_case ?? '');
  const content = contentOf(dataset);
  const history = historyOf(dataset);
  alive();
  const { manifest, encoder } = model;
  const isLarge = itemIds.length > job.mostItemsExact;
  const index = isLarge
    ? await indexItems(
        { values: users, rows: userIds.length, dim },
        { values: items, rows: itemIds.length, dim },
        { isNormalised: manifest.is_normalised, onStep: alive },
      )
    : null;
  const contentIndex = isLarge && content.kind !== 'none' ? await indexContent(content, history, alive) : null;
  const facts: Omit<BundleManifest, 'format' | 'files'> = {
    model: {
      ...job.identity,
      manifest_digest: (await digestFile(`${job.model.modelFolder}/${MANIFEST_FILE}`)).sha256,
    },
    dataset_version: summary.version,
    use_case: useCase,
    nouns: nounsOf(useCase),
    labels: settings.labels as BundleManifest['labels'],
    embedding_dim: dim,
    is_normalised: manifest.is_normalised,
    temperature: manifest.temperature,
    users: userIds.length,
    items: itemIds.length,
    interactions: counts.items.reduce((sum, count) => sum + count, 0),
    search: index?.facts ?? { kind: 'exact' },
    content: content.kind === 'none' ? { kind: 'none' } : { kind: content.kind, width: content.width },
    ...(contentIndex !== null && { content_search: contentIndex.facts }),
    encoder: {
      version: encoder.version,
      text: { user: encoder.user.textEncoder, item: encoder.item.textEncoder },
    },
  };
  const written = await writeBundle({ bundlesFolder: job.bundlesFolder, nowMs: Date.now(), signal }, facts, {
    model: job.model,
    users: {
      ids: userIds,
      vectors: users,
      content: content.kind === 'texts' ? content.users : null,
      fields: fieldsOf(catalogue.users, 'user_id'),
    },
    items: {
      ids: itemIds,
      vectors: items,
      content: content.kind === 'none' ? null : content.items,
      fields: fieldsOf(catalogue.items, 'item_id'),
    },
    usersWithoutHistory,
    popularity: Float32Array.from(counts.items),
    interactions: counts.users,
    history,
    saveIndex: index?.save ?? null,
    saveContentIndex: contentIndex?.save ?? null,
  });
  return { ...written, search: facts.search, users: facts.users, items: facts.items };
};

/** Throws MODEL_NOT_LOADING, MODEL_INCOMPATIBLE, DATASET_NOT_FOUND, DATASET_CORRUPT, DATA_INVALID, DISK_FULL. */
export const buildBundle = async (job: BuildBundleJob, channel: ComputeChannel): Promise<void> => {
  const model = await loadModel(job.model);
  try {
    const dataset = await openDataset(job.datasetFolder);
    const embedded = await model.embed(job.datasetFolder, dataset, FOR_BUNDLE);
    channel.send({ kind: 'bundle_built', result: await bundleOf(job, model, dataset, embedded, channel) });
  } finally {
    model.dispose();
  }
};
