/** A report on each part that tt-exp needs: what was chosen, its version and address, and the remedy where it is missing. */

import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import type { Log } from '../contracts/log.ts';
import type { DoctorCheck, DoctorReport, ServicesStatus } from '../contracts/services.ts';
import type { Clock } from '../host/clock.ts';
import { isFileError } from '../host/files/file-errors.ts';
import type { HomeLayout } from '../host/home-layout.ts';
import { runCommand } from '../host/processes/run-command.ts';
import type { Variables } from '../host/processes/variables.ts';
import { locateMlflow } from './provision/mlflow-python.ts';
import { findPython } from './provision/python.ts';
import { locateTemporal } from './provision/temporal-binary.ts';
import { outsideAddresses } from './service-addresses.ts';
import { readStatus } from './services-status.ts';

export interface DoctorProbes {
  /** Which TensorFlow back end trainings will use. */
  readonly tensorflow?: () => Promise<DoctorCheck>;
  /** Connects to an outside server as every command would. Throws what they would. */
  readonly temporal: (address: string) => Promise<void>;
  readonly mlflow: (address: string) => Promise<void>;
}

export interface DoctorRequest {
  readonly layout: HomeLayout;
  readonly cacheFolder: string;
  readonly requirementsFolder: string;
  readonly environment: Variables;
  readonly clock: Clock;
  readonly log: Log;
  readonly probes: DoctorProbes;
}

/** Looks at everything, changes and installs nothing. */
export const buildDoctorReport = async (request: DoctorRequest): Promise<DoctorReport> => {
  const status = await readStatus(request.layout, request.environment, request.clock);
  const checks = await Promise.all([
    checkNode(),
    checkPython(request),
    checkTemporal(request, status),
    checkMlflow(request, status),
    checkTool(
      'g++',
      'g++',
      'Install a C++ compiler (Debian: apt install g++ make); without it TensorFlow is slower.',
      request,
    ),
    checkTool('git', 'git', 'Install git; without it runs do not record their commit.', request),
    checkDisk('disk of the home folder', request.layout.home),
    checkDisk('disk of the cache folder', request.cacheFolder),
    ...(request.probes.tensorflow === undefined ? [] : [request.probes.tensorflow()]),
  ]);
  return { checks, isUsable: checks.every((check) => check.status !== 'missing') };
};

const check = (
  part: string,
  status: DoctorCheck['status'],
  chosen: string,
  facts: { readonly version?: string | null; readonly address?: string | null; readonly remedy?: string } = {},
): DoctorCheck => ({
  part,
  chosen,
  version: facts.version ?? null,
  address: facts.address ?? null,
  status,
  remedy: facts.remedy ?? null,
});

/** The versions that package.json admits: 20.19 up to, not including, 25. */
export const checkNodeVersion = (version: string): DoctorCheck => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isSupported = (major > 20 || (major === 20 && minor >= 19)) && major < 25;
  return isSupported
    ? check('node', 'ok', 'this process', { version })
    : check('node', 'warn', 'this process', { version, remedy: 'Use Node.js 20.19 or later, below 25.' });
};

const checkNode = async (): Promise<DoctorCheck> => checkNodeVersion(process.versions.node);

const checkPython = async ({ environment }: DoctorRequest): Promise<DoctorCheck> => {
  const outside = outsideAddresses(environment);
  const isNeeded = outside.mlflow === null;
  try {
    const python = await findPython(environment, environment.TT_PYTHON === '' ? undefined : environment.TT_PYTHON);
    return check('python', 'ok', python.executable, { version: python.version });
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    return check('python', isNeeded ? 'missing' : 'warn', 'none', { remedy: error.hint ?? error.message });
  }
};

const stateOf = (status: ServicesStatus, name: string): string => {
  const service = status.services.find((item) => item.name === name);
  return service === undefined ? 'not started yet' : service.state;
};

const addressOf = (status: ServicesStatus, name: string): string | null =>
  status.services.find((item) => item.name === name)?.address ?? null;

const checkOutside = async (
  part: string,
  variable: string,
  address: string,
  connect: (address: string) => Promise<void>,
): Promise<DoctorCheck> => {
  const chosen = `external server (${variable})`;
  try {
    await connect(address);
    return check(part, 'ok', chosen, { address });
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    const remedy = [`${error.message}.`, error.hint, `Or unset ${variable} for the embedded server.`];
    return check(part, 'missing', chosen, { address, remedy: remedy.filter((text) => text !== undefined).join(' ') });
  }
};

const checkTemporal = async (request: DoctorRequest, status: ServicesStatus): Promise<DoctorCheck> => {
  const { environment } = request;
  const outside = outsideAddresses(environment);
  if (outside.temporal !== null) {
    return checkOutside('temporal', 'TEMPORAL_ADDRESS', outside.temporal, request.probes.temporal);
  }
  const binary = await locateTemporal(request);
  if (binary === null) {
    return check('temporal', 'warn', 'embedded, not installed yet', {
      remedy: 'Run `tt-exp up`: it installs the server.',
    });
  }
  const where = binary.origin === 'path' ? `embedded, ${binary.executable} from PATH` : 'embedded, managed';
  return check('temporal', 'ok', `${where} (${stateOf(status, 'temporal')})`, {
    version: binary.version,
    address: addressOf(status, 'temporal'),
  });
};

const checkMlflow = async (request: DoctorRequest, status: ServicesStatus): Promise<DoctorCheck> => {
  const outside = outsideAddresses(request.environment);
  if (outside.mlflow !== null) {
    return checkOutside('mlflow', 'MLFLOW_TRACKING_URI', outside.mlflow, request.probes.mlflow);
  }
  const mlflow = await locateMlflow(request);
  if (mlflow === null) {
    return check('mlflow', 'warn', 'embedded, not installed yet', {
      remedy: 'Run `tt-exp up`: it installs the server.',
    });
  }
  return check('mlflow', 'ok', `embedded, managed, Python ${mlflow.pythonVersion} (${stateOf(status, 'mlflow')})`, {
    version: mlflow.version,
    address: addressOf(status, 'mlflow'),
  });
};

const checkTool = async (
  part: string,
  command: string,
  remedy: string,
  { environment }: DoctorRequest,
): Promise<DoctorCheck> => {
  const result = await runCommand({ command, args: ['--version'], env: environment, timeoutMs: 10_000 });
  const version = /\d+\.\d+(\.\d+)*/.exec(result.lines[0] ?? '')?.[0] ?? null;
  return result.kind === 'exited' && result.code === 0
    ? check(part, 'ok', command, { version })
    : check(part, 'warn', 'none', { remedy });
};

const LEAST_FREE_GIB = 2;

/** A folder that is not made yet has the space of the nearest one above it that exists. */
const freeGib = async (folder: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return (bavail * bsize) / 1024 ** 3;
  } catch (error) {
    if (isFileError(error, 'ENOENT') && dirname(folder) !== folder) {
      return freeGib(dirname(folder));
    }
    throw error;
  }
};

const checkDisk = async (part: string, folder: string): Promise<DoctorCheck> => {
  const free = await freeGib(folder);
  const chosen = `${folder}, ${free.toFixed(1)} GiB free`;
  return free >= LEAST_FREE_GIB
    ? check(part, 'ok', chosen)
    : check(part, 'warn', chosen, { remedy: `Free space there: at least ${LEAST_FREE_GIB} GiB are needed.` });
};
