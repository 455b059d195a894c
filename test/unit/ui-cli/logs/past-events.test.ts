import { expect, test } from 'vitest';
import { NOTHING_TOLD, tellEvents } from '../../../../ui-cli/display/events.ts';
import { trialTimesOf, withTrialTimes } from '../../../../ui-cli/logs/past-events.ts';
import { completedView, trialView } from '../../../support/experiment-views.ts';

const view = (attempt = 1) =>
  completedView({
    trials: [
      trialView(0, { runId: 'run-a', status: 'completed' }),
      trialView(1, { runId: 'run-b', status: 'completed', attempt }),
    ],
  });

const BY_RUN = new Map([
  ['run-a', { startTimeMs: 1_000, endTimeMs: 4_000 }],
  ['run-b', { startTimeMs: 2_000, endTimeMs: 3_000 }],
]);

const told = (seen: ReturnType<typeof view>) =>
  withTrialTimes(tellEvents(NOTHING_TOLD, seen).events, trialTimesOf(seen, BY_RUN));

const subjectsOf = (seen: ReturnType<typeof view>) =>
  told(seen).flatMap(({ subject, atMs }) => (/^(started|ended):trial/.test(subject) ? [[subject, atMs]] : []));

test('trials that trained side by side have their times, and are told in their order', () => {
  expect(subjectsOf(view())).toEqual([
    ['started:trial-000', 1_000],
    ['started:trial-001', 2_000],
    ['ended:trial-001', 3_000],
    ['ended:trial-000', 4_000],
  ]);
});

test('a later attempt has no time of its own: its run began with the first one', () => {
  expect(subjectsOf(view(2))).toContainEqual(['started:trial-001', null]);
});

test('nothing leaves its phase, whatever another clock says, and nothing is lost', () => {
  const subjects = told(view()).map(({ subject }) => subject);
  const phase = subjects.slice(subjects.indexOf('begun:train') + 1, subjects.indexOf('finished:train'));
  expect(phase.filter((subject) => /^(started|ended):trial/.test(subject))).toHaveLength(4);
  expect([...subjects].sort()).toEqual(
    tellEvents(NOTHING_TOLD, view())
      .events.map(({ subject }) => subject)
      .sort(),
  );
});

test('without times the order is as it was', () => {
  const { events } = tellEvents(NOTHING_TOLD, view());
  expect(withTrialTimes(events, new Map())).toEqual(events);
});
