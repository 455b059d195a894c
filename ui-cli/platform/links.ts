/** Addresses of pages that people open. */
import type { ExperimentSnapshot, ExperimentView } from '../../contracts/experiment.ts';
import { ARTIFACT } from '../../contracts/names.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';

/** The experiment's page in MLflow, with the classic machine-learning view. */
export const mlflowLink = (
  { mlflow }: ServiceAddresses,
  view: Pick<ExperimentView, 'mlflowExperimentId'> | null,
): string => {
  const base = mlflow.uri.replace(/\/+$/, '');
  return view?.mlflowExperimentId == null
    ? base
    : `${base}/#/experiments/${view.mlflowExperimentId}?workflowType=machine_learning`;
};

/** The page of the gate's verdict in MLflow; null where there is none. */
export const gateLink = (
  { mlflow }: ServiceAddresses,
  { mlflowExperimentId, parentRunId, gate }: Pick<ExperimentSnapshot, 'mlflowExperimentId' | 'parentRunId' | 'gate'>,
): string | null =>
  mlflowExperimentId === null || parentRunId === null || gate.decision === 'not_run'
    ? null
    : `${mlflow.uri.replace(/\/+$/, '')}/#/experiments/${mlflowExperimentId}/runs/${parentRunId}/artifacts/${ARTIFACT.gatePage}?workflowType=machine_learning`;

/** Where Temporal's web interface is; the server's address where there is none. */
export const temporalPage = ({ temporal }: ServiceAddresses): string => temporal.uiUrl ?? temporal.address;

/** The workflow's page in Temporal's web interface; the server's address where there is none. */
export const temporalLink = ({ temporal }: ServiceAddresses, workflowId: string): string =>
  temporal.uiUrl === null
    ? temporal.address
    : `${temporal.uiUrl.replace(/\/+$/, '')}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(workflowId)}`;
