import type { Environment } from '../config/env.ts';
import { readPem } from '../config/read-pem.ts';
import { createTracking, type Tracking, type TrackingOptions } from '../tracking/index.ts';

/** MLflow at this address with the credentials of the environment. Throws ENVIRONMENT_INVALID. */
export const openTracking = (
  { mlflow }: Environment,
  trackingUri: string,
  options: Pick<TrackingOptions, 'retry' | 'answerLimitMs' | 'signal' | 'onWait'> = {},
): Tracking =>
  createTracking({
    trackingUri,
    ...(mlflow.token === undefined ? {} : { token: mlflow.token }),
    ...(mlflow.username === undefined ? {} : { username: mlflow.username }),
    ...(mlflow.password === undefined ? {} : { password: mlflow.password }),
    ...(mlflow.caFile === undefined ? {} : { authority: readPem('MLFLOW_TRACKING_SERVER_CERT_PATH', mlflow.caFile) }),
    ...options,
  });
