/** Pages that lie over the screen: the help, and what an action has to tell. Pure. */
import { printable } from '../../../contracts/printable.ts';
import { wrapLine } from '../../text/table.ts';
import { cutText } from '../table/fit-text.ts';
import { COMMANDS } from './commands.ts';
import { bindingOf, isBound, type KeyBinding, type KeyName, keyText } from './keys.ts';
import { type Line, lineOf } from './line.ts';
import { roomOf } from './scroll.ts';
import type { DashboardState } from './state.ts';

/** Columns that keys and commands have. */
const HELP_LEFT = 24;

const helpLines = (bindings: readonly KeyBinding[], state: DashboardState): readonly Line[] => {
  const room = state.size.columns - HELP_LEFT;
  const row = (left: string, right: string): readonly Line[] => {
    // What is too long for its column has a line of its own.
    const own = left.length + 3 > HELP_LEFT ? [lineOf(`  ${left}`, 'active')] : [];
    return [
      ...own,
      ...wrapLine(right, room).map((text, place): Line => {
        const before = place === 0 && own.length === 0 ? `  ${left}` : '';
        return [{ text: before.padEnd(HELP_LEFT), role: 'active' }, { text }];
      }),
    ];
  };
  const bound = bindings.filter((binding) => isBound(binding, state));
  // A key that does something else here is not listed twice.
  const ownKeys = (binding: KeyBinding): readonly KeyName[] =>
    binding.keys.filter((key) => bindingOf(bound, key, state) === binding);
  return [
    lineOf('Keys', 'strong'),
    ...bound.flatMap((binding) => {
      const keys = ownKeys(binding);
      return keys.length === 0 ? [] : row(keys.map(keyText).join(', '), binding.help);
    }),
    [],
    lineOf('Commands', 'strong'),
    ...COMMANDS.flatMap(({ name, usage, help }) => row(`:${name} ${usage}`.trimEnd(), help)),
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
