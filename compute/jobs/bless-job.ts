/** A blessing: the candidate's bundle, built, read back, served by a process of its own, and asked for every test user. */
import { join } from 'node:path';
import type { BlessingEvidence, ServedLists } from '../../contracts/blessing.ts';
import type { BundleManifest } from '../../contracts/bundle.ts';
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { elementAt } from '../../contracts/element-at.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { MANIFEST_FILE } from '../../contracts/names.ts';
import type { BlessJob } from '../../contracts/trainer.ts';
import { digestFile } from '../../host/files/file-digest.ts';
import { openDataset } from '../../pipeline/index.ts';
import { diagnoseBlessing } from '../../policy/serving/diagnose-blessing.ts';
import { BUNDLE_FILE } from '../../registry/bundle/bundle-files.ts';
import { type LoadedBundle, loadBundle } from '../../registry/bundle/load-bundle.ts';
import { readBundleManifest } from '../../registry/bundle/read-manifest.ts';
import { type EmbeddedDataset, loadModel } from '../../registry/load-model.ts';
import { openContentSearch } from '../../registry/search/bundle-search.ts';
import { contentQueries } from '../../registry/search/content-queries.ts';
import { createExactSearch } from '../../registry/search/exact-search.ts';
import { recallAt10 } from '../../registry/search/measure-recall.ts';
import { createListClient, type ListClient, WrongAnswer } from '../blessing/ask-server.ts';
import { type BundleServer, startBundleServer } from '../blessing/bundle-server.ts';
import { compareLists } from '../blessing/compare-lists.ts';
import { compareRows } from '../blessing/compare-rows.ts';
import { evaluateOffline, type OfflineEvaluation } from '../blessing/offline-lists.ts';
import type { ComputeChannel } from '../child-channel.ts';
import { bundleOf, FOR_BUNDLE } from './bundle-job.ts';

/** Requests behind a percentile. */
const TIMED_USERS = 200;
/** What else the machine does is not to blame the bundle for: the best round counts. */
const TIMED_ROUNDS = 3;

const LEAST_START_MS = 60_000;
/** A slow disk reads so many bytes in a millisecond. */
const LEAST_BYTES_A_MS = 10_000;

type Channel = Pick<ComputeChannel, 'alive' | 'signal'>;

interface Judged {
  readonly job: BlessJob;
  readonly dataset: LoadedDataset;
  readonly embedded: EmbeddedDataset;
  readonly offline: OfflineEvaluation;
}

const percentile99 = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0;
};

/** Milliseconds. */
const timeRequests = async (client: ListClient, userIds: readonly string[], boundMs: number): Promise<number> => {
  const step = Math.max(1, Math.ceil(userIds.length / TIMED_USERS));
  const asked = userIds.filter((_, at) => at % step === 0);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < TIMED_ROUNDS && best > boundMs; round += 1) {
    const times: number[] = [];
    for (const userId of asked) {
      times.push(await client.time(userId));
    }
    best = Math.min(best, percentile99(times));
  }
  return best;
};

const askEverybody = async (client: ListClient, { job, dataset, embedded, offline }: Judged): Promise<ServedLists> => {
  const userIds = offline.lists.map(({ user }) => elementAt(dataset.userIds, user));
  const { relevanceThreshold } = job;
  const lists = {
    offline: offline.lists,
    served: await client.lists(userIds, 'two_tower'),
    production: await client.lists(userIds, null),
  };
  return {
    ...compareLists({ dataset, embedded, relevanceThreshold, ...lists }),
    p99Ms: await timeRequests(client, userIds, job.p99BoundMs),
  };
};

const bytesOf = ({ files }: BundleManifest): number => Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);

/** The server starts while the work goes on, on another core; it ends with the work. */
const withServer = async <Result>(
  folder: string,
  manifest: BundleManifest,
  { program, alive, signal }: Channel & { readonly program: string },
  work: (starting: Promise<BundleServer>) => Promise<Result>,
): Promise<Result> => {
  const end = new AbortController();
  const starting = startBundleServer({
    ...{ script: program, folder, startLimitMs: LEAST_START_MS + bytesOf(manifest) / LEAST_BYTES_A_MS },
    signal: AbortSignal.any([signal, end.signal]),
  });
  // Whoever waits for it hears of a failure.
  starting.catch(() => undefined);
  const living = setInterval(alive, 1_000);
  try {
    return await work(starting);
  } finally {
    clearInterval(living);
    end.abort();
    const server = await starting.catch(() => null);
    if (server?.kind === 'ready') {
      await server.stop();
    }
  }
};

