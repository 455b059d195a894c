/** What a terminal would show: the few control sequences that the full screen uses, applied to a grid. */
import stringWidth from 'string-width';

export interface Screen {
  /** Rows without the blanks at their ends. */
  readonly rows: readonly string[];
  readonly isAlternate: boolean;
  readonly isCursorShown: boolean;
}

type Grid = string[][];

/** A control sequence, a line break, or one letter as a person sees it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is read
const PIECES = /\u001b\[([?<>=]?)([\d;]*)([A-Za-z])|\u001b.|[\r\n]|[^\u001b\r\n]+/g;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** @param output all that was written; of a terminal that was resized, since then. Throws for what it does not know. */
export const screenOf = (output: string, columns: number, rows: number): Screen => {
  const blank = (): Grid => Array.from({ length: rows }, () => Array<string>(columns).fill(' '));
  const grids = { main: blank(), alternate: blank() };
  let shown = 'main' as keyof typeof grids;
  let isCursorShown = true;
  let [row, column] = [0, 0];

  let left = { row, column };

  /** The first screen gets its cursor back too. */
  const switchTo = (next: typeof shown): void => {
    if (next !== shown && next === 'alternate') {
      left = { row, column };
    } else if (next !== shown) {
      ({ row, column } = left);
    }
    shown = next;
  };
  const feed = (): void => {
    row += 1;
    if (row >= rows) {
      grids[shown] = [...grids[shown].slice(1), Array<string>(columns).fill(' ')];
      row = rows - 1;
    }
  };
  const write = (text: string): void => {
    for (const { segment } of segmenter.segment(text)) {
      const width = stringWidth(segment);
      if (column + width > columns) {
        column = 0;
        feed();
      }
      const line = grids[shown][row] ?? [];
      line.splice(column, Math.max(1, width), segment, ...Array<string>(Math.max(0, width - 1)).fill(''));
      column += width;
    }
  };
  const control = (kind: string, text: string, name: string): void => {
    const numbers = text.split(';').map(Number);
    const [first = 0, second = 0] = numbers;
    const line = grids[shown][row] ?? [];
    switch (`${kind}${name}`) {
      case 'H':
        [row, column] = [Math.min(rows, Math.max(1, first)) - 1, Math.min(columns, Math.max(1, second)) - 1];
        return;
      case 'K':
        line.fill(' ', first === 0 ? column : 0);
        return;
      case 'J':
        grids[shown] = blank();
        return;
      case 'A':
        row = Math.max(0, row - Math.max(1, first));
        return;
      case 'G':
        column = Math.max(1, first) - 1;
        return;
      case '?h':
      case '?l':
        if (first === 25) {
          isCursorShown = name === 'h';
        } else if (first === 1049) {
          switchTo(name === 'h' ? 'alternate' : 'main');
        } else if (first !== 2026 && first !== 2004) {
          throw new Error(`unknown mode ${first}`);
        }
        return;
      case 'm':
        return;
      default:
        throw new Error(`unknown control sequence ESC [ ${kind}${text}${name}`);
    }
  };

  for (const [piece, kind = '', text = '', name] of output.matchAll(PIECES)) {
    if (name !== undefined) {
      control(kind, text, name);
    } else if (piece === '\r') {
      column = 0;
    } else if (piece === '\n') {
      feed();
    } else if (!piece.startsWith('\u001b')) {
      write(piece);
    }
  }
  return {
    rows: grids[shown].map((line) => line.join('').trimEnd()),
    isAlternate: shown === 'alternate',
    isCursorShown,
  };
};
