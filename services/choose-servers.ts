import type { Log } from '../contracts/log.ts';
import type { ProgressSink } from '../contracts/services.ts';
import type { Clock } from '../host/clock.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { isProcessAlive } from '../host/processes/process-identity.ts';
import type { Variables } from '../host/processes/variables.ts';
import { type DesiredServices, readDesired } from './desired-services.ts';
import { ensureMlflow, type MlflowPython } from './provision/mlflow-python.ts';
import { ensureTemporal, type TemporalBinary } from './provision/temporal-binary.ts';
import { outsideAddresses } from './service-addresses.ts';
import { readRecord } from './service-record.ts';

export interface ChooseRequest {
  readonly layout: HomeLayout;
  readonly cacheFolder: string;
  readonly requirementsFolder: string;
  readonly environment: Variables;
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: ProgressSink;
  readonly signal?: AbortSignal;
  /** False: Temporal is not started for this; where it is wanted already it stays so. */
  readonly isTemporalNeeded?: boolean;
}

export interface ProvisionedParts {
  /** Null where TEMPORAL_ADDRESS names an outside server. */
  readonly temporal: TemporalBinary | null;
  /** Null where MLFLOW_TRACKING_URI names an outside server. */
  readonly mlflow: MlflowPython | null;
}

/** Finds or installs each server program that does not run elsewhere; both at once. Idempotent. */
export const provisionParts = (request: ChooseRequest): Promise<ProvisionedParts> => {
  const outside = outsideAddresses(request.environment);
  return provision(request, { temporal: outside.temporal === null, mlflow: outside.mlflow === null });
};

const provision = async (
  request: ChooseRequest,
  needs: { readonly temporal: boolean; readonly mlflow: boolean },
): Promise<ProvisionedParts> => {
  const override = request.environment.TT_PYTHON;
  const common = { ...request, ...(override === undefined || override === '' ? {} : { pythonOverride: override }) };
  const [temporal, mlflow] = await Promise.allSettled([
    needs.temporal ? ensureTemporal(common) : null,
    needs.mlflow ? ensureMlflow(common) : null,
  ]);
  if (temporal.status === 'rejected') {
    throw temporal.reason;
  }
  if (mlflow.status === 'rejected') {
    throw mlflow.reason;
  }
  return { temporal: temporal.value, mlflow: mlflow.value };
};

/**
 * What the supervisor is to run. A server that runs keeps the program it runs on: to start it anew, with whatever
 * depends on it, only because another shell has another PATH or address would be a surprise. A stopped one starts on
 * what is found now, unless an outside server takes its place.
 */
export const chooseServers = async (request: ChooseRequest): Promise<Pick<DesiredServices, 'temporal' | 'mlflow'>> => {
  const { layout, environment, isTemporalNeeded = true } = request;
  const outside = outsideAddresses(environment);
  const current = await readDesired(layout);
  const isRunning = async (name: string): Promise<boolean> => {
    const identity = (await readRecord(layout.recordFile(name)))?.process ?? null;
    return identity !== null && isProcessAlive(identity);
  };
  const isTemporalKept = (await isRunning('temporal')) || (!isTemporalNeeded && current?.isDown === false);
  const keptTemporal = current !== null && isTemporalKept ? current.temporal : null;
  const keptMlflow = current !== null && (await isRunning('mlflow')) ? current.mlflow : null;
  const found = await provision(request, {
    temporal: isTemporalNeeded && keptTemporal === null && outside.temporal === null,
    mlflow: keptMlflow === null && outside.mlflow === null,
  });
  return {
    temporal: keptTemporal ?? (found.temporal === null ? null : { ...found.temporal, namespace: outside.namespace }),
    mlflow: keptMlflow ?? found.mlflow,
  };
};
