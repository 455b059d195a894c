import { expect, test } from 'vitest';
import { CIRCUMSTANCES } from '../../../../contracts/reproduction.ts';
import { compareCircumstances } from '../../../../policy/reproduction/compare-circumstances.ts';

const KNOWN = {
  training_code: 'c0de',
  git_commit: 'abc',
  tensorflow_backend: 'native',
  tensorflow_library: 'libtensorflow 2.21.0',
  precision: 'float32',
  threads: '1',
};

test('names what differs, what does not, and what nobody knows', () => {
  const here = { ...KNOWN, git_commit: null, threads: '2' };
  const found = compareCircumstances({ ...KNOWN, training_code: null }, here);
  expect(found.map(({ name, isEqual }) => [name, isEqual])).toEqual([
    ['training_code', null],
    ['git_commit', null],
    ['tensorflow_backend', true],
    ['tensorflow_library', true],
    ['precision', true],
    ['threads', false],
  ]);
  expect(found.map(({ name }) => name)).toEqual([...CIRCUMSTANCES]);
  expect(found.at(-1)).toMatchObject({ recorded: '1', here: '2' });
});
