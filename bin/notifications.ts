/** Notifications of this worker: to the addresses in its environment, with the addresses of the servers it works for. */

import type { NotificationPort } from '../activities/ports.ts';
import type { Environment } from '../config/env.ts';
import type { Log } from '../host/log.ts';
import { sendToWebhook } from '../tracking/webhook.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const createNotifications = (
  { variables, temporal }: Environment,
  trackingUri: string,
  log: Log,
): NotificationPort => ({
  send: async (urlEnv, notification) => {
    const outcome = await sendToWebhook(
      { url: variables[urlEnv], variable: urlEnv, sleep },
      { ...notification, urls: { mlflow: trackingUri, temporal: temporal.uiUrl ?? temporal.address ?? null } },
    );
    if (outcome.kind === 'undelivered') {
      log('warn', `notification of ${notification.event} of ${notification.experiment_id}: ${outcome.reason}`);
    }
    return outcome;
  },
});
