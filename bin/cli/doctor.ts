import { openTemporalClient } from '../../client/connection.ts';
import { temporalTarget } from '../../client/environment-target.ts';
import { readEnvironment } from '../../config/env.ts';
import { checkOpenRuns } from '../../services/check-open-runs.ts';
import { checkTensorflow } from '../../services/tensorflow/index.ts';
import type { ServicesControl } from '../../ui-cli/services/services-runtime.ts';
import { checkMlflow } from '../check-mlflow.ts';
import { createHomeServices } from '../home-services.ts';
import { PACKAGE } from '../package-files.ts';
import { reconcileHome } from '../reconcile-home.ts';

/** The parts of the installation, and abandoned runs. */
export const doctor: ServicesControl['doctor'] = async (request) => {
  const environment = readEnvironment();
  const services = createHomeServices(environment, () => undefined);
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
  const { runs, checks: ofRuns } = await checkOpenRuns(
    {
      addresses: services.addresses,
      reconcile: (addresses) => reconcileHome({ environment, addresses, ...request }),
    },
    request.isRepair,
  );
  return { checks: [...checks, ...ofRuns], isUsable, runs };
};
