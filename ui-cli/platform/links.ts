/** Addresses of pages that people open. */
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';

/** The experiment's page in MLflow, with the classic machine-learning view. */
export const mlflowLink = ({ mlflow }: ServiceAddresses, view: ExperimentView | null): string => {
  const base = mlflow.uri.replace(/\/+$/, '');
  return view?.mlflowExperimentId == null
    ? base
    : `${base}/#/experiments/${view.mlflowExperimentId}?workflowType=machine_learning`;
};

/** The workflow's page in Temporal's web interface; the server's address where there is none. */
export const temporalLink = ({ temporal }: ServiceAddresses, workflowId: string): string =>
  temporal.uiUrl === null
    ? temporal.address
    : `${temporal.uiUrl.replace(/\/+$/, '')}/namespaces/${temporal.namespace}/workflows/${encodeURIComponent(workflowId)}`;
