import { expect, test } from 'vitest';
import { createScheduler } from '../../../../policy/schedulers/create-scheduler.ts';
import { describeScheduler } from '../../../suites/scheduler-suite.ts';
import { SCHEDULER_SETTINGS } from '../../../support/experiment-fixtures.ts';

test('the only rung is the last epoch', () => {
  expect(createScheduler({ ...SCHEDULER_SETTINGS, min_epochs: 2 }, 50).rungs(3)).toEqual([50]);
});

describeScheduler('none');
