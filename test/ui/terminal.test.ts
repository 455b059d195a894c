import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { EXPERIMENT_ID } from '../support/experiment-views.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';

const PROGRAM = fileURLToPath(new URL('../support/scripted-tt-exp.ts', import.meta.url));
const CTRL_C = '\u0003';
const SHOW_CURSOR = '\u001b[?25h';
const WAIT = { timeout: 30_000, interval: 50 };

const opened: Terminal[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((terminal) => terminal.dispose()));
});

const { CI: _ci, NO_COLOR: _noColor, ...rest } = process.env;

const open = (args: readonly string[], variables: NodeJS.ProcessEnv = {}, rows = 40): Terminal => {
  const terminal = openTerminal([process.execPath, '--import', 'tsx', PROGRAM, ...args], {
    columns: 80,
    rows,
    environment: { ...rest, TERM: 'xterm-256color', ...variables },
  });
  opened.push(terminal);
  return terminal;
};

const textOf = (terminal: Terminal): string => stripVTControlCharacters(terminal.output());

describe('ui-cli on a real terminal', () => {
  test('ui-cli/live/mount-live: draws bars, and Ctrl-C detaches with 130 and gives the terminal back', async () => {
    const terminal = open(['run', 'experiments/smoke.json']);
    await expect.poll(() => textOf(terminal), WAIT).toMatch(/trial-001 █+░+ 4\/10/);
    expect(textOf(terminal)).toContain('q, Ctrl-C detach   c cancel');
    terminal.press(CTRL_C);
    expect(await terminal.exitCode).toBe(130);
    expect(textOf(terminal)).toMatch(/detached: experiment smoke-[0-9a-f]{10} keeps running/);
    expect(textOf(terminal)).toMatch(/watch it: {2}tt-exp watch smoke-/);
    expect(textOf(terminal)).toContain('cancelled: 0, closed: 1');
    expect(terminal.output()).toContain(SHOW_CURSOR);
  });

  test('ui-cli/live/mount-live: c asks first, n goes back, y cancels and the watcher sees the end', async () => {
    const terminal = open(['watch', 'demo']);
    const footer = (): string => textOf(terminal).trimEnd().split('\n').at(-1)?.trim() ?? '';
    await expect.poll(footer, WAIT).toBe('q, Ctrl-C detach   c cancel');
    terminal.press('c');
    await expect.poll(footer, WAIT).toBe('Cancel the experiment? y / n');
    terminal.press('n');
    await expect.poll(footer, WAIT).toBe('q, Ctrl-C detach   c cancel');
    terminal.press('c');
    await expect.poll(footer, WAIT).toBe('Cancel the experiment? y / n');
    terminal.press('y');
    expect(await terminal.exitCode).toBe(130);
    expect(textOf(terminal)).toContain('demo-0123456789: cancelled');
    expect(textOf(terminal)).toContain('cancelled: 1, closed: 1');
  });

  test.each([
    ['--plain', ['--plain'], {}],
    ['CI', [], { CI: 'true' }],
    ['TERM=dumb', [], { TERM: 'dumb' }],
  ])(
    'ui-cli/display/open-display: with %s a terminal gets plain lines, and Ctrl-C detaches',
    async (_what, flags, variables) => {
      const terminal = open(['watch', 'demo', ...flags], variables);
      await expect.poll(() => terminal.output(), WAIT).toContain('trial-001: epoch 4/10');
      terminal.press(CTRL_C);
      expect(await terminal.exitCode).toBe(130);
      expect(terminal.output()).not.toContain('\u001b[');
      expect(terminal.output()).toContain('tt-exp cancel demo-0123456789');
    },
  );

  test('ui-cli/live/mount-live: NO_COLOR draws without colours', async () => {
    const terminal = open(['watch', 'demo'], { NO_COLOR: '1', FORCE_COLOR: '1' });
    await expect.poll(() => textOf(terminal), WAIT).toContain('trial-001');
    terminal.press('q');
    expect(await terminal.exitCode).toBe(130);
    // Colours and dimming are "select graphic rendition": ESC [ … m.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
    expect(terminal.output()).not.toMatch(/\u001b\[[\d;]*m/);
  });

  test('ui-cli/live/mount-live: on a small terminal, and one that becomes smaller, nothing that can be scrolled back to is cleared', async () => {
    const terminal = open(['watch', 'demo'], { SCRIPTED: 'crowded' }, 24);
    /** The last frame, which begins with the name of the experiment. */
    const lastFrame = (): readonly string[] => {
      const lines = textOf(terminal).trimEnd().split(/\r?\n/);
      return lines.slice(lines.findLastIndex((line) => line.includes(EXPERIMENT_ID)));
    };
    // Its first line is as wide as the screen.
    const width = () => lastFrame()[0]?.length;
    await expect.poll(() => textOf(terminal), WAIT).toContain('more running');
    expect(lastFrame().length).toBeLessThan(24);
    expect(textOf(terminal)).toContain('tensorflow: no GPU was found');
    terminal.resize(40, 12);
    await expect.poll(width, WAIT).toBe(40);
    expect(lastFrame().length).toBeLessThan(12);
    expect(lastFrame().at(-1)).toContain('select');
    terminal.resize(100, 30);
    await expect.poll(width, WAIT).toBe(100);
    expect(lastFrame().length).toBeLessThan(30);
    terminal.press('q');
    expect(await terminal.exitCode).toBe(130);
    // "Erase saved lines", and the whole display.
    expect(terminal.output()).not.toContain('\u001b[3J');
    expect(terminal.output()).not.toContain('\u001b[2J');
  });

  test('ui-cli/live/mount-live: many frames leave nothing behind in the process, whatever NODE_ENV says', async () => {
    const terminal = open(['watch', 'demo'], { SCRIPTED: 'crowded', NODE_ENV: 'development' });
    await expect.poll(() => textOf(terminal), WAIT).toContain('more running');
    for (let press = 0; press < 30; press += 1) {
      terminal.press('\u001b[B\u001b[A');
    }
    await expect.poll(() => terminal.output().match(/> .*trial-000/g)?.length ?? 0, WAIT).toBeGreaterThan(0);
    terminal.press('q');
    expect(await terminal.exitCode).toBe(130);
    expect(textOf(terminal)).toContain('performance entries: 0, NODE_ENV: development');
  });
});
