/** Every trial's value in the order of the plan, and the best one so far. */
import { elementAt } from '../contracts/element-at.ts';
import { trialIdOf } from '../contracts/ids.ts';
import { improvements } from '../policy/ranking.ts';
import { COLOUR, chart, cross, dot, legend, WIDE_FRAME, WIDE_SIZE, xAxis, yAxis } from './chart.ts';
import { linearScale, withWholeTicks } from './scale.ts';
import { path } from './svg.ts';
import {
  bestOf,
  hoverText,
  metricTitle,
  omissionText,
  type ShownTrial,
  type SweepReportInput,
  sampleEvenly,
  shownTrials,
} from './sweep-facts.ts';

const MOST_MARKS = 2000;

export const optimisationHistory = (input: SweepReportInput): string => {
  const { objective } = input;
  const shown = shownTrials(input);
  const best = bestOf(input);
  const marks = sampleEvenly(shown, MOST_MARKS, best);
  const x = linearScale(
    [0, ...shown.map(({ index }) => index)],
    { from: WIDE_FRAME.left + 8, to: WIDE_FRAME.right - 8 },
    8,
  );
  const y = linearScale(
    shown.map(({ value }) => value),
    { from: WIDE_FRAME.bottom - 8, to: WIDE_FRAME.top + 8 },
  );
  const steps: [number, number][] = [];
  let before: ShownTrial | null = null;
  for (const trial of improvements(shown, objective.direction)) {
    if (before !== null) {
      steps.push([x.position(trial.index), y.position(before.value)]);
    }
    steps.push([x.position(trial.index), y.position(trial.value)]);
    before = trial;
  }
  if (before !== null) {
    steps.push([x.position(elementAt(shown, shown.length - 1).index), y.position(before.value)]);
  }
  const found = best === null ? 'No trial has a value.' : `Best: ${trialIdOf(best.index)}, ${best.value.toFixed(4)}.`;
  return chart(
    {
      ...WIDE_SIZE,
      title: 'Optimisation history',
      subtitle: `${found}${omissionText(marks.length, shown.length, 'trials')}`,
    },
    xAxis(withWholeTicks(x), WIDE_FRAME, 'trial, in the order of the plan'),
    yAxis(y, WIDE_FRAME, metricTitle(objective)),
    ...marks.map((trial) =>
      trial.status === 'completed'
        ? dot(x.position(trial.index), y.position(trial.value), COLOUR.completed, hoverText(trial))
        : cross(x.position(trial.index), y.position(trial.value), COLOUR.pruned, hoverText(trial)),
    ),
    path(steps, { stroke: COLOUR.best, 'stroke-width': 2 }),
    legend(
      [
        { mark: 'dot', colour: COLOUR.completed, text: 'completed' },
        { mark: 'cross', colour: COLOUR.pruned, text: 'pruned, last value' },
        { mark: 'line', colour: COLOUR.best, text: 'best so far' },
      ],
      WIDE_FRAME.left + 6,
      76,
    ),
  );
};
