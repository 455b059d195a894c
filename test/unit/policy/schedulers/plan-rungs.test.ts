import { expect, test } from 'vitest';
import { planRungs } from '../../../../policy/schedulers/plan-rungs.ts';
import { resolvedConfig, SCHEDULER_SETTINGS } from '../../../support/experiment-fixtures.ts';

const { sweep, training } = resolvedConfig();
const configOf = (type: 'asha' | 'hyperband') =>
  resolvedConfig({
    sweep: sweep && { ...sweep, scheduler: { ...SCHEDULER_SETTINGS, type } },
    training: { ...training, num_epochs: 9 },
  });

test('an experiment without a sweep trains to its end', () => {
  expect(planRungs({ ...configOf('asha'), sweep: null }, 1)).toEqual([[9]]);
});

test('what many trials share stands once', () => {
  expect(planRungs(configOf('asha'), 40)).toEqual([[1, 3, 9]]);
});

test('as many kinds as the trials there are belong to', () => {
  expect(planRungs(configOf('hyperband'), 1)).toEqual([[1, 3, 9]]);
  expect(planRungs(configOf('hyperband'), 17)).toHaveLength(3);
});
