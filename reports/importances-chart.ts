/** How much each parameter mattered, as bars. */
import type { ParameterImportances } from '../contracts/importance.ts';
import { COLOUR, chart, type Frame, xAxis } from './chart.ts';
import { linearScale } from './scale.ts';
import { element, label, shortened } from './svg.ts';
import { metricTitle, omissionText, type SweepReportInput } from './sweep-facts.ts';

const ROW = 30;
const TOP = 68;
const MOST_BARS = 20;

export const importancesChart = ({ objective }: SweepReportInput, importances: ParameterImportances): string => {
  const title = 'Parameter importances';
  if (importances.kind === 'unknown') {
    return chart({ width: 860, height: 70, title, subtitle: `${importances.reason}.` });
  }
  const bars = importances.shares.slice(0, MOST_BARS);
  const frame: Frame = { left: 230, right: 810, top: TOP, bottom: TOP + bars.length * ROW };
  const x = linearScale([0, 100], { from: frame.left, to: frame.right });
  return chart(
    {
      width: 860,
      height: frame.bottom + 54,
      title,
      subtitle:
        `Where differences in ${metricTitle(objective)} between ${importances.trials} completed trials come from (fANOVA).` +
        omissionText(bars.length, importances.shares.length, 'parameters'),
    },
    xAxis(x, frame, 'share of the explained variance, %'),
    ...bars.map(({ key, share }, row) => {
      const y = frame.top + row * ROW;
      const width = x.position(share * 100) - frame.left;
      return (
        element('rect', { x: frame.left, y: y + 5, width, height: ROW - 10, fill: COLOUR.completed }) +
        label(shortened(key, 32), frame.left - 8, y + ROW / 2 + 4, { 'text-anchor': 'end' }) +
        label(`${(share * 100).toFixed(1)} %`, frame.left + width + 6, y + ROW / 2 + 4, {
          fill: COLOUR.quiet,
          stroke: '#ffffff',
          'stroke-width': 3,
          'paint-order': 'stroke',
        })
      );
    }),
  );
};
