/** The reconciler with the servers of a home. */

import { openTemporalClient } from '../client/connection.ts';
import { temporalTarget } from '../client/environment-target.ts';
import { reconcileRuns } from '../client/reconcile-runs.ts';
import { readTemporalId, readWorkflowState } from '../client/temporal-identity.ts';
import type { Environment } from '../config/env.ts';
import type { OpenRunsReport } from '../contracts/open-runs.ts';
import type { ServiceAddresses } from '../contracts/services.ts';
import { earlierDatabases } from '../services/temporal-databases.ts';
import { openTracking } from './open-tracking.ts';

/** Nobody waits for a server that is down: the next `up` looks again. */
const RETRY = { budgetMs: 10_000, firstDelayMs: 200, maxDelayMs: 2_000 };

export interface HomeReconcileRequest {
  readonly environment: Environment;
  readonly addresses: ServiceAddresses;
  readonly isRepair: boolean;
  /** Databases of which a person says that they are gone for good. */
  readonly lost?: readonly string[];
}

/** Rejects where a server does not answer; nothing is closed on half of the facts. */
export const reconcileHome = async (request: HomeReconcileRequest): Promise<OpenRunsReport> => {
  const { environment, addresses, isRepair, lost = [] } = request;
  const { address, namespace, isEmbedded } = addresses.temporal;
  const temporal = await openTemporalClient(temporalTarget(environment, address));
  const tracking = openTracking(environment, addresses.mlflow.uri, { retry: RETRY });
  try {
    const temporalId = await readTemporalId(temporal);
    const earlier =
      isEmbedded && temporalId !== null
        ? await earlierDatabases(environment.homeFolder, { namespace, id: temporalId })
        : [];
    return await reconcileRuns({
      tracking,
      temporalId,
      stateOf: (workflowId) => readWorkflowState(temporal, workflowId),
      lost: [...earlier, ...lost],
      isRepair,
      now: () => Date.now(),
    });
  } finally {
    await Promise.allSettled([tracking.close(), temporal.connection.close()]);
  }
};
