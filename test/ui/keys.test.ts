/** The keys of all screens as a real terminal sends them. */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { allKeys } from '../support/dashboard-keys.ts';
import { openShownTerminal, type ShownTerminal } from '../support/shown-terminal.ts';

const PROGRAM = fileURLToPath(new URL('../support/echo-keys.ts', import.meta.url));

/** What a VT220 and its successors send; other keys send their own letter. */
const SENT: Readonly<Record<string, string>> = {
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  end: '\u001b[F',
  'page-up': '\u001b[5~',
  'page-down': '\u001b[6~',
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  space: ' ',
  'ctrl-c': '\u0003',
  'ctrl-z': '\u001a',
};

const opened: ShownTerminal[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((terminal) => terminal.dispose()));
});

const { CI: _ci, COLORTERM: _colour, NO_COLOR: _noColor, ...rest } = process.env;

describe('ui-cli/dashboard/program', () => {
  test('every key of every screen arrives by its name, on a terminal that calls itself xterm', async () => {
    const shown = openShownTerminal([process.execPath, '--import', 'tsx', PROGRAM], {
      ...{ columns: 80, rows: 10 },
      environment: { ...rest, TERM: 'xterm' },
    });
    opened.push(shown);
    await shown.see('key 0: none');
    // It ends the program.
    const keys = allKeys().filter((key) => key !== 'q');
    expect(keys.length).toBeGreaterThan(40);
    for (const [place, key] of keys.entries()) {
      const sent = SENT[key] ?? key;
      expect([...sent].length === 1 || key in SENT, `${key}: what a terminal sends for it is missing here`).toBe(true);
      shown.press(sent);
      const { rows } = await shown.see(`key ${place + 1}: `);
      expect(rows[0]).toBe(`key ${place + 1}: ${key}`);
    }
    shown.press('q');
    expect(await shown.exitCode).toBe(0);
    expect(shown.screen()).toMatchObject({ isAlternate: false, isCursorShown: true });
  });
});
