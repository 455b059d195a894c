/** One line a trial through one axis a parameter, the darker the better. */
import { trialIdOf } from '../contracts/ids.ts';
import type { ParameterValue } from '../contracts/trial.ts';
import { rankTrials } from '../policy/ranking.ts';
import { COLOUR, chart } from './chart.ts';
import { linearScale, parameterScale, type Scale } from './scale.ts';
import { shade } from './shades.ts';
import { element, label, path, shortened } from './svg.ts';
import {
  bestOf,
  metricTitle,
  omissionText,
  type ShownTrial,
  type SweepReportInput,
  sampleEvenly,
  shownTrials,
} from './sweep-facts.ts';

const TOP = 108;
const BOTTOM = 386;
/** Where lines pass an axis whose parameter their trial does not have. */
const NOT_SET = BOTTOM + 22;
const AXIS_DISTANCE = 150;
const MOST_LINES = 400;
const MOST_AXES = 12;

interface Axis {
  readonly name: string;
  readonly scale: Scale;
  readonly pick: (trial: ShownTrial) => ParameterValue | undefined;
  /** Some trials do not have the parameter: it depends on another one. */
  readonly isConditional: boolean;
}

const drawAxis = ({ name, scale, isConditional }: Axis, x: number, index: number): string =>
  element('line', { x1: x, x2: x, y1: TOP, y2: BOTTOM, stroke: COLOUR.axis }) +
  // Names of neighbours stand on two heights, or long ones would meet.
  label(shortened(name, 34), x, index % 2 === 0 ? TOP - 12 : TOP - 29, { 'text-anchor': 'middle' }) +
  [...scale.ticks, ...(isConditional ? [{ at: NOT_SET, label: 'not set' }] : [])]
    .map(
      ({ at, label: text }) =>
        element('line', { x1: x - 4, x2: x, y1: at, y2: at, stroke: COLOUR.axis }) +
        label(shortened(text, 14), x - 7, at + 4, {
          'text-anchor': 'end',
          'font-size': 11,
          fill: COLOUR.quiet,
          stroke: '#ffffff',
          'stroke-width': 3,
          'paint-order': 'stroke',
        }),
    )
    .join('');

export const parallelCoordinates = (input: SweepReportInput): string => {
  const { objective, space } = input;
  const shown = shownTrials(input);
  const best = bestOf(input);
  const lines = rankTrials(sampleEvenly(shown, MOST_LINES, best), objective.direction).toReversed();
  const keys = [...new Set([...Object.keys(space), ...shown.flatMap(({ params }) => Object.keys(params))])];
  const range = { from: BOTTOM, to: TOP };
  const axes: readonly Axis[] = [
    ...keys.slice(0, MOST_AXES).map((key) => {
      const values = shown.flatMap(({ params }) => (params[key] === undefined ? [] : [params[key]]));
      return {
        name: key,
        scale: parameterScale(values, space[key], range),
        pick: ({ params }: ShownTrial) => params[key],
        isConditional: values.length < shown.length,
      };
    }),
    {
      name: metricTitle(objective),
      scale: linearScale(
        shown.map(({ value }) => value),
        range,
      ),
      pick: ({ value }) => value,
      isConditional: false,
    },
  ];
  const xOf = (axis: number): number => 110 + axis * AXIS_DISTANCE;
  const [worst, top] = [lines[0]?.value ?? 0, lines.at(-1)?.value ?? 1];
  const drawLine = (trial: ShownTrial): string => {
    const points = axes.map(({ scale, pick }, axis) => {
      const value = pick(trial);
      return [xOf(axis), value === undefined ? NOT_SET : scale.position(value)] as const;
    });
    const look =
      trial === best
        ? { stroke: COLOUR.best, 'stroke-width': 2.5 }
        : { stroke: shade((trial.value - worst) / (top - worst || 1)), 'stroke-opacity': 0.7, 'stroke-width': 1.2 };
    const dash = trial.status === 'pruned' ? { 'stroke-dasharray': '4 3' } : {};
    return path(points, { ...look, ...dash });
  };
  const bestText = best === null ? '' : ` ${trialIdOf(best.index)}, the best, in orange.`;
  return chart(
    {
      width: Math.max(520, xOf(axes.length - 1) + 90),
      height: 436,
      title: 'Parallel coordinates',
      subtitle:
        `Darker is better, pruned trials are dashed.${bestText}` +
        omissionText(lines.length, shown.length, 'trials') +
        omissionText(Math.min(keys.length, MOST_AXES), keys.length, 'parameters'),
    },
    ...lines.filter((trial) => trial !== best).map(drawLine),
    best === null ? '' : drawLine(best),
    ...axes.map((axis, index) => drawAxis(axis, xOf(index), index)),
  );
};
