import { expect, test } from 'vitest';
import { joinBelow, staysBelow } from '../../../contracts/join-below.ts';

test.each(['model.json', 'user_tower/weights.bin', '.hidden', 'a..b/c', '...', 'large file + 1.bin', 'größe.bin'])(
  '"%s" stays in its folder',
  (path) => {
    expect(staysBelow(path)).toBe(true);
    expect(joinBelow('/home/models/run', path, 'model')).toBe(`/home/models/run/${path}`);
  },
);

test.each([
  '',
  '.',
  '..',
  '../x',
  'a/../../x',
  'a/..',
  '/etc/passwd',
  'a//b',
  'a/',
  './a',
  'a\\..\\b',
  'a\u0000b',
  'a\nb',
])('%j is refused', (path) => {
  expect(() => joinBelow('/home/models/run', path, 'model of run 1')).toThrow(
    expect.objectContaining({
      code: 'UPSTREAM_REJECTED',
      message: `model of run 1: got "${path}", expected a path that stays in its folder`,
    }),
  );
});
