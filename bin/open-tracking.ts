import type { Environment } from '../config/env.ts';
import { createTracking, type RetryPolicy, type Tracking } from '../tracking/index.ts';

/** MLflow at this address with the credentials of the environment. */
export const openTracking = ({ mlflow }: Environment, trackingUri: string, retry?: RetryPolicy): Tracking =>
  createTracking({
    trackingUri,
    ...(retry === undefined ? {} : { retry }),
    ...(mlflow.token === undefined ? {} : { token: mlflow.token }),
    ...(mlflow.username === undefined ? {} : { username: mlflow.username }),
    ...(mlflow.password === undefined ? {} : { password: mlflow.password }),
  });
