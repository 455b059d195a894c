/** The value over each parameter alone: one panel a parameter. */
import { COLOUR, chart, cross, dot, type Frame, xAxis, yAxis } from './chart.ts';
import { linearScale, parameterScale } from './scale.ts';
import { shortened } from './svg.ts';
import {
  bestOf,
  hoverText,
  metricTitle,
  omissionText,
  type SweepReportInput,
  sampleEvenly,
  shownTrials,
} from './sweep-facts.ts';

const PANEL = { width: 286, height: 230 };
const COLUMNS = 3;
const MOST_PANELS = 12;
const MOST_MARKS = 400;
/** Pixels, about. */
const CHARACTER_WIDTH = 7;

export const slices = (input: SweepReportInput): string => {
  const { objective, space } = input;
  const shown = shownTrials(input);
  const best = bestOf(input);
  const marks = sampleEvenly(shown, MOST_MARKS, best);
  const keys = [...new Set([...Object.keys(space), ...shown.flatMap(({ params }) => Object.keys(params))])];
  const panels = keys.slice(0, MOST_PANELS).map((key, index) => {
    const left = 76 + (index % COLUMNS) * PANEL.width;
    const top = 70 + Math.floor(index / COLUMNS) * PANEL.height;
    const frame: Frame = { left, right: left + PANEL.width - 82, top, bottom: top + PANEL.height - 62 };
    const values = shown.flatMap(({ params }) => (params[key] === undefined ? [] : [params[key]]));
    const x = parameterScale(values, space[key], { from: frame.left + 8, to: frame.right - 8 });
    const every = Math.ceil(x.ticks.length / 4);
    const y = linearScale(
      shown.map(({ value }) => value),
      { from: frame.bottom - 8, to: frame.top + 8 },
    );
    const drawn = marks.map((trial) => {
      const value = trial.params[key];
      if (value === undefined) {
        return '';
      }
      const at = [x.position(value), y.position(trial.value)] as const;
      if (trial === best) {
        return dot(...at, COLOUR.best, hoverText(trial));
      }
      return trial.status === 'completed'
        ? dot(...at, COLOUR.completed, hoverText(trial))
        : cross(...at, COLOUR.pruned, hoverText(trial));
    });
    const kept = x.ticks.filter((_, place) => place % every === 0);
    // One less than fit, or neighbours would touch.
    const characters = Math.floor((frame.right - frame.left) / Math.max(1, kept.length) / CHARACTER_WIDTH) - 1;
    const ticks = kept.map(({ at, label }) => ({ at, label: shortened(label, characters) }));
    return (
      xAxis({ ...x, ticks }, frame, shortened(key, 32)) +
      yAxis(y, frame, index % COLUMNS === 0 ? metricTitle(objective) : '') +
      drawn.join('')
    );
  });
  const rows = Math.max(1, Math.ceil(panels.length / COLUMNS));
  return chart(
    {
      width: 76 + COLUMNS * PANEL.width - 56,
      height: 76 + rows * PANEL.height,
      title: 'Slices',
      subtitle:
        'Blue dots: completed, crosses: pruned with their last value, orange: the best.' +
        omissionText(marks.length, shown.length, 'trials') +
        omissionText(panels.length, keys.length, 'parameters'),
    },
    ...panels,
  );
};
