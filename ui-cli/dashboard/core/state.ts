/** State of the dashboard: a value, changed by `update` alone. */

import { DEFAULT_SIZE, type ScreenSize } from '../../display/screen-size.ts';
import { NEW_TABLE, type TableState } from '../table/table-state.ts';
import type { Action } from './actions.ts';
import { type Explore, NEW_EXPLORE } from './explore.ts';
import type { FeedData } from './feeds.ts';
import type { Followed } from './followed.ts';
import type { Role } from './line.ts';
import type { Place } from './places.ts';

/** Text of one line that somebody types. */
export type Prompt =
  | { readonly kind: 'filter'; readonly table: string /** Before it was opened. */; readonly before: string }
  | { readonly kind: 'command' }
  /** How many trials, or epochs each, an experiment that has ended is to have; then it is asked. */
  | { readonly kind: 'trials' | 'epochs'; readonly experimentId: string; readonly present: number }
  /** Why something is moved; then it is asked. */
  | {
      readonly kind: 'reason';
      readonly question: string;
      readonly action: ReasonedAction;
      readonly word: string;
      readonly details: readonly string[];
    };

export type ReasonedAction = Extract<Action, { readonly reason: string }>;

/** What lies over the screen; the keys go to it. */
export type Overlay =
  | { readonly kind: 'none' }
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'prompt'; readonly prompt: Prompt; readonly text: string }
  /** Its action is done once the word was typed. */
  | {
      readonly kind: 'confirm';
      readonly question: string;
      readonly word: string;
      readonly typed: string;
      readonly action: Action;
      /** Above the question. */
      readonly details: readonly string[];
    }
  /** For what became of an action. */
  | { readonly kind: 'wait'; readonly text: string; readonly action: Action }
  | { readonly kind: 'page'; readonly title: string; readonly lines: readonly string[]; readonly top: number };

export interface Message {
  readonly text: string;
  readonly role?: Role;
  /** When it is no longer news; absent: with the next key. */
  readonly untilMs?: number;
}

export interface DashboardState {
  readonly nowMs: number;
  readonly size: ScreenSize;
  /** Nothing is changed, whatever key is pressed. */
  readonly isReadOnly: boolean;
  /** The way to here; the last one is shown. Never empty. */
  readonly places: readonly Place[];
  readonly tables: Readonly<Record<string, TableState>>;
  /** First line of pages that are longer than the screen, by their names. */
  readonly tops: Readonly<Record<string, number>>;
  readonly overlay: Overlay;
  /** What became of the last key; null: nothing to say. */
  readonly message: Message | null;
  /** The commands that do what was done last. */
  readonly lastCommands: readonly string[];
  readonly data: FeedData;
  /** When a question was last answered, or a champion moved, from here; 0: never. */
  readonly decidedAtMs: number;
  /** Of the experiments that are shown. */
  readonly followed: Readonly<Record<string, Followed>>;
  readonly explore: Explore;
}

export const NO_OVERLAY: Overlay = { kind: 'none' };

export const initialState = ({
  nowMs,
  place,
  size = DEFAULT_SIZE,
  isReadOnly = false,
}: {
  readonly nowMs: number;
  readonly place: Place;
  readonly size?: ScreenSize;
  readonly isReadOnly?: boolean;
}): DashboardState => ({
  nowMs,
  size,
  isReadOnly,
  places: place.screen === 'experiments' ? [place] : [{ screen: 'experiments' }, place],
  tables: {},
  tops: {},
  overlay: NO_OVERLAY,
  message: null,
  lastCommands: [],
  data: {},
  decidedAtMs: 0,
  followed: {},
  explore: NEW_EXPLORE,
});

export const placeOf = ({ places }: DashboardState): Place => places.at(-1) ?? { screen: 'experiments' };

export const tableOf = ({ tables }: DashboardState, name: string): TableState => tables[name] ?? NEW_TABLE;

export const withTable = (state: DashboardState, name: string, change: Partial<TableState>): DashboardState => ({
  ...state,
  tables: { ...state.tables, [name]: { ...tableOf(state, name), ...change } },
});

export const say = (state: DashboardState, text: string, role?: Role): DashboardState => ({
  ...state,
  message: role === undefined ? { text } : { text, role },
});
