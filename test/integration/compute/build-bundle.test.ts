/** The real building child: a trained model becomes a bundle, and what answers from it ranks as the evaluation did. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BuiltBundle } from '../../../contracts/bundle.ts';
import type { LoadedDataset } from '../../../contracts/dataset.ts';
import { elementAt, entryOf } from '../../../contracts/element-at.ts';
import type { Recommender } from '../../../contracts/recommendation.ts';
import type { BuildBundleJob, ModelEvaluation, ModelSource } from '../../../contracts/trainer.ts';
import { namesIn } from '../../../host/files/names-in.ts';
import { openDataset } from '../../../pipeline/index.ts';
import { loadBundle } from '../../../registry/bundle/load-bundle.ts';
import { openContentSearch } from '../../../registry/search/bundle-search.ts';
import { createBundleRecommender } from '../../../serving/recommender.ts';
import { builderIn, dataSettings } from '../../support/data-requests.ts';
import { eventually } from '../../support/eventually.ts';
import { trialSettings } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createModelRunner, trainModel } from './runner.ts';

const { signal } = new AbortController();
const runner = createModelRunner();
/** Ends its processes by SIGKILL. */
const killing = createModelRunner({ terminateGraceMs: 0 });

let folder = '';
let datasetFolder = '';
let dataset: LoadedDataset;
const models = new Map<'l2' | 'none', ModelSource>();

const train = (normalisation: 'l2' | 'none'): Promise<ModelSource> => {
  const trialFolder = join(folder, normalisation);
  const model = { hidden_dims: [16], embedding_dim: 8, normalisation };
  const settings = trialSettings({ seed: 1, model, training: { num_epochs: 1, batch_size: 1024 } });
  return trainModel(runner, { trialFolder, datasetFolder, settings });
};

const jobOf = (model: ModelSource, home: string, mostItemsExact = 100_000): BuildBundleJob => ({
  mostItemsExact,
  ...{ kind: 'build_bundle', datasetFolder, model, bundlesFolder: join(home, 'bundles') },
  identity: { name: 'two-tower', version: '1', run_id: 'run' },
});

const evaluate = (model: ModelSource): Promise<ModelEvaluation> =>
  runner.evaluateModel(
    {
      ...{ kind: 'evaluate_model', datasetFolder, model, split: 'test', relevanceThreshold: 0.4, seed: 1 },
      rankingsFile: null,
    },
    signal,
  );

/** Mean over the users that an evaluation of the test part judges, from the lists that the recommender gives. */
const ndcgThrough = (recommender: Recommender): number => {
  const { pairs, userIds, itemIds } = dataset;
  const gains = userIds.map(() => new Map<string, number>());
  pairs.test.userIndex.forEach((user, pair) => {
    elementAt(gains, user).set(
      elementAt(itemIds, elementAt(pairs.test.itemIndex, pair)),
      elementAt(pairs.test.gain, pair),
    );
  });
  for (const part of [pairs.train, pairs.validation]) {
    part.userIndex.forEach((user, pair) => {
      elementAt(gains, user).delete(elementAt(itemIds, elementAt(part.itemIndex, pair)));
    });
  }
  const dcg = (list: readonly number[]): number =>
    list.slice(0, 10).reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
  const judged = userIds.flatMap((userId, user) => {
    const wanted = elementAt(gains, user);
    if (![...wanted.values()].some((gain) => gain >= Math.fround(0.4))) {
      return [];
    }
    const { item_ids } = recommender.recommend({
      ...{ userId, limit: 10, filters: {}, preferences: {}, exclude: [] },
      ...{ engine: 'two_tower', seen: 'before_test' },
    });
    return [dcg(item_ids.map((item) => wanted.get(item) ?? 0)) / dcg([...wanted.values()].sort((a, b) => b - a))];
  });
  return judged.reduce((sum, ndcg) => sum + ndcg, 0) / judged.length;
};

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-bundle-');
  const builder = builderIn(join(folder, 'data'));
  const data = dataSettings({ users: 250, startups: 60, interactions: 5000 });
  const { version } = await builder.encode({ data, seed: 7 });
  datasetFolder = (await builder.findLocal(version)) ?? '';
  dataset = await openDataset(datasetFolder);
  for (const normalisation of ['l2', 'none'] as const) {
    models.set(normalisation, await train(normalisation));
  }
});