const askServer = async (
  starting: Promise<BundleServer>,
  { nouns }: BundleManifest,
  judged: Judged,
  channel: Channel,
): Promise<BlessingEvidence['served']> => {
  const server = await starting;
  if (server.kind === 'refused') {
    return server;
  }
  try {
    return { kind: 'answered', ...(await askEverybody(createListClient(server.url, nouns, channel), judged)) };
  } catch (error) {
    if (error instanceof WrongAnswer) {
      return { kind: 'refused', reason: error.message };
    }
    throw error;
  }
};

/** null for a bundle that is not whole: why, the server says. */
const readBundle = async (folder: string): Promise<LoadedBundle | null> => {
  try {
    return await loadBundle(folder);
  } catch (error) {
    if (error instanceof TtExpError && (error.code === 'MODEL_NOT_LOADING' || error.code === 'MODEL_INCOMPATIBLE')) {
      return null;
    }
    throw error;
  }
};

/** As the build has measured it. */
const measureContent = async (bundle: LoadedBundle, onStep: () => void): Promise<BlessingEvidence['contentRecall']> => {
  const { content_search: stated } = bundle.manifest;
  const search = stated?.kind === 'index' ? await openContentSearch(bundle) : null;
  if (search === null || stated?.kind !== 'index' || bundle.items.content === null) {
    return null;
  }
  const queries = contentQueries({ items: bundle.items.content, users: bundle.users.content, history: bundle.history });
  const exact = await createExactSearch(bundle.items.content);
  return { stated: stated.recall_at_10, found: recallAt10(search, exact, { queries, onStep }) };
};

const inspect = async (
  folder: string,
  { userIds, itemIds }: LoadedDataset,
  { users, items, dim }: EmbeddedDataset,
  onStep: () => void,
): Promise<Pick<BlessingEvidence, 'users' | 'items' | 'contentRecall'>> => {
  const bundle = await readBundle(folder);
  if (bundle === null || bundle.manifest.embedding_dim !== dim) {
    return { users: null, items: null, contentRecall: null };
  }
  return {
    contentRecall: await measureContent(bundle, onStep),
    users: compareRows(userIds, { values: users, rows: userIds.length, dim }, bundle.users),
    items: compareRows(itemIds, { values: items, rows: itemIds.length, dim }, bundle.items),
  };
};

/**
 * Throws what building a bundle throws, SERVICE_UNREACHABLE where the machine cannot run a server, MODEL_NOT_LOADING and
 * MODEL_INCOMPATIBLE for the candidate's own files. What is wrong with the bundle is the result, not an error.
 */
export const blessCandidate = async (job: BlessJob, channel: ComputeChannel, program: string): Promise<void> => {
  const { alive, signal } = channel;
  const model = await loadModel(job.model);
  try {
    const dataset = await openDataset(job.datasetFolder);
    const embedded = await model.embed(job.datasetFolder, dataset, FOR_BUNDLE);
    alive();
    const folder = job.bundleFolder ?? (await bundleOf(job, model, dataset, embedded, channel)).folder;
    const { digest, manifest } = await readBundleManifest(folder);
    const encoder = await digestFile(job.model.encoderFile);
    const modelManifest = await digestFile(join(job.model.modelFolder, MANIFEST_FILE));
    const evidence = await withServer(
      folder,
      manifest,
      { program, alive, signal },
      async (starting): Promise<BlessingEvidence> => {
        const { relevanceThreshold } = job;
        const offline = evaluateOffline(embedded, { dataset, relevanceThreshold }, alive);
        return {
          bundle: digest,
          bytes: bytesOf(manifest),
          search: manifest.search,
          isOwnEncoder: manifest.files[BUNDLE_FILE.encoder]?.sha256 === encoder.sha256,
          isOwnModel: manifest.model.manifest_digest === modelManifest.sha256,
          isNormalisationAgreed: manifest.is_normalised === model.manifest.is_normalised,
          ...(await inspect(folder, dataset, embedded, alive)),
          ...{ evaluated: job.evaluatedNdcg, offline: offline.ndcg, p99BoundMs: job.p99BoundMs },
          served: await askServer(starting, manifest, { job, dataset, embedded, offline }, { alive, signal }),
        };
      },
    );
    channel.send({ kind: 'blessed', result: { blessing: diagnoseBlessing(evidence), digest, folder } });
  } finally {
    model.dispose();
  }
};
