import { userInfo } from 'node:os';
import { openTemporalClient } from '../../client/connection.ts';
import { temporalTarget } from '../../client/environment-target.ts';
import { createExperimentsClient } from '../../client/experiments-client.ts';
import { createFactsReader } from '../../client/facts-reader.ts';
import { createOnlineClient } from '../../client/online-client.ts';
import { createRegistryClient } from '../../client/registry-client.ts';
import { type Environment, readEnvironment } from '../../config/env.ts';
import { experimentIds } from '../../contracts/ids.ts';
import { readGitCommit } from '../../host/code/git-commit.ts';
import { withBoundSource } from '../../pipeline/sources/source-variables.ts';
import { closeAbandoned } from '../../services/check-open-runs.ts';
import type { Experiments, OpenPlatformOptions, Platform } from '../../ui-cli/platform/platform-runtime.ts';
import { createHomeServices } from '../home-services.ts';
import { openTracking } from '../open-tracking.ts';
import { reconcileHome } from '../reconcile-home.ts';
import { ensureUp } from './ensure-up.ts';

/** Somebody waits for the answer; a server that restarts is back by then. */
const FOR_A_LOOK = { budgetMs: 15_000, firstDelayMs: 200, maxDelayMs: 2_000 } as const;

type Client = ReturnType<typeof createExperimentsClient>;

const startWith =
  (client: Client, environment: Environment): Experiments['start'] =>
  async ({ source: recorded = null, ...request }) => {
    const { homeFolder, variables } = environment;
    const { experimentId } = experimentIds(request.config.name, request.configDigest);
    const binding = {
      homeFolder,
      variables,
      hasLocalWorkers: environment.temporal.address === undefined,
      experimentId,
      source: request.config.data.source,
      recorded,
      nowMs: Date.now(),
    };
    const gitCommit = await readGitCommit(process.cwd());
    const user = userInfo().username;
    return withBoundSource(binding, (source) => client.start({ ...request, source, gitCommit, user }));
  };

export const openPlatform = async ({ mayStart, progress, signal }: OpenPlatformOptions): Promise<Platform> => {
  const environment = readEnvironment();
  const services = createHomeServices(environment, () => undefined);
  const addresses = mayStart ? await ensureUp(environment, progress, signal) : await services.addresses();
  if (mayStart && addresses.temporal.isEmbedded) {
    await closeAbandoned(() => reconcileHome({ environment, addresses, isRepair: true }), progress);
  }
  const temporal = await openTemporalClient(temporalTarget(environment, addresses.temporal.address));
  const closing = new AbortController();
  const told = (message: string): void => progress({ part: 'mlflow', step: 'notice', message });
  const keeping = mayStart ? services.keepSupervised(progress, closing.signal) : null;
  const client = createExperimentsClient(temporal);
  return {
    experiments: { ...client, start: startWith(client, environment) },
    registry: createRegistryClient(temporal),
    online: createOnlineClient(temporal),
    facts: createFactsReader(client, () =>
      openTracking(environment, addresses.mlflow.uri, {
        signal,
        ...{ retry: FOR_A_LOOK, onWait: told },
      }),
    ),
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
