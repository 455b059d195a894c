// NDCG@10 on the test part: every loss on the default data beside the oracle, the baselines and PyTorch with the same
// settings; made interactions without any feature, and experiments/movielens.json, beside item-kNN and EASE. Anchors
// read the same dataset version and are judged by the same protocol, written a second time in Python.
// Usage: npm run bench:quality [-- --seeds 1 --movielens ../shared/data/movielens-small]
import { spawnSync } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withAbsolutePaths } from '../config/absolute-paths.ts';
import { readEnvironment } from '../config/env.ts';
import { loadConfig } from '../config/load.ts';
import { resolveConfig } from '../config/resolve.ts';
import type { LoadedDataset } from '../contracts/dataset.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';
import { dotScorer } from '../models/evaluation/dot-scorer.ts';
import { evaluateScorer } from '../models/evaluation/evaluate-scorer.ts';
import { evaluateBaselines } from '../models/reports/baselines.ts';
import { loadModel } from '../models/saved/model-folder.ts';
import { historiesOf } from '../models/towers/history.ts';
import { trainTwoTower } from '../models/training/train.ts';
import { openDataset } from '../pipeline/index.ts';
import { activateBackend } from '../test/support/activate-backend.ts';
import { builderIn } from '../test/support/data-requests.ts';
import { anchorPython } from './anchor-python.ts';
import { exportArrays } from './export-arrays.ts';
import { writeIdsAlone } from './ids-alone.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    movielens: { type: 'string', default: '../shared/data/movielens-small' },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => 7 + index);

const tensorflow = await activateBackend(readEnvironment().tensorflowBackend);
const python = await anchorPython('torch');
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-'));

const buildDataset = async ({ data, seed }: ResolvedConfig): Promise<LoadedDataset> => {
  const builder = builderIn(join(folder, 'data'), { memoryLimitMegabytes: 1024 });
  const { version } = await builder.encode({ data, seed });
  return openDataset((await builder.findLocal(version)) ?? '');
};

/** Mean NDCG@10 of the chosen epoch on the test part over the seeds. */
const trainAndTest = async (name: string, dataset: LoadedDataset, config: ResolvedConfig): Promise<number> => {
  const found: number[] = [];
  for (const seed of seeds) {
    const trialFolder = join(folder, `${name}-${seed}`);
    const { model, training, evaluation } = config;
    await trainTwoTower({
      dataset,
      settings: { seed, model, training, relevanceThreshold: evaluation.relevance_threshold },
      epochBudget: training.num_epochs,
      trialFolder,
      tensorflow,
      signal: new AbortController().signal,
      nowMs: () => Date.now(),
      onReady: () => undefined,
      onStep: () => undefined,
      onEpoch: () => undefined,
    });
    const trained = await loadModel(join(trialFolder, 'model'));
    const { userFeatures, itemFeatures, ids, pairs, userIds } = dataset;
    const takesHistory = trained.manifest.history_rows > 0 && ids.item !== null;
    const histories = takesHistory ? historiesOf(pairs.train, userIds.length, ids.item) : null;
    const users = trained.embedUsers(userFeatures, ids.user, histories);
    const scorer = dotScorer(users, trained.embedItems(itemFeatures, ids.item), model.embedding_dim);
    trained.dispose();
    const relevanceThreshold = evaluation.relevance_threshold;
    found.push(evaluateScorer({ scorer, dataset, split: 'test', relevanceThreshold }).summary.ndcg_at_10);
  }
  return found.reduce((sum, value) => sum + value, 0) / found.length;
};

const anchorsOf = async (
  name: string,
  dataset: LoadedDataset,
  config: ResolvedConfig,
): Promise<Record<string, number>> => {
  const arrays = join(folder, `arrays-${name}`);
  await exportArrays(arrays, dataset);
  const { hidden_dims, embedding_dim } = config.model;
  const { batch_size, num_epochs, learning_rate, early_stopping_patience: patience } = config.training;
  const settings = { seed: 7, hidden_dims, embedding_dim, batch_size, num_epochs, learning_rate, patience };
  const script = fileURLToPath(new URL('quality.py', import.meta.url));
  const { status, stdout } = spawnSync(python, [script, arrays, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`bench/quality.py ended with ${status}`);
  }
  return JSON.parse(stdout);
};

const print = (what: string, figures: Readonly<Record<string, number>>): void =>
  console.log(
    `${what}: ${Object.entries(figures)
      .map(([name, value]) => `${name} ${value.toFixed(4)}`)
      .join(', ')}`,
  );

/** @param trained what is trained on the data of `config`, by name */
const compare = async (name: string, config: ResolvedConfig, trained: Readonly<Record<string, ResolvedConfig>>) => {
  const dataset = await buildDataset(config);
  const baselines = evaluateBaselines({
    dataset,
    split: 'test',
    relevanceThreshold: config.evaluation.relevance_threshold,
    seed: config.seed,
  });
  const ndcg = Object.entries(baselines).map(([baseline, summary]) => [baseline, summary?.ndcg_at_10 ?? Number.NaN]);
  print(`${name}, baselines`, Object.fromEntries(ndcg));
  print(`${name}, anchors`, await anchorsOf(name, dataset, config));
  for (const [variant, changed] of Object.entries(trained)) {
    print(`${name}, tt-exp`, { [variant]: await trainAndTest(`${name}-${variant}`, dataset, changed) });
  }
};

/** Who met what, and nothing else. */
const compareIdsAlone = async (): Promise<void> => {
  const path = join(folder, 'ids-alone.csv');
  await writeIdsAlone(path, { users: 5000, items: 7000, rows: 150_000 });
  const ids = { features: { id: { kind: 'id' } } } as const;
  const interactions = { path, user: 'user', item: 'item', constant_type: 'like' };
  const config = resolveConfig({
    name: 'ids-alone',
    data: { source: { type: 'files', users: ids, items: ids, interactions } },
    model: { user_history: true },
    training: { loss: 'in_batch_softmax', temperature: 0.15, num_epochs: 15 },
  });
  const wholeHistories = { ...config, model: { ...config.model, history_dropout: 0 } };
  await compare('ids alone', config, { in_batch_softmax: config, whole_histories: wholeHistories });
};

try {
  await compareIdsAlone();
  const defaults = resolveConfig({ name: 'quality' });
  const withLosses = (['weighted_bce', 'in_batch_softmax', 'bpr'] as const).map((loss) => [
    loss,
    { ...defaults, training: { ...defaults.training, loss } },
  ]);
  await compare('synthetic', defaults, Object.fromEntries(withLosses));
  const file = fileURLToPath(new URL('../experiments/movielens.json', import.meta.url));
  const isThere = await access(values.movielens).then(
    () => true,
    () => false,
  );
  for (const method of isThere ? ['random', 'temporal'] : []) {
    const config = withAbsolutePaths(await loadConfig(file, [`data.split.method="${method}"`]), process.cwd());
    await compare(`movielens-${method}`, config, { [config.training.loss]: config });
  }
  if (!isThere) {
    console.log(`${values.movielens} is missing: nothing measured on real behaviour`);
  }
  console.log(
    `${tensorflow.library} (${tensorflow.backend}), ${seeds.length} seeds, ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
