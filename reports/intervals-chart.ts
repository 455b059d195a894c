/** NDCG@10 of each compared model with its interval, the best on top. */
import type { ModelComparison } from '../contracts/local-comparison.ts';
import { subjectLetter } from '../policy/comparison/describe-comparison.ts';
import { COLOUR, chart, dot, type Frame, xAxis } from './chart.ts';
import { linearScale } from './scale.ts';
import { element, escapeMarkup, label, shortened } from './svg.ts';

const ROW = 30;
const TOP = 68;

export const intervalsChart = ({ subjects, best }: ModelComparison): string => {
  const { refs } = best.ndcg_at_10;
  const rows = subjects
    .map(({ ref, metrics }, index) => ({ ref, letter: subjectLetter(index), ...metrics.ndcg_at_10 }))
    .sort((a, b) => b.mean - a.mean);
  const frame: Frame = { left: 300, right: 820, top: TOP, bottom: TOP + rows.length * ROW };
  const x = linearScale(
    rows.flatMap(({ low, high }) => [low, high]),
    { from: frame.left + 8, to: frame.right - 8 },
  );
  return chart(
    {
      width: 860,
      height: frame.bottom + 54,
      title: 'NDCG@10',
      subtitle:
        'Means with their intervals. Orange: all that may be the best. Intervals may overlap though two models differ: see below.',
    },
    xAxis(x, frame, 'NDCG@10'),
    ...rows.map(({ ref, letter, mean, low, high }, row) => {
      const y = frame.top + (row + 0.5) * ROW;
      const colour = refs.includes(ref) ? COLOUR.best : COLOUR.completed;
      return (
        label(shortened(`${letter}  ${ref}`, 40), frame.left - 8, y + 4, { 'text-anchor': 'end' }) +
        element('line', {
          x1: x.position(low),
          x2: x.position(high),
          y1: y,
          y2: y,
          stroke: colour,
          'stroke-width': 2,
        }) +
        dot(
          x.position(mean),
          y,
          colour,
          escapeMarkup(`${ref}: ${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`),
        )
      );
    }),
  );
};
