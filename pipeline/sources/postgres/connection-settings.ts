/** Where the Postgres server is and who asks, out of a URL or the PG* variables. */
import { TtExpError } from '../../../contracts/errors.ts';
import type { SourceIdentity } from '../../../contracts/source-reading.ts';
import { shortDigest } from '../../../host/files/file-digest.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConnectionSettings {
  /** The variable that told, for messages: `DATABASE_URL` or `PG*`. */
  readonly toldBy: string;
  /** A host name, or the absolute folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** What the server is told to start the session with, such as a search_path; empty where nothing is. */
  readonly options: string;
  /** Complete, with every part that was told, secrets included: for the driver, never for a message. */
  readonly connectionUrl: string;
  /** Texts that no message may hold. */
  readonly secrets: readonly string[];
}

const PG_VARIABLES = ['PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD', 'PGDATABASE'] as const;
/** TLS settings of libpq's that the driver takes as URL parameters. */
const TLS_VARIABLES = {
  PGSSLMODE: 'sslmode',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
} as const;
const TLS_PARAMETERS = ['ssl', ...Object.values(TLS_VARIABLES)];
const DEFAULT_PORT = '5432';

const invalid = (variable: string, what: string, hint: string): TtExpError =>
  new TtExpError('ENVIRONMENT_INVALID', `${variable}: ${what}`, { hint });

const URL_HINT = 'Write it as postgres://user:password@host:5432/database, with special characters as %XX.';

/** Whether the environment names a database at all. */
export const namesDatabase = (environment: Environment, urlVariable: string): boolean =>
  [urlVariable, 'PGHOST', 'PGDATABASE'].some((name) => (environment[name] ?? '').trim() !== '');

/** Stands for the host of `postgres://user@/name?host=/folder`, which is usual for sockets, and no URL by the letter. */
const NO_HOST = 'no-host.invalid';

/** Never repeats the address: it may hold a password. */
const parseUrl = (variable: string, text: string): { readonly url: URL; readonly hostname: string } => {
  const wrong = (what: string): TtExpError =>
    invalid(variable, `got ${what}, expected the address of a Postgres database`, URL_HINT);
  let url: URL;
  try {
    url = new URL(text.replace(/^(\w+:\/\/(?:[^/?#]*@)?)(?=[/?]|$)/, `$1${NO_HOST}`));
  } catch {
    throw wrong('an address that cannot be parsed');
  }
  if (!['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw wrong('an address that does not begin with postgres://');
  }
  return { url, hostname: url.hostname === NO_HOST ? '' : url.hostname.replace(/^\[(.+)\]$/, '$1') };
};

const decode = (variable: string, text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(variable, 'got an address with a broken %XX, expected two hex digits after each %', URL_HINT);
  }
};

const portOf = (variable: string, text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalid(variable, 'got a port that is not a number from 1 to 65535', `Correct the port in ${variable}.`);
  }
  return port;
};

/**
 * `environment[urlVariable]`, its missing parts completed by PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE; these
 * alone where there is no URL. Throws ENVIRONMENT_INVALID, without ever repeating the value.
 */
export const readConnectionSettings = (environment: Environment, urlVariable: string): ConnectionSettings => {
  const address = environment[urlVariable]?.trim() ?? '';
  const given = (name: string): string => environment[name] ?? '';
  if (!namesDatabase(environment, urlVariable)) {
    throw invalid(
      urlVariable,
      'not set, and neither PGHOST nor PGDATABASE is; expected the address of the Postgres database',
      `Set ${urlVariable}=postgres://user:password@host:5432/database, or PGHOST, PGUSER, PGPASSWORD and PGDATABASE.`,
    );
  }
  const toldBy = address === '' ? 'PG*' : urlVariable;
  const { url, hostname } = address === '' ? { url: null, hostname: '' } : parseUrl(urlVariable, address);
  const parameters = new URLSearchParams(url?.search ?? '');
  const take = (name: string, ofUrl: string, variable: (typeof PG_VARIABLES)[number], byDefault: string): string => {
    const parameter = parameters.get(name) ?? '';
    parameters.delete(name);
    return parameter || decode(urlVariable, ofUrl) || given(variable) || byDefault;
  };
  const host = take('host', hostname, 'PGHOST', 'localhost');
  const port = portOf(toldBy, take('port', url?.port ?? '', 'PGPORT', DEFAULT_PORT));
  const user = take('user', url?.username ?? '', 'PGUSER', given('USER') || 'postgres');
  const password = take('password', url?.password ?? '', 'PGPASSWORD', '');
  const database = take('dbname', (url?.pathname ?? '').replace(/^\//, ''), 'PGDATABASE', user);
  if (!TLS_PARAMETERS.some((name) => parameters.has(name))) {
    for (const [variable, parameter] of Object.entries(TLS_VARIABLES)) {
      if (given(variable) !== '') {
        parameters.set(parameter, given(variable));
      }
    }
  }
  const options = parameters.get('options') || given('PGOPTIONS');
  if (options !== '') {
    parameters.set('options', options);
  }
  const isSocket = host.startsWith('/');
  if (isSocket) {
    parameters.set('host', host);
  }
  const place = isSocket ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const query = parameters.toString();
  return {
    toldBy,
    host,
    port,
    user,
    database,
    options,
    connectionUrl: `postgres://${credentials}@${place}:${port}/${encodeURIComponent(database)}${query === '' ? '' : `?${query}`}`,
    secrets: [...new Set([password, encodeURIComponent(password), url?.password ?? ''])].filter((text) => text !== ''),
  };
};

/** What of the settings decides which rows are read. */
export const identityOf = ({ host, port, user, database, options }: ConnectionSettings): SourceIdentity => ({
  host,
  port,
  database,
  user,
  options: options === '' ? null : shortDigest({ options }),
});
