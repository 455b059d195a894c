import type { Notification } from '../contracts/notification.ts';
import type { Environment } from './env.ts';

/** Where people look at what a worker does. */
export const serverUrls = ({ temporal }: Environment, trackingUri: string): Notification['urls'] => ({
  mlflow: trackingUri,
  temporal: temporal.uiUrl ?? temporal.address ?? null,
});
