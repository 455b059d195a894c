/** A screen of the dashboard: pure functions of the state. */

import type { ScreenSize } from '../../display/screen-size.ts';
import { type FeedRequest, VIEWS_FEED } from './feeds.ts';
import type { KeyBinding } from './keys.ts';
import type { Line } from './line.ts';
import type { Place, ScreenName } from './places.ts';
import type { DashboardState } from './state.ts';

export interface Screen<At extends Place = Place> {
  /** For the first line, as a path: `experiments › sweep-0123456789`. */
  title(place: At, state: DashboardState): string;
  /** What it shows; asked for while it is shown. */
  feeds(place: At, state: DashboardState): readonly FeedRequest[];
  /** Name of the table that cursor, `s`, `/` and marks belong to; null: it has none. */
  table(place: At, state: DashboardState): TableView | null;
  keys(place: At, state: DashboardState): readonly KeyBinding[];
  /** The command that tells the same, of the row under the cursor where there is one; absent or null: there is none. */
  command?(place: At, state: DashboardState): string | null;
  /** What its footer begins with, before the keys; absent or null: nothing. */
  footer?(place: At, state: DashboardState): string | null;
  /** As many lines as `size` has rows, or fewer; none wider than its columns. */
  body(place: At, state: DashboardState, size: ScreenSize): readonly Line[];
}

/** The table of a screen, as moving, sorting and filtering see it. */
export interface TableView {
  readonly name: string;
  /** Ids of the rows as they are shown, filtered and sorted. */
  readonly shown: readonly string[];
  readonly columns: readonly { readonly name: string }[];
  /** For completion: what a filter may name. */
  readonly fields: readonly string[];
}

export type Screens = { readonly [Name in ScreenName]: Screen<Extract<Place, { screen: Name }>> };

/** The screen of a place, its place filled in. */
export interface OpenScreen {
  readonly title: string;
  readonly feeds: readonly FeedRequest[];
  readonly table: TableView | null;
  readonly keys: readonly KeyBinding[];
  /** See Screen. */
  command(): string | null;
  /** See Screen. */
  readonly footer: string | null;
  body(size: ScreenSize): readonly Line[];
}

/** What commands complete and find, while one is typed. */
const namesFeeds = ({ overlay }: DashboardState): readonly FeedRequest[] =>
  overlay.kind === 'prompt' && overlay.prompt.kind === 'command'
    ? [
        { feed: 'experiments', of: '' },
        { feed: 'models', of: '' },
      ]
    : [];

export const openScreen = (screens: Screens, place: Place, state: DashboardState): OpenScreen => {
  // Each name has the screen of its own kind of place.
  const screen = screens[place.screen] as Screen;
  return {
    title: screen.title(place, state),
    feeds: [...screen.feeds(place, state), ...namesFeeds(state), VIEWS_FEED],
    table: screen.table(place, state),
    keys: screen.keys(place, state),
    command: () => screen.command?.(place, state) ?? null,
    footer: screen.footer?.(place, state) ?? null,
    body: (size) => screen.body(place, state, size),
  };
};
