import { expect, test } from 'vitest';
import { nearestName } from '../../../config/nearest.ts';
import { editDistance } from '../../../policy/nearest.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['', 'abc', 3],
  // One letter too many, one too few, one wrong, two swapped: 1 each.
  ['runn', 'run', 1],
  ['rn', 'run', 1],
  ['rum', 'run', 1],
  ['rnu', 'run', 1],
  // k to s, e to i, g added.
  ['kitten', 'sitting', 3],
])('the distance of %j and %j is %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});

test.each([
  ['learning-rate', ['learning_rate', 'batch_size'], 'learning_rate'],
  ['Seed', ['seed', 'name'], 'seed'],
  ['embed', ['embedding_dim', 'dropout_rate'], 'embedding_dim'],
  ['drop', ['dropout_rate', 'dropout_rate_middle'], null],
  ['xyz', ['seed', 'name'], null],
  ['seed', [], null],
])('%j among %j means %j', (name, known, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});
