/** Implements what the commands need. Everything heavy is imported when it is called: `--help` loads none of it. */
import { availableParallelism, userInfo } from 'node:os';
import { type Environment, readEnvironment } from '../config/env.ts';
import { TtExpError } from '../contracts/errors.ts';
import { experimentIds } from '../contracts/ids.ts';
import type { ResolvedFiles } from '../contracts/resolved-config.ts';
import { systemClock } from '../host/clock.ts';
import type { LocalContext } from '../local/local-context.ts';
import type {
  CliRuntime,
  OpenPlatformOptions,
  Platform,
  ServiceProgressSink,
  SourceRequest,
} from '../ui-cli/runtime.ts';
import type { HomeBuilder } from './dataset-builder.ts';
import type { LocalPortsOptions } from './local-ports.ts';
import { packageVersion } from './package-files.ts';

const DATA_MEMORY_MEGABYTES = 2048;
const DATA_THREADS = 2;

const onSignal =
  (signal: 'SIGINT' | 'SIGTERM') =>
  (listener: () => void): (() => void) => {
    process.on(signal, listener);
    return () => process.off(signal, listener);
  };

const openServices = async (environment: Environment) => {
  const { createHomeServices } = await import('./home-services.ts');
  return createHomeServices(environment, () => undefined);
};

/** One for each GPU, or for each core where there is none. */
const trainingSlots = async (environment: Environment): Promise<number> => {
  const { findGpus } = await import('../services/tensorflow/index.ts');
  const gpus = await findGpus(environment.variables);
  return gpus.length > 0 ? gpus.length : availableParallelism();
};

/** Local workers: one for data and evaluation, one for training. */
const localWorkers = async (environment: Environment) =>
  [
    { queue: 'tt-cpu', slots: 4 },
    { queue: 'tt-gpu', slots: await trainingSlots(environment) },
  ] as const;

/** With a Temporal server of one's own the workers are one's own too: `tt-exp worker`. */
const ensureUp = async (environment: Environment, progress: ServiceProgressSink, signal: AbortSignal) => {
  const services = await openServices(environment);
  const hasOwnWorkers = environment.temporal.address === undefined;
  if (hasOwnWorkers) {
    const { planTensorflow } = await import('./plan-tensorflow.ts');
    const { announcements } = await planTensorflow(environment, progress, signal);
    for (const message of announcements) {
      progress({ part: 'tensorflow', step: 'notice', message });
    }
  }
  const workers = hasOwnWorkers ? { workers: await localWorkers(environment) } : {};
  return services.ensureUp({ ...workers, signal }, progress);
};

const openPlatform = async (options: OpenPlatformOptions): Promise<Platform> => {
  const environment = readEnvironment();
  const { mayStart, progress, signal } = options;
  const addresses = mayStart
    ? await ensureUp(environment, progress, signal)
    : await (await openServices(environment)).addresses();
  const { openTemporalClient } = await import('../client/connection.ts');
  const { createExperimentsClient } = await import('../client/experiments-client.ts');
  const { createFactsReader } = await import('../client/facts-reader.ts');
  const { openTracking } = await import('./open-tracking.ts');
  const { temporalTarget } = await import('./temporal-target.ts');
  const { readGitCommit } = await import('../host/code/git-commit.ts');
  const { bindSource, removeSourceVariables } = await import('../pipeline/sources/source-variables.ts');
  if (mayStart && addresses.temporal.isEmbedded) {
    const { reconcileAtStart } = await import('./reconcile-home.ts');
    await reconcileAtStart({ environment, addresses }, progress);
  }
  const temporal = await openTemporalClient(temporalTarget(environment, addresses.temporal.address));
  const closing = new AbortController();
  const keeping = mayStart ? (await openServices(environment)).keepSupervised(progress, closing.signal) : null;
  const client = createExperimentsClient(temporal);
  return {
    experiments: {
      ...client,
      start: async ({ source: recorded = null, ...request }) => {
        const { homeFolder, variables } = environment;
        const { experimentId } = experimentIds(request.config.name, request.configDigest);
        const source = await bindSource({
          homeFolder,
          variables,
          hasLocalWorkers: environment.temporal.address === undefined,
          experimentId,
          source: request.config.data.source,
          recorded,
          nowMs: Date.now(),
        });
        const started = {
          ...request,
          source,
          gitCommit: await readGitCommit(process.cwd()),
          user: userInfo().username,
        };
        return client.start(started).catch(async (error: unknown) => {
          if (source !== null && error instanceof TtExpError && error.code === 'SOURCE_MISMATCH') {
            await removeSourceVariables(homeFolder, { experimentId, identity: source });
          }
          throw error;
        });
      },
    },
    facts: createFactsReader(client, () => openTracking(environment, addresses.mlflow.uri)),
    addresses: {
      ...addresses,
      temporal: { ...addresses.temporal, uiUrl: environment.temporal.uiUrl ?? addresses.temporal.uiUrl },
    },
    close: async () => {
      closing.abort();
      await keeping;
      await temporal.connection.close();
    },
  };
};

