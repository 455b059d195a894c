/** Colours of the full screen; none where the user asked for none. */
import type { TextProps } from 'ink';
import type { Role } from '../core/line.ts';

type Style = Pick<TextProps, 'color' | 'dimColor' | 'bold' | 'inverse'>;
export type Theme = Readonly<Record<Role, Style>>;

export const COLOURS: Theme = {
  done: { color: 'green' },
  active: { color: 'cyan' },
  bad: { color: 'red' },
  warn: { color: 'yellow' },
  dim: { dimColor: true },
  strong: { bold: true },
  cursor: { inverse: true },
  // Okabe and Ito's colours for all kinds of colour vision, as terminals with 256 colours have them.
  'series-1': { color: 'ansi256(74)' },
  'series-2': { color: 'ansi256(214)' },
  'series-3': { color: 'ansi256(36)' },
  'series-4': { color: 'ansi256(175)' },
  'series-5': { color: 'ansi256(227)' },
  'series-6': { color: 'ansi256(166)' },
};

/** For terminals that have no others: what they make of a colour that they do not know is not ours to guess. */
const SIXTEEN_COLOURS: Theme = {
  ...COLOURS,
  'series-1': { color: 'cyanBright' },
  'series-2': { color: 'yellow' },
  'series-3': { color: 'green' },
  'series-4': { color: 'magentaBright' },
  'series-5': { color: 'yellowBright' },
  'series-6': { color: 'redBright' },
};

/** Bold and reverse are no colours: headings stand out, and the cursor stays visible. */
export const NO_COLOURS: Theme = {
  done: {},
  active: {},
  bad: {},
  warn: {},
  dim: {},
  strong: { bold: true },
  cursor: { inverse: true },
  'series-1': {},
  'series-2': {},
  'series-3': {},
  'series-4': {},
  'series-5': {},
  'series-6': {},
};

/** @param colourBits of the terminal: 8 and more are at least 256 colours */
export const themeFor = (isColorless: boolean, colourBits: number): Theme =>
  isColorless ? NO_COLOURS : colourBits < 8 ? SIXTEEN_COLOURS : COLOURS;

export const styleOf = (theme: Theme, role: Role | undefined): Style => (role === undefined ? {} : theme[role]);