describe.each(['l2', 'none'] as const)('a model with normalisation %s', (normalisation) => {
  let model: ModelSource;
  let offline: ModelEvaluation['model'];

  beforeAll(async () => {
    model = entryOf(models, normalisation);
    offline = (await evaluate(model)).model;
  });

  it('recommends from its bundle with the NDCG@10 of the evaluation', async () => {
    const built = await runner.buildBundle(jobOf(model, join(folder, normalisation)), signal);
    const bundle = await loadBundle(built.folder);
    const recommender = await createBundleRecommender(bundle);
    expect(offline.users).toBeGreaterThan(100);
    expect(Math.abs(ndcgThrough(recommender) - offline.ndcg_at_10)).toBeLessThan(1e-6);
    expect(bundle.manifest.is_normalised).toBe(normalisation === 'l2');
  });

  it('ranks through an index as it does exactly, as far as its recall says', async () => {
    const { search, folder: indexed } = await runner.buildBundle(jobOf(model, join(folder, normalisation), 59), signal);
    expect(search).toEqual({
      ...{ kind: 'index', recall_at_10: 1, sampled_users: 200, connectivity: 16, expansion_add: 128, nominees: 100 },
    });
    const bundle = await loadBundle(indexed);
    const recommender = await createBundleRecommender(bundle);
    // Of 60 items as many as 100 are named.
    expect(Math.abs(ndcgThrough(recommender) - offline.ndcg_at_10)).toBeLessThan(1e-6);
    expect(bundle.manifest.content_search).toMatchObject({ kind: 'index', recall_at_10: 1, nominees: 100 });
    expect((await openContentSearch(bundle))?.kind).toBe('index');
  });
});

/** Whatever its vectors are. */
describe('a bundle', () => {
  let model: ModelSource;
  let built: BuiltBundle;

  beforeAll(async () => {
    model = entryOf(models, 'l2');
    built = await runner.buildBundle(jobOf(model, join(folder, 'again')), signal);
  });

  it('leaves nothing half-written where its building is killed, and becomes the same again', async () => {
    const home = await temporaryFolder();
    const job = jobOf(model, home);
    const killed = new AbortController();
    const building = killing.buildBundle(job, killed.signal);
    building.catch(() => undefined);
    const left = () => namesIn(join(home, 'bundles', '.building'));
    await eventually('the build writes', left, (names) => names.length > 0, { everyMs: 1 });
    killed.abort(new Error('killed'));
    await expect(building).rejects.toThrow('killed');
    expect((await readdir(join(home, 'bundles'))).filter((name) => name !== '.building')).toEqual([]);
    // The same again, as it was before.
    expect(await runner.buildBundle(job, signal)).toEqual({ ...built, folder: join(home, 'bundles', built.digest) });
    expect(await left()).toEqual([]);
  });

  it('counts interactions, keeps fields and leaves long texts out', async () => {
    // The default table.
    const { labels } = (await loadBundle(built.folder)).manifest;
    expect(Object.keys(labels).sort()).toEqual(['apply', 'click', 'dislike', 'favorite', 'interest', 'like', 'view']);
    expect(labels.dislike).toEqual({ weight: -1, label: 0 });
    const { manifest, interactions, popularity, users, items, history } = await loadBundle(built.folder);
    const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);
    expect(sum(interactions)).toBe(manifest.interactions);
    expect(sum(popularity)).toBe(manifest.interactions);
    // Several events may be one pair.
    expect(manifest.interactions).toBeGreaterThan(history.items.length);
    expect(history.items.length).toBe(sum(Object.values(dataset.pairs).map(({ gain }) => gain.length)));
    const fields = ['funding_millions', 'industry', 'region', 'skills', 'stage', 'team_size', 'type'];
    expect([...items.fields.keys()]).toEqual(fields);
    expect(users.fields.has('skills')).toBe(true);
  });
});
