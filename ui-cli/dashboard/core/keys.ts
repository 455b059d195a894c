/** Keys by name, and the tables of what they do: footer and help are made of them, so no key acts that is not explained. */
import type { Action } from './actions.ts';
import type { DashboardState } from './state.ts';

/** A character, or one of these. */
export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'space'
  | 'backspace'
  | 'ctrl-c'
  | 'ctrl-u'
  | 'ctrl-w'
  | 'ctrl-z'
  | (string & {});

/** What the program does after a change of state. */
export type Effect =
  | { readonly kind: 'act'; readonly action: Action }
  | { readonly kind: 'quit' }
  /** Ctrl-Z: the shell has the terminal until `fg`. */
  | { readonly kind: 'suspend' };

export interface Step {
  readonly state: DashboardState;
  readonly effects: readonly Effect[];
}

export const stay = (state: DashboardState, ...effects: readonly Effect[]): Step => ({ state, effects });

export interface KeyBinding {
  /** The first one is shown. */
  readonly keys: readonly KeyName[];
  /** For the footer, two words at most; null: only help explains it. */
  readonly label: string | null;
  /** One sentence without its full stop. */
  readonly help: string;
  /** Changes something outside: not there in a dashboard that only reads. */
  readonly isChange?: boolean;
  /** Absent: always. */
  readonly isActive?: (state: DashboardState) => boolean;
  readonly press: (state: DashboardState) => Step;
}

export const isBound = (binding: KeyBinding, state: DashboardState): boolean =>
  !(binding.isChange === true && state.isReadOnly) && (binding.isActive?.(state) ?? true);

const SHOWN: Readonly<Record<string, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  'page-up': 'PgUp',
  'page-down': 'PgDn',
  home: 'Home',
  end: 'End',
  enter: '⏎',
  escape: 'Esc',
  tab: 'Tab',
  space: 'Space',
  'ctrl-c': 'Ctrl-C',
  'ctrl-z': 'Ctrl-Z',
};

export const keyText = (key: KeyName): string => SHOWN[key] ?? key;

/** The first active one; null where the key does nothing here. */
export const bindingOf = (bindings: readonly KeyBinding[], key: KeyName, state: DashboardState): KeyBinding | null =>
  bindings.find((binding) => binding.keys.includes(key) && isBound(binding, state)) ?? null;

/** It would change something, were this a dashboard that does not only read. */
export const isForbidden = (bindings: readonly KeyBinding[], key: KeyName, state: DashboardState): boolean =>
  state.isReadOnly && bindingOf(bindings, key, { ...state, isReadOnly: false })?.isChange === true;
