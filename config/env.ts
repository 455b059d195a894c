/** The only reader of process.env: every variable that tt-exp knows, parsed and checked once. */
import { homedir, userInfo } from 'node:os';
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
    /** Asked for, or implied by a certificate, a server name or an API key. */
    readonly isTls: boolean;
    readonly certificateFile: string | undefined;
    readonly keyFile: string | undefined;
    /** PEM file of whoever signed the server's certificate; public authorities where there is none. */
    readonly caFile: string | undefined;
    /** The name that the server's certificate must have, where it is not that of the address. */
    readonly serverName: string | undefined;
    readonly uiUrl: string | undefined;
  };
  readonly mlflow: {
    /** Without credentials: those of an address are `username` and `password`. */
    readonly trackingUri: string | undefined;
    readonly token: string | undefined;
    readonly username: string | undefined;
    readonly password: string | undefined;
    /** PEM file of whoever signed the server's certificate; public authorities where there is none. */
    readonly caFile: string | undefined;
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
  // Nothing before an @ is shown: the address may be malformed where its password is.
  new TtExpError('ENVIRONMENT_INVALID', `${name}: got "${value.replace(/^.*@/s, '***@')}", expected ${expected}`, {
    hint: `Correct or unset the environment variable ${name}.`,
  });

const isTrue = (name: string, value: string): boolean => {
  if (/^(0|false|no|off)$/i.test(value)) {
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
  if (value !== undefined && (!/^https?:\/\/[^/]/.test(value) || !URL.canParse(value))) {
    throw invalid(name, value, 'an address that begins with http:// or https://');
  }
  if (value?.includes('@') === true) {
    throw invalid(
      name,
      value,
      'credentials, if any, as user:password@ before the host, with special characters as %XX',
    );
  }
  return value?.replace(/\/+$/, '');
};

const decoded = (name: string, text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(name, '***@', 'credentials with two hex digits after each %');
  }
};

const CREDENTIALS = /^(https?:\/\/)([^/?#]*)@/;

/** For links: nobody logs in with them. */
const withoutCredentials = (value: string | undefined): string | undefined => value?.replace(CREDENTIALS, '$1');

/**
 * The tracking URI without its credentials, and these in variables of their own where no others are set: whoever reads
 * the address from here on, child processes included, may print and store it.
 */
const splitTrackingUri = (variables: Environment['variables']): Environment['variables'] => {
  const name = 'MLFLOW_TRACKING_URI';
  const [, scheme, credentials = ''] = CREDENTIALS.exec(variables[name] ?? '') ?? [];
  if (scheme === undefined) {
    return variables;
  }
  const [username = '', ...password] = credentials.split(':');
  const isTold = variables.MLFLOW_TRACKING_USERNAME !== undefined || credentials === '';
  return {
    ...variables,
    [name]: withoutCredentials(variables[name]),
    ...(isTold
      ? {}
      : {
          MLFLOW_TRACKING_USERNAME: decoded(name, username),
          MLFLOW_TRACKING_PASSWORD: decoded(name, password.join(':')),
        }),
  };
};

const hostAndPort = (name: string, value: string | undefined): string | undefined => {
  if (value !== undefined && !/^[^\s/@]+:\d+$/.test(value)) {
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

/** What makes no sense, or would be sent in the open, without TLS. */
const IMPLY_TLS = ['TEMPORAL_API_KEY', 'TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_CA', 'TEMPORAL_TLS_SERVER_NAME'] as const;

const isTemporalTls = (variables: Environment['variables']): boolean => {
  const { TEMPORAL_TLS: value } = variables;
  const reason = IMPLY_TLS.find((name) => variables[name] !== undefined);
  const isAsked = value === undefined ? null : isTrue('TEMPORAL_TLS', value);
  if (isAsked === false && reason !== undefined) {
    throw invalid('TEMPORAL_TLS', value ?? '', `true, or nothing, together with ${reason}`);
  }
  return isAsked ?? reason !== undefined;
};

/**
 * Loads modules as in production: React and its reconciler look at NODE_ENV when they load, and in development keep a
 * performance entry for every render, for ever; Ink with DEV looks for development tools.
 */
export const loadForProduction = async <Module>(load: () => Promise<Module>): Promise<Module> => {
  const { NODE_ENV, DEV } = process.env;
  process.env.NODE_ENV = 'production';
  delete process.env.DEV;
  try {
    return await load();
  } finally {
    for (const [name, value] of Object.entries({ NODE_ENV, DEV })) {
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
  }
};

/** Of whoever runs this without a login shell, as cron does. In a container a user may have a number alone. */
const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
};

/** An empty variable counts as unset. Throws ENVIRONMENT_INVALID. */
export const readEnvironment = (source: Readonly<Record<string, string | undefined>> = process.env): Environment => {
  const variables = splitTrackingUri(Object.fromEntries(Object.entries(source).filter(([, value]) => value !== '')));
  const { certificateFile, keyFile } = certificatePair(variables);
  return {
    homeFolder: resolve(variables.TT_EXP_HOME ?? '.tt-exp'),
    cacheFolder: resolve(variables.TT_EXP_CACHE ?? defaultCacheFolder(variables)),
    temporal: {
      address: hostAndPort('TEMPORAL_ADDRESS', variables.TEMPORAL_ADDRESS),
      namespace: variables.TEMPORAL_NAMESPACE ?? 'default',
      apiKey: variables.TEMPORAL_API_KEY,
      isTls: isTemporalTls(variables),
      certificateFile,
      keyFile,
      caFile: variables.TEMPORAL_TLS_CA,
      serverName: variables.TEMPORAL_TLS_SERVER_NAME,
      uiUrl: httpUrl('TEMPORAL_UI_URL', withoutCredentials(variables.TEMPORAL_UI_URL)),
    },
    mlflow: {
      trackingUri: httpUrl('MLFLOW_TRACKING_URI', variables.MLFLOW_TRACKING_URI),
      token: variables.MLFLOW_TRACKING_TOKEN,
      username: variables.MLFLOW_TRACKING_USERNAME,
      password: variables.MLFLOW_TRACKING_PASSWORD,
      caFile: variables.MLFLOW_TRACKING_SERVER_CERT_PATH,
    },
    tensorflowBackend: backend(variables.TT_TF_BACKEND),
    stallLimitMs: 1000 * seconds('TT_STALL_SECONDS', variables.TT_STALL_SECONDS, STALL_SECONDS),
    isCi: variables.CI !== undefined && variables.CI !== 'false',
    isColorless: variables.NO_COLOR !== undefined,
    user: variables.USER ?? variables.LOGNAME ?? accountName(),
    variables,
  };
};
