import type { Environment } from '../config/env.ts';
import { readPem } from '../config/read-pem.ts';
import { createTracking, type RetryPolicy, type Tracking } from '../tracking/index.ts';

/** MLflow at this address with the credentials of the environment. Throws ENVIRONMENT_INVALID. */
export const openTracking = (
  { mlflow }: Environment,
  trackingUri: string,
  retry?: RetryPolicy,
  signal?: AbortSignal,
): Tracking =>
  createTracking({
    trackingUri,
    ...(mlflow.token === undefined ? {} : { token: mlflow.token }),
    ...(mlflow.username === undefined ? {} : { username: mlflow.username }),
    ...(mlflow.password === undefined ? {} : { password: mlflow.password }),
    ...(mlflow.caFile === undefined ? {} : { authority: readPem('MLFLOW_TRACKING_SERVER_CERT_PATH', mlflow.caFile) }),
    ...(retry === undefined ? {} : { retry }),
    ...(signal === undefined ? {} : { signal }),
  });
