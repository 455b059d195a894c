import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../host/processes/run-command.ts';
import {
  type EnvironmentRequest,
  ensureEnvironment,
  findEnvironment,
  type ManagedEnvironment,
} from './managed-environment.ts';
import { withoutPythonOverrides } from './pip.ts';

export interface MlflowPython {
  /** Interpreter that runs `-m mlflow`. */
  readonly python: string;
  readonly version: string;
  readonly pythonVersion: string;
}

const describe = ({ python, pythonVersion, requirements }: ManagedEnvironment): MlflowPython => ({
  python,
  pythonVersion,
  version: requirements.versions.mlflow ?? 'unknown',
});

// Imports what the server imports, and finds the pages of the web interface, which not every build of MLflow has.
const VERIFY = [
  'import os, mlflow.server.fastapi_app, mlflow.server as s',
  'import mlflow.store.tracking.sqlalchemy_store, mlflow.store.model_registry.sqlalchemy_store',
  'p = os.path.join(os.path.dirname(s.__file__), "js", "build", "index.html")',
  'assert os.path.isfile(p), "no web interface at " + p',
].join('\n');

const verify = async (
  made: ManagedEnvironment,
  environment: EnvironmentRequest['environment'],
): Promise<string | null> => {
  const result = await runCommand({
    command: made.python,
    args: ['-W', 'ignore', '-c', VERIFY],
    env: { ...withoutPythonOverrides(environment), MLFLOW_DISABLE_TELEMETRY: 'true' },
    timeoutMs: 180_000,
  });
  if (result.kind === 'exited' && result.code === 0) {
    return null;
  }
  return result.kind === 'broken' ? result.reason : (result.lines.at(-1) ?? `exit code ${result.code}`);
};

/** The installed MLflow server, or null. */
export const locateMlflow = async (
  request: Pick<EnvironmentRequest, 'cacheFolder' | 'requirementsFolder' | 'environment'>,
): Promise<MlflowPython | null> => {
  const managed = await findEnvironment({ ...request, part: 'mlflow' });
  if (managed === null) {
    return null;
  }
  await access(join(managed.folder, 'bin', 'mlflow'));
  return describe(managed);
};

/** The MLflow server, installed first where it is missing. Throws PYTHON_MISSING, PROVISION_FAILED, TIMED_OUT, INTERRUPTED. */
export const ensureMlflow = async (request: Omit<EnvironmentRequest, 'part' | 'verify'>): Promise<MlflowPython> =>
  describe(
    await ensureEnvironment({ ...request, part: 'mlflow', verify: (made) => verify(made, request.environment) }),
  );
