/** MLflow behind one object: runs, artifacts, logged models, registry. A thin client of its REST interface. */
import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { createArtifacts } from './artifacts.ts';
import { createDatasetInput } from './dataset-input.ts';
import { createExperiments } from './experiments.ts';
import { createHistory } from './history.ts';
import { createHttpClient, DEFAULT_RETRY, type HttpClient, type RetryPolicy } from './http.ts';
import { createLoggedModels } from './logged-models.ts';
import { createModelCatalogue } from './model-catalogue.ts';
import { createRegistry } from './registry.ts';
import { createRest } from './rest.ts';
import { createRuns } from './runs.ts';
import { createSerialiser, type Serialiser } from './serialise.ts';

export type { RetryPolicy } from './http.ts';

export interface TrackingOptions {
  /** As http://host:port, with a path where the server lies below one. */
  readonly trackingUri: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  /** Certificate (PEM) of whoever signed the server's, in place of the public authorities. */
  readonly authority?: Buffer;
  readonly retry?: RetryPolicy;
  /** A server that says nothing for so long is away, and is not asked again. */
  readonly answerLimitMs?: number;
  /** Aborted: every call ends at once with its reason. */
  readonly signal?: AbortSignal;
  /** Told in a sentence, within three seconds, that a server does not answer, and until when it is asked again. */
  readonly onWait?: (message: string) => void;
}

const connect = (http: HttpClient, serialise: Serialiser) => {
  const rest = createRest(http);
  const artifacts = createArtifacts(http, rest);
  const { putArtifactFile, putArtifactText, getArtifactText, getArtifactFile, listArtifacts, deleteArtifact } =
    artifacts;
  return {
    ...createExperiments(rest, serialise),
    ...createRuns(rest, artifacts, serialise),
    ...createDatasetInput(rest),
    ...createHistory(rest),
    putArtifactFile,
    putArtifactText,
    getArtifactText,
    getArtifactFile,
    listArtifacts,
    deleteArtifact,
    ...createLoggedModels(rest, artifacts, serialise),
    ...createRegistry(rest, serialise),
    ...createModelCatalogue(rest, artifacts),
  };
};

/** Whoever opens it closes it. All methods are idempotent and ride out an outage as long as the retry budget. */
export const createTracking = (options: TrackingOptions) => {
  if (options.signal !== undefined) {
    // Each request in flight listens to it, and as many are as are asked for: Node takes more than ten for a leak.
    setMaxListeners(0, options.signal);
  }
  const http = createHttpClient({
    ...options,
    retry: options.retry ?? DEFAULT_RETRY,
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    sleep: (ms) => setTimeout(ms, undefined, options.signal && { signal: options.signal }),
  });
  const serialise = createSerialiser();
  return {
    ...connect(http, serialise),
    /** Throws what `runs` and all the others would: for a process that is to know before it begins. */
    checkLogin: async (): Promise<void> => {
      await createRest(http).call('GET', 'experiments/search', { max_results: 1 });
    },
    guardedBy: (guard: () => Promise<void>) => connect(http.guardedBy(guard), serialise),
    close: () => http.close(),
  };
};

export type Tracking = ReturnType<typeof createTracking>;
