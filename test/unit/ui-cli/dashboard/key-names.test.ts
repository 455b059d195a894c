/** Keys as Ink tells of them. */
import type { Key } from 'ink';
import { expect, test } from 'vitest';
import { keyNames } from '../../../../ui-cli/dashboard/program/key-names.ts';

const NO_KEY = {} as Key;

test.each([
  ['gate\r', ['g', 'a', 't', 'e', 'enter']],
  // Emptied and typed anew, over a slow line.
  ['\u0015lr<1\u0017\b\r', ['ctrl-u', 'l', 'r', '<', '1', 'ctrl-w', 'backspace', 'enter']],
  ['q\u001a\u0003', ['q', 'ctrl-z', 'ctrl-c']],
  ['a\u0000\u001c\u0085b', ['a', 'b']],
])('several keys that come at once are each one: %j', (input, names) => {
  expect(keyNames(input, NO_KEY)).toEqual(names);
});

test('one alone has the name that Ink gives it', () => {
  expect(keyNames('u', { ...NO_KEY, ctrl: true })).toEqual(['ctrl-u']);
  expect(keyNames('', { ...NO_KEY, return: true })).toEqual(['enter']);
});
