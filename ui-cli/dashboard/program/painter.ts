/**
 * Puts frames on the screen, only the rows that have changed, each at its own place. Ink's own writing does not fit here:
 * as high as the screen it clears everything each time, and rewriting by rows it misses the place by one (Ink 6.8).
 */
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';

export interface Painter {
  /** For Ink in its debug mode, in which every write is one whole frame. */
  readonly stream: NodeJS.WriteStream;
  /** What is on the screen is unknown: the next frame is painted whole. */
  forget(): void;
}

export const createPainter = (terminal: NodeJS.WriteStream): Painter => {
  let painted: readonly string[] = [];
  const paint = (frame: string): boolean => {
    // A frame of a larger screen than this one: what is addressed below the last row would be written on it.
    const rows = frame.split('\n').slice(0, terminal.rows || undefined);
    const changes = Array.from({ length: Math.max(rows.length, painted.length) }, (_, row) =>
      rows[row] === painted[row] ? '' : `\u001b[${row + 1};1H${rows[row] ?? ''}\u001b[0m\u001b[K`,
    ).join('');
    painted = rows;
    return changes === '' || terminal.write(`${BEGIN}${changes}${END}`);
  };
  return {
    stream: new Proxy(terminal, {
      get: (target, key) => {
        const value: unknown = key === 'write' ? paint : Reflect.get(target, key, target);
        return typeof value === 'function' && key !== 'write' ? value.bind(target) : value;
      },
    }),
    forget: () => {
      painted = [];
    },
  };
};
