/** Keys as Ink tells of them, by the names that the key tables use. Pure. */
import type { Key } from 'ink';
import type { KeyName } from '../core/keys.ts';

const NAMED: readonly (readonly [keyof Key, KeyName])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  // What most terminals send for the key above Enter.
  ['delete', 'backspace'],
];

/** In the middle of others, where a slow line brings several keys at once. */
const CONTROLS: Readonly<Record<string, KeyName>> = {
  ' ': 'space',
  '\r': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'ctrl-c',
  '\u0015': 'ctrl-u',
  '\u0017': 'ctrl-w',
  '\u001a': 'ctrl-z',
};

/** None for what means nothing here. */
export const keyNames = (input: string, key: Key): readonly KeyName[] => {
  const named = NAMED.find(([name]) => key[name] === true);
  if (named !== undefined) {
    return [named[1]];
  }
  if (key.ctrl) {
    return input.length === 1 ? [`ctrl-${input}`] : [];
  }
  if (key.meta) {
    return [];
  }
  return [...input].flatMap((one) => CONTROLS[one] ?? (/\p{Cc}/u.test(one) ? [] : [one]));
};
