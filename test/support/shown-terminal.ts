/** A real terminal, and what it shows. */
import { eventually } from './eventually.ts';
import { type Screen, screenOf } from './screen.ts';
import { openTerminal, type Terminal, type TerminalOptions } from './terminal.ts';

export interface ShownTerminal extends Terminal {
  screen(): Screen;
  /** Until some row shows it. */
  see(what: string | RegExp): Promise<Screen>;
}

export const openShownTerminal = (command: readonly string[], options: TerminalOptions): ShownTerminal => {
  const terminal = openTerminal(command, options);
  let [columns, rows, from] = [options.columns, options.rows, 0];
  const screen = (): Screen => screenOf(terminal.output().slice(from), columns, rows);
  return {
    ...terminal,
    screen,
    resize: (...size) => {
      // All that the model may know of a screen of this size.
      from = terminal.output().length;
      [columns, rows] = size;
      terminal.resize(columns, rows);
    },
    see: (what) =>
      eventually(`the screen shows ${what}`, screen, (seen) =>
        seen.rows.some((row) => (typeof what === 'string' ? row.includes(what) : what.test(row))),
      ),
  };
};
