/** Curves with axes, in as many rows and columns as there are. Pure. */
import stringWidth from 'string-width';
import { formatTick } from '../../../policy/axis-ticks.ts';
import type { ScreenSize } from '../../display/screen-size.ts';
import { type Line, lineOf, type Role, type Span } from '../core/line.ts';
import { cutText } from '../table/fit-text.ts';
import { type Axis, countAxis, linearAxis, logAxis } from './axis.ts';
import { brailleLines, DOTS_ACROSS, DOTS_DOWN, type Dot, type Drawing } from './braille.ts';
import { smoothed } from './smooth.ts';

export interface Curve {
  readonly name: string;
  readonly role: Role;
  /** One character, drawn at its end and in the legend: tells curves apart without colour. */
  readonly mark: string;
  /** By ascending x; y may be no number. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Dots that are not joined. */
  readonly isScatter?: boolean;
}

export interface PlotOptions {
  readonly title: string;
  readonly isLog: boolean;
  /** Weight of what came before, in [0, 1); 0 draws the values themselves. */
  readonly smoothing: number;
  /** The axis goes at least as far: where running curves will end. */
  readonly mostX?: number;
  /** What the x axis counts. */
  readonly unit: string;
}

interface Shown {
  readonly curve: Curve;
  /** Joined as far as every value can be drawn. */
  readonly strokes: readonly Curve['points'][];
  /** Values that cannot be drawn. */
  readonly infinite: number;
  readonly notPositive: number;
}

/** Least room for dots beside labels. */
const LEAST_CANVAS = 10;
/** With fewer rows there is no legend. */
const ROWS_WITH_LEGEND = 6;
const ROWS_PER_TICK = 4;
const COLUMNS_PER_TICK = 12;

