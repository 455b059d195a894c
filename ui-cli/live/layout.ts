/** Widths of the live view's parts. */

export const NAME_WIDTH = 10;

const MIN_BAR = 8;
const MAX_BAR = 40;
/** Room for what stands right of a bar. */
const NOTE_WIDTH = 20;

export const barWidth = (columns: number): number =>
  Math.min(MAX_BAR, Math.max(MIN_BAR, columns - NAME_WIDTH - NOTE_WIDTH));
