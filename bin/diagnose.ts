/** `tt-exp doctor`: the parts of the installation, and abandoned runs. */
import { openTemporalClient } from '../client/connection.ts';
import type { Environment } from '../config/env.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { OpenRunsReport } from '../contracts/open-runs.ts';
import type { ServiceAddresses, Services } from '../services/index.ts';
import { checkTensorflow } from '../services/tensorflow/index.ts';
import type { DoctorFindings, DoctorRequest, PartCheck } from '../ui-cli/runtime.ts';
import { checkMlflow } from './check-mlflow.ts';
import { PACKAGE } from './package-files.ts';
import { reconcileHome } from './reconcile-home.ts';
import { temporalTarget } from './temporal-target.ts';

const PART = 'open runs';

const check = (status: PartCheck['status'], chosen: string, remedy: string | null): PartCheck => ({
  ...{ part: PART, version: null, address: null },
  ...{ status, chosen, remedy },
});

const checkRuns = ({ isRepaired, abandoned, left }: OpenRunsReport): PartCheck => {
  const others = left.length === 0 ? '' : `, ${left.length} left alone`;
  if (isRepaired) {
    return check('ok', `${abandoned.length} closed${others}`, null);
  }
  return abandoned.length === 0
    ? check('ok', `none is abandoned${others}`, null)
    : check('warn', `${abandoned.length} whose workflow is gone${others}`, 'Close them: `tt-exp doctor --repair`.');
};

const isUnreachable = (error: unknown): error is TtExpError =>
  error instanceof TtExpError && error.code === 'SERVICE_UNREACHABLE';

/** null where a server is not up and nothing is to be repaired. */
const findAddresses = (services: Services, { isRepair }: DoctorRequest): Promise<ServiceAddresses | null> =>
  services.addresses().catch((error: unknown) => {
    if (isUnreachable(error) && !isRepair) {
      return null;
    }
    throw error;
  });

const lookAtRuns = async (
  environment: Environment,
  services: Services,
  request: DoctorRequest,
): Promise<{ readonly runs: OpenRunsReport | null; readonly checks: readonly PartCheck[] }> => {
  const addresses = await findAddresses(services, request);
  if (addresses === null) {
    return { runs: null, checks: [] };
  }
  try {
    const runs = await reconcileHome({ environment, addresses, ...request });
    return { runs, checks: [checkRuns(runs)] };
  } catch (error) {
    if (error instanceof TtExpError && !request.isRepair) {
      return { runs: null, checks: [check('warn', `not looked at: ${error.message}`, error.hint ?? null)] };
    }
    throw error;
  }
};

export const diagnose = async (
  environment: Environment,
  services: Services,
  request: DoctorRequest,
): Promise<DoctorFindings> => {
  const tensorflow = {
    cacheFolder: environment.cacheFolder,
    provisionFolder: PACKAGE.tensorflowFolder,
    backend: environment.tensorflowBackend,
    environment: environment.variables,
  };
  const { checks, isUsable } = await services.doctor({
    tensorflow: () => checkTensorflow(tensorflow),
    temporal: async () => (await openTemporalClient(temporalTarget(environment))).connection.close(),
    mlflow: (address) => checkMlflow(environment, address),
  });
  const { runs, checks: ofRuns } = await lookAtRuns(environment, services, request);
  return { checks: [...checks, ...ofRuns], isUsable, runs };
};
