import { expect, it } from 'vitest';
import { isObject } from '../../../../contracts/is-object.ts';
import { additionSchema } from '../../../../serving/additions/feature-schema.ts';
import { createValidatorCompiler } from '../../../../serving/http/validation.ts';

const validate = createValidatorCompiler()({
  schema: additionSchema('item', { fields: [], takesText: false, embeddingDim: 2 }),
  ...{ method: 'POST', url: '/api/items', httpPart: 'body' },
});

const refusalOf = (embedding: readonly unknown[]): string | null => {
  const result: unknown = validate({ item_id: 'x', embedding });
  return isObject(result) && result.error instanceof Error ? result.error.message : null;
};

it('takes an embedding that is finite in float32, and names the number that is too large', () => {
  expect(refusalOf([1e9, -1e9])).toBeNull();
  expect(refusalOf([0, -1e38])).toMatch(/embedding.*-1e\+38/);
  expect(refusalOf([1.1e9, 0])).toMatch(/embedding.*1100000000/);
  expect(refusalOf([1])).toContain('embedding');
});
