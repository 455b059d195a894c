/** Notifications of one worker: to the addresses in its environment, with the addresses of the servers it works for. */
import type { Log } from '../contracts/log.ts';
import type { Notification, NotificationOutcome } from '../contracts/notification.ts';
import type { Variables } from '../host/processes/variables.ts';
import { sendToWebhook } from './webhook.ts';

export interface NotificationsOptions {
  /** Of the environment: a config names the one that holds the address. */
  readonly variables: Variables;
  readonly urls: Notification['urls'];
  readonly log: Log;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** `send` never rejects: what was not delivered is logged, without the address. */
export const createNotifications = ({ variables, urls, log }: NotificationsOptions) => ({
  send: async (urlEnv: string, notification: Omit<Notification, 'urls'>): Promise<NotificationOutcome> => {
    const outcome = await sendToWebhook({ url: variables[urlEnv], variable: urlEnv, sleep }, { ...notification, urls });
    if (outcome.kind === 'undelivered') {
      log('warn', `notification of ${notification.event} of ${notification.experiment_id}: ${outcome.reason}`);
    }
    return outcome;
  },
});
