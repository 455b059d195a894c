import { expect, test } from 'vitest';
import { TtExpError } from '../../../contracts/errors.ts';
import { serverName } from '../../../contracts/source-reading.ts';
import { identityOf, readConnectionSettings } from '../../../pipeline/sources/postgres/connection-settings.ts';

const SECRET = 'gR7:@/#k';
const ENCODED = encodeURIComponent(SECRET);

const refusal = (environment: Readonly<Record<string, string | undefined>>): TtExpError => {
  try {
    readConnectionSettings(environment, 'APP_DB');
  } catch (error) {
    if (error instanceof TtExpError) {
      return error;
    }
    throw error;
  }
  throw new Error('it was not refused');
};

test('pipeline/sources/postgres/connection-settings: takes every part out of the address', () => {
  const settings = readConnectionSettings(
    { APP_DB: `postgresql://reader:${ENCODED}@db.example:6432/app?sslmode=no-verify` },
    'APP_DB',
  );
  expect(settings).toMatchObject({ toldBy: 'APP_DB', host: 'db.example', port: 6432, user: 'reader', database: 'app' });
  const url = new URL(settings.connectionUrl);
  expect(decodeURIComponent(url.password)).toBe(SECRET);
  expect(url.searchParams.get('sslmode')).toBe('no-verify');
});

test('pipeline/sources/postgres/connection-settings: completes the address by PG variables', () => {
  const settings = readConnectionSettings(
    {
      APP_DB: 'postgres://db.example',
      PGUSER: 'reader',
      PGPASSWORD: SECRET,
      PGDATABASE: 'app',
      PGPORT: '6432',
      PGSSLMODE: 'no-verify',
    },
    'APP_DB',
  );
  expect(settings).toMatchObject({ host: 'db.example', port: 6432, user: 'reader', database: 'app' });
  expect(decodeURIComponent(new URL(settings.connectionUrl).password)).toBe(SECRET);
  expect(new URL(settings.connectionUrl).searchParams.get('sslmode')).toBe('no-verify');
});

test('pipeline/sources/postgres/connection-settings: the address counts more than PG variables', () => {
  const settings = readConnectionSettings(
    {
      APP_DB: 'postgres://reader:x@db.example:5433/app?sslmode=disable',
      PGHOST: 'other',
      PGUSER: 'other',
      PGPORT: '1',
      PGDATABASE: 'other',
      PGSSLMODE: 'require',
    },
    'APP_DB',
  );
  expect(settings).toMatchObject({ host: 'db.example', port: 5433, user: 'reader', database: 'app' });
  expect(new URL(settings.connectionUrl).searchParams.get('sslmode')).toBe('disable');
});

test('pipeline/sources/postgres/connection-settings: PG variables alone are enough', () => {
  const settings = readConnectionSettings({ PGHOST: '/run/postgresql', PGUSER: 'reader', PGDATABASE: 'app' }, 'APP_DB');
  expect(settings).toMatchObject({
    toldBy: 'PG*',
    host: '/run/postgresql',
    port: 5432,
    user: 'reader',
    database: 'app',
  });
  expect(new URL(settings.connectionUrl).searchParams.get('host')).toBe('/run/postgresql');
});

test.each([
  ['postgres://reader@/app?host=/run/postgresql', '/run/postgresql', 'app'],
  ['postgres:///app?host=/run/postgresql&user=reader', '/run/postgresql', 'app'],
  ['postgres://reader@[::1]/app', '::1', 'app'],
  ['postgres://reader@db.example', 'db.example', 'reader'],
])('pipeline/sources/postgres/connection-settings: reads %s', (address, host, database) => {
  expect(readConnectionSettings({ APP_DB: address }, 'APP_DB')).toMatchObject({ host, database, user: 'reader' });
});

test.each([
  ['nothing is set', {}, /^APP_DB: not set, and neither PGHOST nor PGDATABASE/],
  ['the address is empty', { APP_DB: ' ' }, /^APP_DB: not set/],
  ['it is of another database', { APP_DB: `mysql://u:${ENCODED}@h/d` }, /does not begin with postgres:/],
  ['it is no address', { APP_DB: `u:${ENCODED}@h:99999999/d` }, /^APP_DB: got an address/],
  ['a percent sign stands alone', { APP_DB: `postgres://u:${ENCODED}%zz@h/d` }, /a broken %XX/],
  ['the port is none', { PGHOST: 'h', PGPORT: 'abc', PGPASSWORD: SECRET }, /^PG\*: got a port/],
])(
  'pipeline/sources/postgres/connection-settings: refuses it without telling the password where %s',
  (_what, environment, message) => {
    const error = refusal(environment);
    expect(error).toMatchObject({ code: 'ENVIRONMENT_INVALID', message: expect.stringMatching(message) });
    const told = JSON.stringify([error.message, error.hint, error.details, String(error.cause), error.stack]);
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain(ENCODED);
  },
);

test('pipeline/sources/postgres/connection-settings: the name of the server holds no password', () => {
  const settings = readConnectionSettings({ APP_DB: `postgres://reader:${ENCODED}@db.example/app` }, 'APP_DB');
  expect(serverName(settings)).toBe('Postgres at db.example:5432, database app');
});

const identify = (environment: Readonly<Record<string, string>>) =>
  identityOf(readConnectionSettings(environment, 'APP_DB'));

test('pipeline/sources/postgres/connection-settings: the identity is host, port, database and user, whoever told them, and no secret', () => {
  const expected = { host: 'db.example', port: 6432, database: 'app', user: 'reader', options: null };
  const identity = identify({ APP_DB: `postgres://reader:${ENCODED}@db.example:6432/app?sslmode=require` });
  expect(identity).toEqual(expected);
  expect(
    identify({ PGHOST: 'db.example', PGPORT: '6432', PGDATABASE: 'app', PGUSER: 'reader', PGPASSWORD: 'another' }),
  ).toEqual(expected);
});

test('pipeline/sources/postgres/connection-settings: a session that starts with another search_path is another source', () => {
  const plain = { APP_DB: 'postgres://reader:x@db.example/app' };
  const inUrl = { APP_DB: `${plain.APP_DB}?options=-csearch_path%3Dtenant_b` };
  const inVariable = { ...plain, PGOPTIONS: '-csearch_path=tenant_b' };
  const { options } = identify(inUrl);
  expect(options).toMatch(/^[0-9a-f]{16}$/);
  expect(identify(inVariable).options).toBe(options);
  expect(identify({ ...plain, PGOPTIONS: '-csearch_path=tenant_a' }).options).not.toBe(options);
  const { connectionUrl } = readConnectionSettings(inVariable, 'APP_DB');
  expect(new URL(connectionUrl).searchParams.get('options')).toBe('-csearch_path=tenant_b');
});
