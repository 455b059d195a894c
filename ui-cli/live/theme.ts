/** Colours of the live view; none where the user asked for none. */
import type { TextProps } from 'ink';
import type { Role } from './line.ts';

type Style = Pick<TextProps, 'color' | 'dimColor' | 'bold'>;
export type Theme = Readonly<Record<Role, Style>>;

export const COLOURS: Theme = {
  done: { color: 'green' },
  active: { color: 'cyan' },
  bad: { color: 'red' },
  dim: { dimColor: true },
  strong: { bold: true },
};
export const NO_COLOURS: Theme = { done: {}, active: {}, bad: {}, dim: {}, strong: {} };

export const styleOf = (theme: Theme, role: Role | undefined): Style => (role === undefined ? {} : theme[role]);
