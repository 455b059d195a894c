import { expect, test } from 'vitest';
import { TtExpError, toErrorRecord } from '../../../contracts/errors.ts';
import { printable, printableJson } from '../../../contracts/printable.ts';
import { redactError, redactUrls } from '../../../contracts/redact.ts';

test.each([
  [
    'https://me:pass@host/simple, http://t@h/x and https://open/y',
    'https://***@host/simple, http://***@h/x and https://open/y',
  ],
  ['postgres://ada:p@ss@db:5432/x', 'postgres://***@db:5432/x'],
  ['http://:only@host', 'http://***@host'],
  ['see http://host/path/@scope and mail@host', 'see http://host/path/@scope and mail@host'],
  ['postgres://db/x?user=ada&password=secret&sslmode=require', 'postgres://db/x?user=ada&password=***&sslmode=require'],
  ['https://login/start?token=abc#top', 'https://login/start?token=***#top'],
  ['{"a":"x//","b":"me@host"}', '{"a":"x//","b":"me@host"}'],
  ['nothing', 'nothing'],
])('%s', (text, expected) => {
  expect(redactUrls(text)).toBe(expected);
});

const ADDRESS = 'http://ada:secret@host/';

test('an error of ours holds no credentials in message, hint, details and causes', () => {
  const cause = new Error(`cannot reach ${ADDRESS}`, { cause: new Error(ADDRESS) });
  const details = { lines: [ADDRESS], nested: { uri: ADDRESS }, count: 3 };
  const error = new TtExpError('INTERNAL', `got ${ADDRESS}`, { hint: `Correct ${ADDRESS}.`, details, cause });
  expect(toErrorRecord(error)).toEqual({
    code: 'INTERNAL',
    message: 'got http://***@host/',
    hint: 'Correct http://***@host/.',
    details: { lines: ['http://***@host/'], nested: { uri: 'http://***@host/' }, count: 3 },
  });
  expect(error.cause).toBe(cause);
  expect([error.stack, cause.message, cause.stack, (cause.cause as Error).message].join()).not.toContain('secret');
  expect(toErrorRecord(new Error(ADDRESS)).message).toBe('http://***@host/');
});

test('an error whose message has a getter only is redacted too', () => {
  expect(redactError(new DOMException(ADDRESS)).message).toBe('http://***@host/');
});

test('contracts/printable: what is printed holds no credentials, and JSON stays JSON', () => {
  expect(printable(ADDRESS)).toBe('http://***@host/');
  expect(JSON.parse(printableJson({ uri: ADDRESS, next: 'me@host' }))).toEqual({
    uri: 'http://***@host/',
    next: 'me@host',
  });
});