const shownOf = (curve: Curve, { isLog, smoothing }: PlotOptions): Shown => {
  const values = smoothed(
    curve.points.map(({ y }) => y),
    curve.isScatter === true ? 0 : smoothing,
  );
  const strokes: { readonly x: number; readonly y: number }[][] = [];
  let open: { readonly x: number; readonly y: number }[] | null = null;
  let [infinite, notPositive] = [0, 0];
  curve.points.forEach(({ x }, place) => {
    const y = values[place] ?? Number.NaN;
    const isDrawn = Number.isFinite(y) && (!isLog || y > 0);
    infinite += Number.isFinite(y) ? 0 : 1;
    notPositive += Number.isFinite(y) && !isDrawn ? 1 : 0;
    if (!isDrawn) {
      open = null;
    } else if (open === null || curve.isScatter === true) {
      open = [{ x, y }];
      strokes.push(open);
    } else {
      open.push({ x, y });
    }
  });
  return { curve, strokes, infinite, notPositive };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const titleLine = (shown: readonly Shown[], { title, isLog, smoothing }: PlotOptions, columns: number): Line => {
  const infinite = sum(shown.map((one) => one.infinite));
  const notPositive = sum(shown.map((one) => one.notPositive));
  const values = (count: number): string => (count === 1 ? '1 value' : `${count} values`);
  const missing = [
    ...(infinite === 0 ? [] : [`${values(infinite)} not finite`]),
    ...(notPositive === 0 ? [] : [`${values(notPositive)} not above 0`]),
  ].join(', ');
  const how = [title, ...(isLog ? ['log'] : []), ...(smoothing > 0 ? [`smoothed ${smoothing}`] : [])].join(', ');
  // What is left out must be seen: the title gives way.
  const warning = cutText(missing, columns);
  const room = columns - stringWidth(warning) - (warning === '' ? 0 : 2);
  const text = room < 4 ? '' : cutText(how, room);
  return [
    ...(text === '' ? [] : [{ text: warning === '' ? text : `${text}  `, role: 'strong' } satisfies Span]),
    ...(warning === '' ? [] : [{ text: warning, role: 'warn' } satisfies Span]),
  ];
};

const legendLine = (shown: readonly Shown[], columns: number): Line => {
  const spans: Span[] = [];
  let used = 0;
  for (const { curve } of shown) {
    const last = curve.points.at(-1);
    const gap = used === 0 ? '' : '  ';
    const text = `${gap}${curve.mark} ${curve.name}${last === undefined ? ' (no values)' : Number.isFinite(last.y) ? ` ${formatTick(last.y)}` : ''}`;
    if (used + stringWidth(text) > columns) {
      break;
    }
    used += stringWidth(text);
    spans.push({ text, role: curve.role });
  }
  return spans;
};

/** The row of each label; of two in one row the first stays. */
const labelsByRow = (axis: Axis, rows: number): ReadonlyMap<number, string> => {
  const labels = new Map<number, string>();
  for (const { value, label } of axis.ticks) {
    const row = Math.floor(Math.round((1 - axis.share(value)) * (rows * DOTS_DOWN - 1)) / DOTS_DOWN);
    if (!labels.has(row)) {
      labels.set(row, label);
    }
  }
  return labels;
};

/** Labels under their places, those that would touch another left out; the unit where there is room behind them. */
const xLabels = (axis: Axis, columns: number, unit: string): string => {
  let text = '';
  for (const { value, label } of axis.ticks) {
    const column = Math.floor(Math.round(axis.share(value) * (columns * DOTS_ACROSS - 1)) / DOTS_ACROSS);
    const start = Math.max(0, Math.min(columns - label.length, column - Math.floor(label.length / 2)));
    if (text === '' ? start + label.length <= columns : start > text.length) {
      text = text.padEnd(start) + label;
    }
  }
  return text.length + unit.length + 2 <= columns ? `${text}  ${unit}` : text;
};

/** At most `rows` lines, none wider than `columns`: title, plot, x axis and, with enough rows, a legend. */
export const curvePlot = (curves: readonly Curve[], options: PlotOptions, size: ScreenSize): readonly Line[] => {
  const { columns, rows } = size;
  const shown = curves.map((curve) => shownOf(curve, options));
  const title = titleLine(shown, options, columns);
  const points = shown.flatMap(({ strokes }) => strokes.flat());
  const hasLegend = rows >= ROWS_WITH_LEGEND && curves.length > 0;
  const height = rows - 3 - (hasLegend ? 1 : 0);
  const legend = hasLegend ? [legendLine(shown, columns)] : [];
  if (points.length === 0 || height < 1 || columns < 2) {
    const nothing = curves.length === 0 ? 'No trial to draw.' : 'No values to draw.';
    const text = points.length === 0 ? nothing : '';
    return [title, lineOf(cutText(text, columns), 'dim'), ...legend].slice(0, Math.max(0, rows));
  }
  const ys = points.map(({ y }) => y);
  const xs = [...points.map(({ x }) => x), ...(options.mostX === undefined ? [] : [options.mostX])];
  const yAxis = (options.isLog ? logAxis : linearAxis)(ys, Math.max(1, Math.floor(height / ROWS_PER_TICK) + 1));
  const labels = labelsByRow(yAxis, height);
  const labelWidth = Math.max(0, ...[...labels.values()].map((label) => label.length));
  const isLabelled = columns - labelWidth - 1 >= LEAST_CANVAS;
  const margin = isLabelled ? labelWidth : 0;
  const width = Math.max(1, columns - margin - 1);
  const xAxis = countAxis(xs, Math.max(1, Math.floor(width / COLUMNS_PER_TICK)));
  const dotOf = ({ x, y }: { readonly x: number; readonly y: number }): Dot => ({
    x: Math.round(xAxis.share(x) * (width * DOTS_ACROSS - 1)),
    y: Math.round((1 - yAxis.share(y)) * (height * DOTS_DOWN - 1)),
  });
  const drawings = shown.map(
    ({ curve, strokes }): Drawing => ({
      role: curve.role,
      strokes: strokes.map((stroke) => stroke.map(dotOf)),
      mark: curve.isScatter === true ? null : curve.mark,
    }),
  );
  const body = brailleLines(drawings, { columns: width, rows: height }).map((line, row): Line => {
    const label = isLabelled ? labels.get(row) : undefined;
    return [{ text: `${(label ?? '').padStart(margin)}${label === undefined ? '│' : '┤'}`, role: 'dim' }, ...line];
  });
  const axis: readonly Line[] = [
    lineOf(`${' '.repeat(margin)}└${'─'.repeat(width)}`.slice(0, columns), 'dim'),
    lineOf(`${' '.repeat(margin + 1)}${xLabels(xAxis, width, options.unit)}`.slice(0, columns), 'dim'),
  ];
  return [title, ...body, ...axis, ...legend];
};
