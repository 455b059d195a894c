/** Pages that lie over the screen: the help, and what an action has to tell. Pure. */
import { printable } from '../../../contracts/printable.ts';
import { wrapLine } from '../../text/table.ts';
import { cutText } from '../table/fit-text.ts';
import { COMMANDS } from './commands.ts';
import { isBound, type KeyBinding, keyText } from './keys.ts';
import { type Line, lineOf } from './line.ts';
import { roomOf } from './scroll.ts';
import type { DashboardState } from './state.ts';

const helpLines = (bindings: readonly KeyBinding[], state: DashboardState): readonly Line[] => {
  const row = (left: string, right: string): Line => [
    { text: `  ${left.padEnd(22)}`, role: 'active' },
    { text: right },
  ];
  return [
    lineOf('Keys', 'strong'),
    ...bindings
      .filter((binding) => isBound(binding, state))
      .map(({ keys, help }) => row(keys.map(keyText).join(', '), help)),
    [],
    lineOf('Commands', 'strong'),
    ...COMMANDS.map(({ name, usage, help }) => row(`:${name} ${usage}`, help)),
    [],
    lineOf('Any other key leaves this page.', 'dim'),
  ];
};

const pageLines = (
  { title, lines }: { readonly title: string; readonly lines: readonly string[] },
  columns: number,
): readonly Line[] => [
  lineOf(cutText(title, columns), 'strong'),
  ...lines
    .flatMap((text) => wrapLine(printable(text), columns))
    .map((text) => lineOf(text, /^error:/.test(text) ? 'bad' : undefined)),
  [],
  lineOf('Any other key leaves this page.', 'dim'),
];

/** null: no page lies over the screen. */
export const overlayLines = (state: DashboardState, bindings: readonly KeyBinding[]): readonly Line[] | null => {
  const { overlay, size } = state;
  switch (overlay.kind) {
    case 'help':
      return helpLines(bindings, state);
    case 'page':
      return pageLines(overlay, size.columns);
    default:
      return null;
  }
};

/** The first line of the page that is shown: its last line is the last one on the screen. @param count of its lines */
export const topOfPage = (state: DashboardState, count: number): number => {
  const { overlay } = state;
  const wanted = overlay.kind === 'help' || overlay.kind === 'page' ? overlay.top : 0;
  return Math.max(0, Math.min(wanted, count - roomOf(state)));
};
