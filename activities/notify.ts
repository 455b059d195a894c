/** Tells a webhook how an experiment went. */
import type { Notification, NotificationOutcome } from '../contracts/notification.ts';

export interface NotifyRequest {
  /** Environment variable of the worker that holds the address. */
  readonly urlEnv: string;
  readonly notification: Notification;
}

/** Never rejects, and neither logs nor returns the address. */
export interface NotificationPort {
  send(urlEnv: string, notification: Notification): Promise<NotificationOutcome>;
}

export const createNotifyActivities = ({ notifications }: { readonly notifications: NotificationPort }) => ({
  notify: ({ urlEnv, notification }: NotifyRequest): Promise<NotificationOutcome> =>
    notifications.send(urlEnv, notification),
});