const localContext = async (options: Omit<LocalPortsOptions, 'environment'>): Promise<LocalContext> => {
  const environment = readEnvironment();
  const { createLocalPorts } = await import('./local-ports.ts');
  const { log, signal } = options;
  return { homeFolder: environment.homeFolder, ports: createLocalPorts({ environment, ...options }), log, signal };
};

/** Runs `use` with a dataset builder of the home. */
const withHomeBuilder = async <T>(
  { progress, log }: SourceRequest,
  use: (builder: HomeBuilder) => Promise<T>,
): Promise<T> => {
  const { createHomeBuilder } = await import('./dataset-builder.ts');
  const builder = await createHomeBuilder({ environment: readEnvironment(), progress, log });
  return use(builder).finally(() => builder.close());
};

export const createCliRuntime = (): CliRuntime => ({
  version: packageVersion(),
  io: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  environment: () => readEnvironment(),
  // Rates and remaining times come of it: they must not jump with the wall clock.
  now: systemClock.nowMs,
  onInterrupt: onSignal('SIGINT'),
  onTerminate: onSignal('SIGTERM'),
  openPlatform,

  planExperiment: async (config) => {
    const environment = readEnvironment();
    const { planNotes } = await import('./plan-notes.ts');
    const { countTrials, planTrials } = await import('../policy/trial-plan.ts');
    const { planRungs } = await import('../policy/schedulers/plan-rungs.ts');
    const { describePlan } = await import('../pipeline/describe-plan.ts');
    const trials = planTrials(config);
    const total = countTrials(config);
    const slots = environment.temporal.address === undefined ? await trainingSlots(environment) : null;
    const notes = await planNotes(config, { total, slots, folder: process.cwd() });
    return { trials, total, rungs: planRungs(config, total), data: describePlan(config.data), notes };
  },

  analysis: async () => {
    const { replaySweep } = await import('../policy/sweep/replay-sweep.ts');
    const { counterfactualSweep } = await import('../policy/sweep/counterfactual-sweep.ts');
    const { explainTrial } = await import('../policy/sweep/explain-trial.ts');
    const { sweepImportances } = await import('../policy/importance/sweep-importances.ts');
    return {
      replay: replaySweep,
      counterfactual: counterfactualSweep,
      explain: explainTrial,
      importances: sweepImportances,
    };
  },

  generateData: async (request) => {
    const { generateSyntheticData } = await import('../pipeline/index.ts');
    return generateSyntheticData({ ...request, memoryLimitMegabytes: DATA_MEMORY_MEGABYTES });
  },

  dataVersions: async () => {
    const { createDatasetVersions } = await import('../pipeline/index.ts');
    const { homeLayout } = await import('../host/home-layout.ts');
    return createDatasetVersions({
      dataFolder: homeLayout(readEnvironment().homeFolder).dataFolder,
      memoryLimitMegabytes: DATA_MEMORY_MEGABYTES,
      threads: DATA_THREADS,
      now: () => Date.now(),
    });
  },

  checkData: (request) => withHomeBuilder(request, (builder) => builder.check(request)),

  embedData: (request) =>
    withHomeBuilder(request, (builder) =>
      builder.embed(request, { progress: request.onTexts, signal: request.signal }),
    ),

  guessInteractions: async (file, columns) => {
    const { guessInteractions } = await import('../pipeline/index.ts');
    const { resolveConfig } = await import('../config/resolve.ts');
    const { source } = resolveConfig({
      name: 'file',
      data: { source: { type: 'files', interactions: { path: file, constant_type: 'view' } } },
    }).data;
    // How files are written where no config says so.
    return guessInteractions(file, { location: (source as ResolvedFiles).interactions, columns, nowMs: Date.now() });
  },

  trainModel: async ({ progress, log, signal, onEvent, ...request }) => {
    const { trainLocally } = await import('../local/train-locally.ts');
    return trainLocally(await localContext({ progress, log, signal }), request, onEvent);
  },

  evaluateModel: async ({ progress, log, signal, ...request }) => {
    const { evaluateLocally } = await import('../local/evaluate-locally.ts');
    return evaluateLocally(await localContext({ progress, log, signal }), request);
  },

  reproduceTraining: async ({ progress, log, signal, onEvent, ...request }) => {
    const { reproduceLocally } = await import('../local/reproduce-locally.ts');
    return reproduceLocally(await localContext({ progress, log, signal }), request, onEvent);
  },

  runWorker: async (request) => {
    const { runWorker } = await import('./run-worker.ts');
    await runWorker({
      ...request,
      environment: readEnvironment(),
      onReady: async () => request.onReady(),
    });
  },

  services: {
    up: async (progress, signal) => {
      const environment = readEnvironment();
      const addresses = await ensureUp(environment, progress, signal);
      const { reconcileAtStart } = await import('./reconcile-home.ts');
      await reconcileAtStart({ environment, addresses }, progress);
      return addresses;
    },
    down: async (progress) => (await openServices(readEnvironment())).takeDown(progress),
    status: async () => (await openServices(readEnvironment())).status(),
    doctor: async (request) => {
      const environment = readEnvironment();
      const { diagnose } = await import('./diagnose.ts');
      return diagnose(environment, await openServices(environment), request);
    },
  },
});
