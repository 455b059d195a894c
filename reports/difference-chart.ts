/** The mean per-user difference with its interval, beside 0 and what it has to exceed. */
import type { ConfidenceInterval } from '../contracts/gate.ts';
import { percentText } from '../policy/gate/rules/gate-text.ts';
import { COLOUR, chart, dot, type Frame, xAxis } from './chart.ts';
import { differenceText } from './gate-facts.ts';
import { linearScale } from './scale.ts';
import { element, escapeMarkup, label } from './svg.ts';

const WIDTH = 860;
const FRAME: Frame = { left: 76, right: 836, top: 76, bottom: 136 };

/** On the side of the line where there is room for it. */
const boundLabelAt = (place: number): readonly [x: number, y: number, attributes: Readonly<Record<string, string>>] =>
  place > (FRAME.left + FRAME.right) / 2
    ? [place - 6, FRAME.top + 4, { fill: COLOUR.quiet, 'text-anchor': 'end' }]
    : [place + 6, FRAME.top + 4, { fill: COLOUR.quiet }];

export interface ChartedComparison {
  /** `candidate less champion`. */
  readonly of: string;
  /** What the lower end has to exceed; null: nothing was asked of it. */
  readonly bound: number | null;
}

export const differenceChart = (
  { mean, low, high, confidence }: ConfidenceInterval,
  { of, bound }: ChartedComparison,
): string => {
  const marks = bound === null || bound === 0 ? [0] : [0, bound];
  const x = linearScale([low, mean, high, ...marks], { from: FRAME.left + 8, to: FRAME.right - 8 }, 8);
  const y = (FRAME.top + FRAME.bottom) / 2;
  const text = `${differenceText(mean)} (${differenceText(low)} to ${differenceText(high)})`;
  const stroke = { stroke: COLOUR.completed, 'stroke-width': 2 };
  const end = (value: number): string =>
    element('line', { x1: x.position(value), x2: x.position(value), y1: y - 7, y2: y + 7, ...stroke });
  return chart(
    {
      width: WIDTH,
      height: FRAME.bottom + 54,
      title: `Mean difference ${text}`,
      subtitle: `${of}, with its ${percentText(confidence)} interval. Dashed: what its lower end has to exceed.`,
    },
    xAxis(x, FRAME, 'difference in NDCG@10'),
    ...marks.map((value) =>
      element('line', {
        ...{ x1: x.position(value), x2: x.position(value), y1: FRAME.top - 6, y2: FRAME.bottom },
        ...{ stroke: value === (bound ?? 0) ? COLOUR.best : COLOUR.axis, 'stroke-width': 1.5 },
        ...(bound !== null && value === bound && { 'stroke-dasharray': '5 3' }),
      }),
    ),
    ...(bound === null
      ? []
      : [
          label(
            bound === 0 ? 'must lie above 0' : `must lie above ${differenceText(bound)}`,
            ...boundLabelAt(x.position(bound)),
          ),
        ]),
    element('line', { x1: x.position(low), x2: x.position(high), y1: y, y2: y, ...stroke }),
    end(low),
    end(high),
    dot(x.position(mean), y, COLOUR.completed, escapeMarkup(text)),
  );
};
