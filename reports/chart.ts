/** What all plots share: size, colours, title, axes. */
import type { Scale } from './scale.ts';
import { element, label, shortened } from './svg.ts';

/** Okabe and Ito's palette, which colour-blind readers can tell apart; marks differ in shape as well. */
export const COLOUR = {
  completed: '#0072B2',
  pruned: '#E69F00',
  best: '#D55E00',
  text: '#222222',
  quiet: '#666666',
  grid: '#e6e6e6',
  axis: '#999999',
} as const;

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of plots with one panel over the whole width. */
export const WIDE_SIZE = { width: 860, height: 420 };
export const WIDE_FRAME: Frame = { left: 76, right: 836, top: 92, bottom: 366 };

export interface ChartOptions {
  readonly title: string;
  /** One sentence below the title. */
  readonly subtitle: string;
  readonly width: number;
  readonly height: number;
}

export const chart = ({ title, subtitle, width, height }: ChartOptions, ...body: readonly string[]): string =>
  element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `${title}. ${subtitle}`,
      'font-family': 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
      'font-size': 12,
      fill: COLOUR.text,
    },
    element('rect', { width, height, fill: '#ffffff' }),
    label(title, 20, 28, { 'font-size': 17, 'font-weight': 600 }),
    label(shortened(subtitle, Math.floor(width / 6.5)), 20, 47, { fill: COLOUR.quiet }),
    ...body,
  );

/** `title` is markup for the little box that browsers show over a mark; empty: none. */
const titled = (title: string): readonly string[] => (title === '' ? [] : [element('title', {}, title)]);

export const xAxis = (scale: Scale, { left, right, top, bottom }: Frame, name: string): string =>
  element(
    'g',
    {},
    ...scale.ticks.map(
      ({ at, label: text }) =>
        element('line', { x1: at, x2: at, y1: top, y2: bottom, stroke: COLOUR.grid }) +
        label(shortened(text, 14), at, bottom + 17, { 'text-anchor': 'middle', fill: COLOUR.quiet }),
    ),
    element('line', { x1: left, x2: right, y1: bottom, y2: bottom, stroke: COLOUR.axis }),
    label(name, (left + right) / 2, bottom + 37, { 'text-anchor': 'middle' }),
  );

export const yAxis = (scale: Scale, { left, right, top, bottom }: Frame, name: string): string =>
  element(
    'g',
    {},
    ...scale.ticks.map(
      ({ at, label: text }) =>
        element('line', { x1: left, x2: right, y1: at, y2: at, stroke: COLOUR.grid }) +
        label(text, left - 7, at + 4, { 'text-anchor': 'end', fill: COLOUR.quiet }),
    ),
    element('line', { x1: left, x2: left, y1: top, y2: bottom, stroke: COLOUR.axis }),
    label(name, 0, 0, {
      'text-anchor': 'middle',
      transform: `translate(${left - 46} ${(top + bottom) / 2}) rotate(-90)`,
    }),
  );

export const dot = (x: number, y: number, colour: string, title: string): string =>
  element('circle', { cx: x, cy: y, r: 3.5, fill: colour, 'fill-opacity': 0.75 }, ...titled(title));

export const cross = (x: number, y: number, colour: string, title: string): string =>
  element(
    'path',
    {
      d: `M${(x - 3).toFixed(1)} ${(y - 3).toFixed(1)}l6 6m0-6l-6 6`,
      stroke: colour,
      'stroke-width': 1.6,
      fill: 'none',
    },
    ...titled(title),
  );

export interface LegendEntry {
  readonly mark: 'dot' | 'cross' | 'line';
  readonly colour: string;
  readonly text: string;
}

/** In one row, from the left. */
export const legend = (entries: readonly LegendEntry[], x: number, y: number): string => {
  let at = x;
  return entries
    .map(({ mark, colour, text }) => {
      const start = at;
      at += 34 + text.length * 6.5;
      const drawn =
        mark === 'line'
          ? element('line', { x1: start - 6, x2: start + 8, y1: y - 4, y2: y - 4, stroke: colour, 'stroke-width': 2 })
          : (mark === 'dot' ? dot : cross)(start, y - 4, colour, '');
      return drawn + label(text, start + 13, y, { fill: COLOUR.quiet });
    })
    .join('');
};
