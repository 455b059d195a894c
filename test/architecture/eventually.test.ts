import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';

const FAST = { withinMs: 20, everyMs: 1 };

test('returns the first thing seen that is so', async () => {
  let count = 0;
  expect(
    await eventually(
      'a third look',
      () => {
        count += 1;
        return count;
      },
      (seen) => seen >= 3,
      { withinMs: 60_000, everyMs: 1 },
    ),
  ).toBe(3);
});

test('gives up with what was waited for and what was seen last', async () => {
  const never = eventually(
    'a healthy worker',
    async () => ({ name: 'worker', state: 'starting' }),
    ({ state }) => state === 'healthy',
    FAST,
  );
  await expect(never).rejects.toThrow(
    "waited 20 ms in vain for: a healthy worker; seen last: { name: 'worker', state: 'starting' }",
  );
});

test('a look that fails ends it, with its own error', async () => {
  const gone = new Error('no such service');
  await expect(
    eventually(
      'a service',
      () => Promise.reject(gone),
      () => true,
      FAST,
    ),
  ).rejects.toBe(gone);
});
