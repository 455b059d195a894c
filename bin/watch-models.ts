/** The watch of a tt-cpu worker over registered models. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { createRegistryClient, newRequestId } from '../client/registry-client.ts';
import { watchMovesByHand } from '../client/watch-moves-by-hand.ts';
import type { Environment } from '../config/env.ts';
import type { Log } from '../contracts/log.ts';
import { openTracking } from './open-tracking.ts';

/** Noticed within 30 s, with time for the owner to look. */
const LOOK_EVERY_MS = 10_000;

/** The next look comes soon enough. */
const RETRY = { budgetMs: 5_000, firstDelayMs: 500, maxDelayMs: 2_000 };

const ACTOR = 'tt-exp';

export interface WatchModelsOptions {
  readonly environment: Environment;
  readonly client: Client;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Until `signal` aborts. Never rejects once it watches; nothing to watch without MLFLOW_TRACKING_URI. */
export const watchModels = async ({ environment, client, log, signal }: WatchModelsOptions): Promise<void> => {
  const { trackingUri } = environment.mlflow;
  if (trackingUri === undefined) {
    return;
  }
  const tracking = openTracking(environment, trackingUri, { retry: RETRY });
  const owners = createRegistryClient(client);
  try {
    await watchMovesByHand({
      models: () => tracking.registeredModels(),
      reconcile: async (modelName) => {
        await owners.ask(modelName, {
          ...{ kind: 'reconcile', request: newRequestId(ACTOR, 'reconcile'), actor: ACTOR },
          ...{ reason: 'The champion in MLflow is not the recorded one.', evidence: {} },
        });
      },
      ...{ log, signal, everyMs: LOOK_EVERY_MS },
      sleep: (ms, stop) => sleep(ms, undefined, { signal: stop }),
    });
  } finally {
    await tracking.close();
  }
};
