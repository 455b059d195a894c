import { TtExpError } from '../contracts/errors.ts';
import type { ServiceAddresses } from '../contracts/services.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import type { Variables } from '../host/processes/variables.ts';
import { readRecord } from './service-record.ts';

export interface OutsideAddresses {
  readonly temporal: string | null;
  readonly mlflow: string | null;
  readonly namespace: string;
}

const given = (value: string | undefined): string | null => (value === undefined || value === '' ? null : value);

/** Servers that run elsewhere, as the environment names them. */
export const outsideAddresses = (environment: Variables): OutsideAddresses => ({
  temporal: given(environment.TEMPORAL_ADDRESS),
  mlflow: given(environment.MLFLOW_TRACKING_URI),
  namespace: given(environment.TEMPORAL_NAMESPACE) ?? 'default',
});

const notUp = (part: string, variable: string): TtExpError =>
  new TtExpError('SERVICE_UNREACHABLE', `${part}: not running in this home, and ${variable} names no external server`, {
    hint: `Start it with \`tt-exp up\`, or set ${variable}.`,
  });

/** Outside addresses where they are given, else what the records say. Throws SERVICE_UNREACHABLE where there is neither. */
export const readAddresses = async (layout: HomeLayout, environment: Variables): Promise<ServiceAddresses> => {
  const outside = outsideAddresses(environment);
  return {
    temporal: await temporalAddress(layout, outside),
    mlflow: await mlflowAddress(layout, outside),
  };
};

const temporalAddress = async (
  layout: HomeLayout,
  outside: OutsideAddresses,
): Promise<ServiceAddresses['temporal']> => {
  const { namespace } = outside;
  if (outside.temporal !== null) {
    return { address: outside.temporal, uiUrl: null, namespace, isEmbedded: false };
  }
  const record = await readRecord(layout.recordFile('temporal'));
  // A process that just died is being restarted on the same port; only one that was stopped has no address.
  if (record?.address == null || record.process === null) {
    throw notUp('Temporal', 'TEMPORAL_ADDRESS');
  }
  return { address: record.address, uiUrl: record.uiUrl, namespace, isEmbedded: true };
};

const mlflowAddress = async (layout: HomeLayout, outside: OutsideAddresses): Promise<ServiceAddresses['mlflow']> => {
  if (outside.mlflow !== null) {
    return { uri: outside.mlflow, isEmbedded: false };
  }
  const record = await readRecord(layout.recordFile('mlflow'));
  if (record?.address == null || record.process === null) {
    throw notUp('MLflow', 'MLFLOW_TRACKING_URI');
  }
  return { uri: record.address, isEmbedded: true };
};

/** Throws SERVICE_UNREACHABLE where MLflow neither runs in this home nor is named by the environment. */
export const readMlflowAddress = async (layout: HomeLayout, environment: Variables): Promise<string> =>
  (await mlflowAddress(layout, outsideAddresses(environment))).uri;
