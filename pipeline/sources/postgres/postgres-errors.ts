/** What Postgres or the way to it said, as an error of tt-exp: who must act, and no password in it. */
import { type ErrorCode, TtExpError } from '../../../contracts/errors.ts';
import { redactUrls } from '../../../contracts/redact.ts';
import { serverName } from '../../../contracts/source-reading.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { quoteName, type Relation } from './relation.ts';

/** What was being done, for the message and the hint. */
export interface PostgresStep {
  /** Completes "…: could not". */
  readonly what: string;
  readonly relation?: Relation;
  readonly timeoutSeconds: number;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The SQLSTATE of an error that the server sent; null for errors of the network or of the driver. */
export const sqlStateOf = (error: unknown): string | null =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^[0-9A-Z]{5}$/.test(error.code) &&
  'severity' in error
    ? error.code
    : null;

/** One line of `text` without the secrets and without the credentials of an address. */
export const withoutSecrets = (text: string, { secrets }: Pick<ConnectionSettings, 'secrets'>): string =>
  redactUrls(secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)).replaceAll(/\s*\n\s*/g, ' ');

interface Remedy {
  readonly code: ErrorCode;
  readonly hint: string;
}

const LOGIN_STATE = /^28/;
const NO_DATABASE_STATE = '3D000';
const TOO_SLOW_STATE = '57014';
const NO_PERMISSION_STATE = '42501';
/** Connection lost, shutting down or starting, too many connections, a standby's conflict, idle for too long. */
const UNREACHABLE_STATES = /^(08|57P0|53300|40001|25P03)/;
/** Names and syntax, a query that writes or has what a subquery may not have, and values that an expression of the query refuses. */
const RELATION_STATES = /^(42|22|0A|25006|3F000)/;

const credentialsHint = ({ toldBy }: ConnectionSettings): string =>
  `Correct user and password in ${toldBy === 'PG*' ? 'PGUSER and PGPASSWORD' : toldBy}.`;

const permissionHint = (message: string, { relation }: PostgresStep, { user }: ConnectionSettings): string => {
  const [, schema] = /for schema (.+)$/.exec(message) ?? [];
  const role = quoteName(user);
  if (schema !== undefined) {
    return `Let its owner run: GRANT USAGE ON SCHEMA ${quoteName(schema)} TO ${role}`;
  }
  return relation?.table == null
    ? `Let the owner of what the query reads grant SELECT on it to the role ${role}.`
    : `Let its owner run: GRANT SELECT ON ${relation.table} TO ${role}`;
};

const remedyOfState = (state: string, message: string, step: PostgresStep, settings: ConnectionSettings): Remedy => {
  const relation = step.relation?.name ?? 'the server';
  if (state === TOO_SLOW_STATE) {
    const hint = `It took longer than timeout_seconds (${step.timeoutSeconds}): raise it in data.source, or look for what slows or locks ${relation}.`;
    return { code: 'SERVICE_UNREACHABLE', hint };
  }
  if (UNREACHABLE_STATES.test(state)) {
    return { code: 'SERVICE_UNREACHABLE', hint: 'Wait until the server takes connections, then run the same command.' };
  }
  if (LOGIN_STATE.test(state)) {
    return { code: 'ENVIRONMENT_INVALID', hint: credentialsHint(settings) };
  }
  if (state === NO_DATABASE_STATE) {
    const variable = settings.toldBy === 'PG*' ? 'PGDATABASE' : settings.toldBy;
    return { code: 'ENVIRONMENT_INVALID', hint: `Correct the database's name in ${variable}.` };
  }
  if (state === NO_PERMISSION_STATE) {
    return { code: 'DATA_INVALID', hint: permissionHint(message, step, settings) };
  }
  if (RELATION_STATES.test(state)) {
    return {
      code: 'DATA_INVALID',
      hint: `Correct ${relation} in data.source: a table, or one SELECT that only reads.`,
    };
  }
  return { code: 'UPSTREAM_REJECTED', hint: "See the server's log." };
};

/** For errors of the network, of TLS and of the driver, which have words only. */
const remedyOfMessage = (message: string, step: PostgresStep, settings: ConnectionSettings): Remedy => {
  if (/password must be a string/.test(message)) {
    return { code: 'ENVIRONMENT_INVALID', hint: credentialsHint(settings) };
  }
  if (/self[- ]signed|certificate|does not support SSL/i.test(message)) {
    const hint = `Set how the connection is encrypted: sslmode and sslrootcert in ${settings.toldBy}.`;
    return { code: 'ENVIRONMENT_INVALID', hint };
  }
  const where = `Check that the server runs and that its address in ${settings.toldBy} is right`;
  const hint = /longer than/.test(message)
    ? `${where}; timeout_seconds (${step.timeoutSeconds}) in data.source sets how long to wait.`
    : `${where}.`;
  return { code: 'SERVICE_UNREACHABLE', hint };
};

/**
 * The TtExpError for what the driver threw. Unreachable, slow or gone: SERVICE_UNREACHABLE; login: ENVIRONMENT_INVALID;
 * tables, columns, permissions, the query: DATA_INVALID. Has no `cause`: the driver's errors may carry credentials.
 */
export const toPostgresError = (error: unknown, step: PostgresStep, settings: ConnectionSettings): TtExpError => {
  if (error instanceof TtExpError) {
    return error;
  }
  const state = sqlStateOf(error);
  const got = withoutSecrets(messageOf(error), settings);
  const { code, hint } =
    state === null ? remedyOfMessage(got, step, settings) : remedyOfState(state, got, step, settings);
  return new TtExpError(code, `${serverName(settings)}: could not ${step.what}: ${got}`, {
    hint,
    details: state === null ? {} : { sqlState: state },
  });
};
