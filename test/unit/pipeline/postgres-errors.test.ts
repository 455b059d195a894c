import { expect, test } from 'vitest';
import type { ConnectionSettings } from '../../../pipeline/sources/postgres/connection-settings.ts';
import { toPostgresError, withoutSecrets } from '../../../pipeline/sources/postgres/postgres-errors.ts';

const settings: ConnectionSettings = {
  toldBy: 'DATABASE_URL',
  host: 'db.example',
  port: 5432,
  user: 'reader',
  options: '',
  database: 'app',
  connectionUrl: 'postgres://reader:p%40ss@db.example/app',
  secrets: ['p@ss', 'p%40ss'],
};
const step = {
  what: 'read app.users',
  relation: { name: 'app.users', sql: '"app"."users"', table: '"app"."users"' },
  timeoutSeconds: 20,
};
const serverError = (code: string, message = 'said so'): Error =>
  Object.assign(new Error(message), { code, severity: 'ERROR' });

test.each([
  ['28P01', 'ENVIRONMENT_INVALID', 'Correct user and password in DATABASE_URL'],
  ['3D000', 'ENVIRONMENT_INVALID', "Correct the database's name in DATABASE_URL"],
  ['42501', 'DATA_INVALID', 'GRANT SELECT ON "app"."users" TO "reader"'],
  ['42P01', 'DATA_INVALID', 'Correct app.users in data.source'],
  ['22P02', 'DATA_INVALID', 'Correct app.users in data.source'],
  ['25006', 'DATA_INVALID', 'only reads'],
  ['57014', 'SERVICE_UNREACHABLE', 'timeout_seconds (20)'],
  ['57P01', 'SERVICE_UNREACHABLE', 'Wait until the server'],
  ['57P03', 'SERVICE_UNREACHABLE', 'Wait until the server'],
  ['53300', 'SERVICE_UNREACHABLE', 'Wait until the server'],
  ['40001', 'SERVICE_UNREACHABLE', 'Wait until the server'],
  ['XX001', 'UPSTREAM_REJECTED', "server's log"],
])('SQLSTATE %s is %s', (state, code, hint) => {
  const error = toPostgresError(serverError(state), step, settings);
  expect(error).toMatchObject({ code, hint: expect.stringContaining(hint), details: { sqlState: state } });
  expect(error.message).toBe('Postgres at db.example:5432, database app: could not read app.users: said so');
});

test('a missing right to a schema names the schema', () => {
  const error = toPostgresError(serverError('42501', 'permission denied for schema app'), step, settings);
  expect(error.hint).toBe('Let its owner run: GRANT USAGE ON SCHEMA "app" TO "reader"');
});

test.each([
  ['connect ECONNREFUSED 10.0.0.1:5432', 'SERVICE_UNREACHABLE'],
  ['Connection terminated unexpectedly', 'SERVICE_UNREACHABLE'],
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'ENVIRONMENT_INVALID'],
  ['The server does not support SSL connections', 'ENVIRONMENT_INVALID'],
  ['self-signed certificate in certificate chain', 'ENVIRONMENT_INVALID'],
])('without a SQLSTATE, "%s" is %s', (message, code) => {
  expect(toPostgresError(new Error(message), step, settings).code).toBe(code);
});

test('an error of the system is not taken for one of the server', () => {
  const error = Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
  expect(toPostgresError(error, step, settings)).toMatchObject({ code: 'SERVICE_UNREACHABLE', details: {} });
});

test('no password is left, as it is or encoded or in an address, and no cause', () => {
  const error = toPostgresError(new Error('p@ss p%40ss\npostgres://x:other@h/d'), step, settings);
  expect(error.message).toMatch(/: \*\*\* \*\*\* postgres:\/\/\*\*\*@h\/d$/);
  expect(error.cause).toBeUndefined();
  expect(withoutSecrets('nothing secret', settings)).toBe('nothing secret');
});
