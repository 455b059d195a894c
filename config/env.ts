/** The only reader of process.env: every variable that tt-exp knows, parsed and checked once. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { TENSORFLOW_BACKENDS, type TensorflowBackend } from '../contracts/tensorflow.ts';

export interface Environment {
  /** State of one project: TT_EXP_HOME, else `.tt-exp` in the current folder. Absolute. */
  readonly homeFolder: string;
  /** Downloaded tools, shared between checkouts: TT_EXP_CACHE, else `tt-exp` in the user's cache folder. Absolute. */
  readonly cacheFolder: string;
  readonly temporal: {
    readonly address: string | undefined;
    readonly namespace: string;
    readonly apiKey: string | undefined;
    readonly isTls: boolean;
    readonly certificateFile: string | undefined;
    readonly keyFile: string | undefined;
    readonly uiUrl: string | undefined;
  };
  readonly mlflow: {
    readonly trackingUri: string | undefined;
    readonly token: string | undefined;
    readonly username: string | undefined;
    readonly password: string | undefined;
  };
  readonly tensorflowBackend: TensorflowBackend | 'auto';
  /** A compute process that says nothing for this long is taken for hung. */
  readonly stallLimitMs: number;
  readonly isCi: boolean;
  /** NO_COLOR is set to anything. */
  readonly isColorless: boolean;
  readonly user: string;
  /** Everything, as given: what child processes inherit. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The longest silence is before the first step: TensorFlow and the data are read. A step takes seconds at most. */
const STALL_SECONDS = 300;

/** A day; a timer cannot wait for much longer than three weeks. */
const MOST_SECONDS = 86_400;

const invalid = (name: string, value: string, expected: string): TtExpError =>
  new TtExpError('ENVIRONMENT_INVALID', `${name}: got "${value}", expected ${expected}`, {
    hint: `Correct or unset the environment variable ${name}.`,
  });

/** Unset is false. */
const isTrue = (name: string, value: string | undefined): boolean => {
  if (value === undefined || /^(0|false|no|off)$/i.test(value)) {
    return false;
  }
  if (/^(1|true|yes|on)$/i.test(value)) {
    return true;
  }
  throw invalid(name, value, 'true or false');
};

const backend = (value: string | undefined): Environment['tensorflowBackend'] => {
  const known = ['auto', ...TENSORFLOW_BACKENDS] as const;
  const found = known.find((name) => name === (value ?? 'auto'));
  if (found === undefined) {
    throw invalid('TT_TF_BACKEND', value ?? '', `one of ${known.join(', ')}`);
  }
  return found;
};

const seconds = (name: string, value: string | undefined, fallback: number): number => {
  const given = value === undefined ? fallback : Number(value);
  if (!(given > 0 && given <= MOST_SECONDS)) {
    throw invalid(name, value ?? '', `seconds, more than 0 and at most ${MOST_SECONDS}`);
  }
  return given;
};

const httpUrl = (name: string, value: string | undefined): string | undefined => {
  if (value !== undefined && !/^https?:\/\/[^/]/.test(value)) {
    throw invalid(name, value, 'an address that begins with http:// or https://');
  }
  return value?.replace(/\/+$/, '');
};

const hostAndPort = (name: string, value: string | undefined): string | undefined => {
  if (value !== undefined && !/^[^\s/]+:\d+$/.test(value)) {
    throw invalid(name, value, 'host:port');
  }
  return value;
};

const defaultCacheFolder = (variables: Environment['variables']): string => {
  const base = variables.XDG_CACHE_HOME ?? join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
  return join(base, 'tt-exp');
};

/** A client certificate is of no use without its key. */
const certificatePair = (variables: Environment['variables']): { certificateFile?: string; keyFile?: string } => {
  const { TEMPORAL_TLS_CERT: certificateFile, TEMPORAL_TLS_KEY: keyFile } = variables;
  if (certificateFile !== undefined && keyFile === undefined) {
    throw invalid('TEMPORAL_TLS_KEY', '', 'the path of the key that belongs to TEMPORAL_TLS_CERT');
  }
  if (keyFile !== undefined && certificateFile === undefined) {
    throw invalid('TEMPORAL_TLS_CERT', '', 'the path of the certificate that belongs to TEMPORAL_TLS_KEY');
  }
  return certificateFile === undefined || keyFile === undefined ? {} : { certificateFile, keyFile };
};

/** What a child process inherits: every variable as given, with home and cache made absolute. */
export const childEnvironment = ({ variables, homeFolder, cacheFolder }: Environment): Record<string, string> => {
  const given = Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return { ...Object.fromEntries(given), TT_EXP_HOME: homeFolder, TT_EXP_CACHE: cacheFolder };
};

/** An empty variable counts as unset. Throws ENVIRONMENT_INVALID. */
export const readEnvironment = (source: Readonly<Record<string, string | undefined>> = process.env): Environment => {
  const variables: Environment['variables'] = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== ''),
  );
  const { certificateFile, keyFile } = certificatePair(variables);
  return {
    homeFolder: resolve(variables.TT_EXP_HOME ?? '.tt-exp'),
    cacheFolder: resolve(variables.TT_EXP_CACHE ?? defaultCacheFolder(variables)),
    temporal: {
      address: hostAndPort('TEMPORAL_ADDRESS', variables.TEMPORAL_ADDRESS),
      namespace: variables.TEMPORAL_NAMESPACE ?? 'default',
      apiKey: variables.TEMPORAL_API_KEY,
      isTls: isTrue('TEMPORAL_TLS', variables.TEMPORAL_TLS),
      certificateFile,
      keyFile,
      uiUrl: httpUrl('TEMPORAL_UI_URL', variables.TEMPORAL_UI_URL),
    },
    mlflow: {
      trackingUri: httpUrl('MLFLOW_TRACKING_URI', variables.MLFLOW_TRACKING_URI),
      token: variables.MLFLOW_TRACKING_TOKEN,
      username: variables.MLFLOW_TRACKING_USERNAME,
      password: variables.MLFLOW_TRACKING_PASSWORD,
    },
    tensorflowBackend: backend(variables.TT_TF_BACKEND),
    stallLimitMs: 1000 * seconds('TT_STALL_SECONDS', variables.TT_STALL_SECONDS, STALL_SECONDS),
    isCi: variables.CI !== undefined && variables.CI !== 'false',
    isColorless: variables.NO_COLOR !== undefined,
    user: variables.USER ?? variables.LOGNAME ?? 'unknown',
    variables,
  };
};
