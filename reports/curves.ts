/** What each trial showed at its rungs. */
import { COLOUR, chart, cross, dot, legend, WIDE_FRAME, WIDE_SIZE, xAxis, yAxis } from './chart.ts';
import { linearScale, withWholeTicks } from './scale.ts';
import { path } from './svg.ts';
import {
  bestOf,
  hoverText,
  metricTitle,
  omissionText,
  type SweepReportInput,
  sampleEvenly,
  shownTrials,
} from './sweep-facts.ts';

const MOST_CURVES = 200;

/** null where no trial reported at more than one epoch. */
export const curves = (input: SweepReportInput): string | null => {
  const shown = shownTrials(input);
  const best = bestOf(input);
  const drawn = sampleEvenly(
    shown.filter(({ reports }) => reports.length > 0),
    MOST_CURVES,
    best,
  );
  const points = drawn.flatMap(({ reports }) => reports).filter(({ value }) => Number.isFinite(value));
  if (!drawn.some(({ reports }) => reports.length > 1)) {
    return null;
  }
  const x = linearScale(
    [0, ...points.map(({ epoch }) => epoch)],
    { from: WIDE_FRAME.left, to: WIDE_FRAME.right - 8 },
    10,
  );
  const y = linearScale(
    points.map(({ value }) => value),
    { from: WIDE_FRAME.bottom - 8, to: WIDE_FRAME.top + 8 },
  );
  return chart(
    {
      ...WIDE_SIZE,
      title: 'Learning curves',
      subtitle: `Best value so far at the end of each rung.${omissionText(drawn.length, shown.length, 'trials')}`,
    },
    xAxis(withWholeTicks(x), WIDE_FRAME, 'epoch'),
    yAxis(y, WIDE_FRAME, metricTitle(input.objective)),
    ...[...drawn.filter((trial) => trial !== best), ...(best === null ? [] : [best])].map((trial) => {
      const line = trial.reports
        .filter(({ value }) => Number.isFinite(value))
        .map(({ epoch, value }) => [x.position(epoch), y.position(value)] as const);
      const end = line.at(-1);
      const colour = trial === best ? COLOUR.best : trial.status === 'pruned' ? COLOUR.pruned : COLOUR.completed;
      return (
        path(line, { stroke: colour, 'stroke-width': trial === best ? 2.5 : 1.2, 'stroke-opacity': 0.8 }) +
        (trial.status === 'pruned' && end !== undefined ? cross(...end, COLOUR.pruned, hoverText(trial)) : '') +
        (trial === best && end !== undefined ? dot(...end, COLOUR.best, hoverText(trial)) : '')
      );
    }),
    legend(
      [
        { mark: 'line', colour: COLOUR.completed, text: 'completed' },
        { mark: 'cross', colour: COLOUR.pruned, text: 'pruned' },
        { mark: 'line', colour: COLOUR.best, text: 'the best' },
      ],
      WIDE_FRAME.left + 6,
      76,
    ),
  );
};
