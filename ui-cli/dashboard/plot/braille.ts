/** Draws lines of dots into braille characters, two dots wide and four high each. Pure. */

import type { ScreenSize } from '../../display/screen-size.ts';
import type { Line, Role, Span } from '../core/line.ts';

export const DOTS_ACROSS = 2;
export const DOTS_DOWN = 4;

/** Whole numbers, from the left and from the top. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

export interface Drawing {
  readonly role: Role;
  /** Each is joined to a line of its own; one dot alone is a dot. */
  readonly strokes: readonly (readonly Dot[])[];
  /** A character at the last dot whose place no other drawing has taken; null: none. */
  readonly mark: string | null;
}

const FIRST = 0x2800;
/** Bit of each dot of a character, by row and column. */
const BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80] as const;

/** Dots between two others, in Bresenham's way; both ends are among them. */
const between = (a: Dot, b: Dot, put: (x: number, y: number) => void): void => {
  const [across, down] = [Math.abs(b.x - a.x), -Math.abs(b.y - a.y)];
  const [right, below] = [Math.sign(b.x - a.x), Math.sign(b.y - a.y)];
  let { x, y } = a;
  let error = across + down;
  put(x, y);
  while (x !== b.x || y !== b.y) {
    const twice = 2 * error;
    if (twice >= down) {
      error += down;
      x += right;
    }
    if (twice <= across) {
      error += across;
      y += below;
    }
    put(x, y);
  }
};

/** Neighbours of one role in one span. */
const joined = (cells: readonly Span[]): Line => {
  const spans: Span[] = [];
  for (const cell of cells) {
    const last = spans.at(-1);
    if (last !== undefined && last.role === cell.role) {
      spans[spans.length - 1] = { ...last, text: last.text + cell.text };
    } else {
      spans.push(cell);
    }
  }
  return spans;
};

/** As many lines as `rows`, each exactly `columns` wide. Where drawings meet, the character has the role of the first. */
export const brailleLines = (drawings: readonly Drawing[], { columns, rows }: ScreenSize): readonly Line[] => {
  const bits = new Uint8Array(columns * rows);
  const owners = new Int16Array(columns * rows).fill(-1);
  const marks = new Map<number, string>();
  const cellAt = (x: number, y: number): number => {
    const [column, row] = [Math.floor(x / DOTS_ACROSS), Math.floor(y / DOTS_DOWN)];
    return column < 0 || column >= columns || row < 0 || row >= rows ? -1 : row * columns + column;
  };
  drawings.forEach(({ strokes }, owner) => {
    const put = (x: number, y: number): void => {
      const cell = cellAt(x, y);
      if (cell >= 0) {
        bits[cell] = (bits[cell] ?? 0) | (BITS[(y % DOTS_DOWN) * DOTS_ACROSS + (x % DOTS_ACROSS)] ?? 0);
        owners[cell] = owners[cell] === -1 ? owner : (owners[cell] ?? owner);
      }
    };
    for (const dots of strokes) {
      for (const [place, dot] of dots.entries()) {
        between(dots[place - 1] ?? dot, dot, put);
      }
    }
  });
  drawings.forEach(({ strokes, mark }, owner) => {
    const cells = strokes.flatMap((dots) => dots.map(({ x, y }) => cellAt(x, y)));
    const free = cells.findLast((cell) => cell >= 0 && !marks.has(cell));
    if (mark !== null && free !== undefined) {
      marks.set(free, mark);
      owners[free] = owner;
    }
  });
  const spanAt = (cell: number): Span => {
    const role = drawings[owners[cell] ?? -1]?.role;
    const own = bits[cell] ?? 0;
    const text = marks.get(cell) ?? (own === 0 ? ' ' : String.fromCharCode(FIRST + own));
    return role === undefined ? { text } : { text, role };
  };
  return Array.from({ length: rows }, (_, row) =>
    joined(Array.from({ length: columns }, (_, column) => spanAt(row * columns + column))),
  );
};
