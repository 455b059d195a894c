import type { FastifySchemaCompiler } from 'fastify';
import { expect, it } from 'vitest';
import { additionSchema } from '../../../../serving/additions/feature-schema.ts';
import { RefusedRequest } from '../../../../serving/http/refusal.ts';
import { BATCH_BODY, EVENTS_BODY, recommendationQuery, type Schema } from '../../../../serving/http/schemas.ts';
import { createValidatorCompiler } from '../../../../serving/http/validation.ts';

const EVENT = { event_id: 'e', user_id: 'u', item_id: 'i', type: 'view' };

type Part = Parameters<FastifySchemaCompiler<Schema>>[0]['httpPart'];

/** Message and hint. */
const refusalOf = (schema: Schema, data: unknown, httpPart: Part = 'body'): readonly [string, string] => {
  const validate = createValidatorCompiler()({ schema, httpPart, method: 'POST', url: '/' });
  const result: unknown = validate(data);
  const error = typeof result === 'object' && result !== null && 'error' in result ? result.error : null;
  if (!(error instanceof RefusedRequest)) {
    throw new Error(`not refused: ${JSON.stringify(result)}`);
  }
  return [error.refusal.message, error.refusal.hint];
};

it('http/validation: names every mistake of a body, quotes it as it was sent, and the nearest of an unknown key', () => {
  expect(refusalOf(BATCH_BODY, { limit: 2, user_id: 1 })).toEqual([
    'body: got {"limit":2,"user_id":1}, in which user_ids is missing, user_id is no known key',
    'Did you mean user_ids? Change body; /openapi.json shows what it may be.',
  ]);
  const [message, hint] = refusalOf(BATCH_BODY, {
    user_ids: [7],
    limit: 0,
    ofset: 1,
    dampng: 1,
    filters: { type: [1] },
  });
  expect(message).toContain('body: got {"user_ids":[7],"limit":0,"ofset":1,"dampng":1,"filters":{"t…, in which');
  expect(message).toContain('in which ofset, dampng are no known keys; ');
  expect(message).toContain('limit: got 0, which must be >= 1; ');
  expect(message).toContain('user_ids.0: got 7, which must be string; ');
  expect(message).toContain('filters.type.0: got 1, which must be string');
  expect(hint).toContain('Did you mean offset by ofset? Did you mean damping by dampng?');
});

it.each([
  [{ ...EVENT, type: undefined, tipe: 'view' }, 'in which type is missing, tipe is no known key', 'Did you mean type?'],
  [{ event_id: 'e' }, 'in which user_id, item_id, type are missing', 'Change body'],
  [{ evnts: [EVENT] }, 'in which events is missing, evnts is no known key', 'Did you mean events?'],
  [{ events: 7 }, 'events: got 7, which must be array', 'Change events'],
  [
    { events: [EVENT, { ...EVENT, event_id: 1, ocurred_at: 'x' }] },
    'in which ocurred_at is no known key; events.1.event_id: got 1, which must be string',
    'Did you mean occurred_at?',
  ],
])('http/validation: of an event or several, %j is read as what it is like', (sent, message, hint) => {
  const body: unknown = JSON.parse(JSON.stringify(sent));
  const [said, remedy] = refusalOf(EVENTS_BODY, body);
  expect(said).toContain(message);
  expect(remedy).toContain(hint);
});

it('http/validation: names all types of which a value may be one', () => {
  const schema = additionSchema('item', { fields: [{ name: 'a', kind: 'any' }], takesText: true, embeddingDim: null });
  expect(refusalOf(schema, { item_id: 'i', features: { a: true }, text: 1 })[0]).toBe(
    'text: got 1, which must be string; features.a: got true, which must be string or null or array or number',
  );
});

it('http/validation: names every wrong parameter of an address', () => {
  expect(refusalOf(recommendationQuery([]), { limit: '0', engine: 'oracle' }, 'querystring')).toEqual([
    'limit: got 0, which must be >= 1; engine: got "oracle", which must be equal to one of the allowed values: two_tower, content, popularity',
    'Change limit, engine; /openapi.json shows what it may be.',
  ]);
});

it('http/validation: stays short however much is wrong', () => {
  const many = Array.from({ length: 1000 }, (_, n) => n);
  const [message] = refusalOf(BATCH_BODY, { user_ids: ['u'], exclude: many });
  // More than are looked through.
  expect(message).toBe('exclude.0: got 0, which must be string');
  const keys = Object.fromEntries(many.slice(0, 100).map((n) => [`${n}${'x'.repeat(1000)}`, n]));
  expect(refusalOf(BATCH_BODY, { user_ids: ['u'], ...keys })[0]).toMatch(
    /^body: got .{0,600}, 95 more are no known keys$/,
  );
  expect(refusalOf(BATCH_BODY, { user_ids: ['u'], exclude: many.slice(0, 9) })[0]).toMatch(/; 4 more$/);
});
