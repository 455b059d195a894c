/** Lines of the full screen as data: what they say and in which role, not how a terminal draws it. */

export type Role = 'done' | 'active' | 'bad' | 'warn' | 'dim' | 'strong' | 'cursor' | SeriesRole;

/** Of curves: told apart by colour, and by their marks where there is none. */
export type SeriesRole = 'series-1' | 'series-2' | 'series-3' | 'series-4' | 'series-5' | 'series-6';

export interface Span {
  readonly text: string;
  readonly role?: Role;
}

/** One row of the screen; what is wider than the screen is cut. */
export type Line = readonly Span[];

export const lineOf = (text: string, role?: Role): Line => [role === undefined ? { text } : { text, role }];

export const textOf = (line: Line): string => line.map(({ text }) => text).join('');

export const isSameLine = (a: Line, b: Line): boolean =>
  a === b ||
  (a.length === b.length && a.every(({ text, role }, place) => text === b[place]?.text && role === b[place]?.role));

export const isSameFrame = (a: readonly Line[], b: readonly Line[]): boolean =>
  a.length === b.length &&
  a.every((line, place) => {
    const other = b[place];
    return other !== undefined && isSameLine(line, other);
  });
