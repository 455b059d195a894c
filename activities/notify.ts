/** Tells a webhook how an experiment went. */
import type { NotificationOutcome } from '../contracts/notification.ts';
import type { NotifyRequest } from '../contracts/steps.ts';
import type { NotificationPort } from './ports.ts';

export const createNotifyActivities = ({ notifications }: { readonly notifications: NotificationPort }) => ({
  notify: ({ urlEnv, notification }: NotifyRequest): Promise<NotificationOutcome> =>
    notifications.send(urlEnv, notification),
});
