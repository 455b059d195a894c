/** What the size of the terminal means for what is drawn on it. */

import type { Frame } from './frame.ts';
import { textOf } from './line.ts';
import { DEFAULT_SIZE, type ScreenSize } from './live-state.ts';

/** A terminal without a known size says 0. */
export const sizeOf = ({ columns, rows }: NodeJS.WriteStream): ScreenSize => ({
  columns: columns || DEFAULT_SIZE.columns,
  rows: rows || DEFAULT_SIZE.rows,
});

/**
 * The same stream for Ink, without its height: Ink clears the screen and all that can be scrolled back to once its last
 * frame is as high as the screen, which happens when a window is made smaller. Frames fit by themselves.
 */
export const withoutHeight = (stream: NodeJS.WriteStream): NodeJS.WriteStream =>
  new Proxy(stream, {
    get: (target, key) => {
      const value: unknown = key === 'rows' ? Number.POSITIVE_INFINITY : Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/**
 * Rows by which a frame has become longer: terminals break lines anew when they get narrower, while Ink takes back only
 * as many rows as it has drawn.
 */
export const brokenRows = (frame: Frame, before: ScreenSize, after: ScreenSize): number => {
  const broken = frame.lines
    .map((line) => Math.min(before.columns, [...textOf(line).trimEnd()].length))
    .reduce((sum, width) => sum + Math.max(0, Math.ceil(width / after.columns) - 1), 0);
  return Math.min(broken, after.rows);
};
