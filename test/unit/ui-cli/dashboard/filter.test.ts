import { describe, expect, it } from 'vitest';
import { emptyReason, fieldMeant, isMatch, parseFilter } from '../../../../ui-cli/dashboard/table/filter.ts';

const FIELDS = { trial: 'trial-001', 'training.loss': 'bpr', 'training.learning_rate': 0.0005, 'ndcg@10': null };
const isShown = (filter: string): boolean => isMatch(parseFilter(filter), FIELDS, 'trial-001 Completed bpr');

describe('ui-cli/dashboard/table/filter', () => {
  it.each([
    ['', true],
    ['completed', true],
    ['completed failed', false],
    ['loss=bpr', true],
    ['loss!=bpr', false],
    ['loss~BP', true],
    ['lr<0.001', true],
    ['lr<0.0005', false],
    ['lr<=0.0005 loss=bpr trial', true],
    ['lr=5e-4', true],
    ['lr>0.0001', true],
    // A value that is not there is neither above nor below.
    ['ndcg@10<1', false],
    ['ndcg@10>0', false],
    ['depth=3', false],
  ])('%s: %s', (filter, expected) => {
    expect(isShown(filter)).toBe(expected);
  });

  it('a field is meant by its name, its last part, its initials or its beginning', () => {
    const names = Object.keys(FIELDS);
    expect(
      ['TRIAL', 'training.loss', 'loss', 'lr', 'learning', 'ndcg', 'x'].map((text) => fieldMeant(text, names)),
    ).toEqual([
      'trial',
      'training.loss',
      'training.loss',
      'training.learning_rate',
      'training.learning_rate',
      'ndcg@10',
      null,
    ]);
  });

  it.each([
    ['lr>>3', 'lr>>3 is no condition: write it as lr<0.001 or loss=bpr'],
    ['lr<<', 'lr<< is no condition: write it as lr<0.001 or loss=bpr'],
    ['lr>', 'lr> is no condition: a value is missing'],
    ['depth=3 lr<1', 'no field depth; there are trial, training.loss, training.learning_rate, ndcg@10'],
    ['lr<low', 'lr<low compares with no number'],
    ['loss=bp', 'nothing is loss=bp; loss~bp finds parts of words'],
    ['nonsense', 'no row is so'],
  ])('%s leaves no row, because: %s', (filter, reason) => {
    expect(emptyReason(filter, Object.keys(FIELDS))).toBe(reason);
  });
});
