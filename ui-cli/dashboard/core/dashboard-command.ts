/** A command that can be typed after `:`. */
import type { Step } from './keys.ts';
import type { OpenScreen } from './screen.ts';
import type { DashboardState } from './state.ts';

export interface DashboardCommand {
  readonly name: string;
  /** After its name; empty: nothing. */
  readonly usage: string;
  readonly help: string;
  /** What may come next; absent: nothing is known. */
  readonly choices?: (state: DashboardState, screen: OpenScreen) => readonly string[];
  readonly run: (state: DashboardState, argument: string, screen: OpenScreen) => Step;
}
