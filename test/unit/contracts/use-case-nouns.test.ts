import { expect, test } from 'vitest';
import { nounsOf } from '../../../contracts/use-case-nouns.ts';

test.each([
  ['developer_startup', 'developer', 'startup'],
  ['Reader_Book', 'reader', 'book'],
  // Not two words.
  ['movies', 'user', 'item'],
  ['music_video_listener', 'user', 'item'],
  ['', 'user', 'item'],
  // Not words that an address could hold.
  ['_startup', 'user', 'item'],
  ['de/v_startup', 'user', 'item'],
])('%j has %ss and %ss', (useCase, user, item) => {
  expect(nounsOf(useCase)).toEqual({ user, users: `${user}s`, item, items: `${item}s` });
});
