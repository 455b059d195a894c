/** Lines of the live view as data: what they say and in which role, not how a terminal draws it. */

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

/** A marker and the name of a trial. */
export const NAME_WIDTH = 12;
const MIN_BAR = 6;
const MAX_BAR = 40;
/** Room for what stands right of a bar. */
const NOTE_WIDTH = 30;

const barWidth = (room: number): number => Math.min(MAX_BAR, Math.max(MIN_BAR, room - NOTE_WIDTH));

export interface Bar {
  readonly name: string;
  /** In [0, 1]. */
  readonly fraction: number;
  readonly note: string;
}

/** Name, bar and a note. @param nameWidth where names are longer than those of trials */
export const barLine = ({ name, fraction, note }: Bar, columns: number, nameWidth = NAME_WIDTH): Line => {
  const width = barWidth(columns - nameWidth);
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return [
    { text: `${name.padEnd(nameWidth - 1)} ` },
    { text: '█'.repeat(full), role: fraction >= 1 ? 'done' : 'active' },
    { text: '░'.repeat(width - full), role: 'dim' },
    { text: ` ${note}` },
  ];
};
