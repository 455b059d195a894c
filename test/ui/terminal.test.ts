/** `run` and `watch` on a real terminal, with a scripted experiment behind them. */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { EXPERIMENT_ID } from '../support/experiment-views.ts';
import { openShownTerminal, type ShownTerminal } from '../support/shown-terminal.ts';

const PROGRAM = fileURLToPath(new URL('../support/scripted-tt-exp.ts', import.meta.url));
const CTRL_C = '\u0003';

const opened: ShownTerminal[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((terminal) => terminal.dispose()));
});

const { CI: _ci, NO_COLOR: _noColor, INK_SCREEN_READER: _reader, ...rest } = process.env;

const openShell = (command: readonly string[], variables: NodeJS.ProcessEnv = {}, size = {}): ShownTerminal => {
  const terminal = openShownTerminal(command, {
    ...{ columns: 90, rows: 30, ...size },
    environment: { ...rest, TERM: 'xterm-256color', NODE: process.execPath, PROGRAM, ...variables },
  });
  opened.push(terminal);
  return terminal;
};

const open = (args: readonly string[], variables: NodeJS.ProcessEnv = {}, size = {}): ShownTerminal =>
  openShell([process.execPath, '--import', 'tsx', PROGRAM, ...args], variables, size);

const textOf = ({ screen }: ShownTerminal): string => screen().rows.join('\n');

/** Of the first screen, which a program that has ended leaves behind. */
const seeEnd = async (terminal: ShownTerminal, code: number): Promise<string> => {
  expect(await terminal.exitCode).toBe(code);
  expect(terminal.screen()).toMatchObject({ isAlternate: false, isCursorShown: true });
  return textOf(terminal);
};

describe('ui-cli/run on a real terminal', () => {
  test.each([
    ['q', 'q'],
    ['Ctrl-C', CTRL_C],
  ])(
    'ui-cli/run/screen-display: run shows the experiment on the full screen, and %s detaches with 130',
    async (_what, key) => {
      const terminal = open(['run', 'experiments/smoke.json']);
      const seen = await terminal.see(/trial-001 +running +4 /);
      expect(seen).toMatchObject({ isAlternate: true, isCursorShown: false });
      expect(seen.rows[0]).toBe(`tt-exp › experiments › ${EXPERIMENT_ID}`);
      terminal.press(key);
      const text = await seeEnd(terminal, 130);
      // From before and after the full screen.
      expect(text).toMatch(/experiment smoke-[0-9a-f]{10}: started\nmlflow: http:/);
      expect(text).toMatch(/detached: experiment smoke-[0-9a-f]{10} keeps running/);
      expect(text).toMatch(/watch it: {2}tt-exp watch smoke-/);
      // Its own connection, and that of the screen.
      expect(text).toContain('cancelled: 0, closed: 2');
    },
  );

  test('ui-cli/run/screen-display: X asks for a word, cancels, and the watcher sees the end', async () => {
    const terminal = open(['watch', 'demo']);
    await terminal.see(/trial-001 +running/);
    terminal.press('X');
    await terminal.see(`Cancel ${EXPERIMENT_ID}? Type cancel:`);
    terminal.press('\r');
    await terminal.see('Type cancel to do it, Esc to leave it.');
    terminal.press('cancel\r');
    const text = await seeEnd(terminal, 130);
    expect(text).toContain('demo-0123456789: cancelled');
    expect(text).toContain('cancelled: 1, closed: 2');
  });

  test('ui-cli/run/screen-display: left while it is being cancelled, it is not said to keep running', async () => {
    const terminal = open(['watch', 'demo'], { SCRIPTED: 'ends-slowly' });
    await terminal.see(/trial-001 +running/);
    terminal.press('X');
    await terminal.see('Type cancel:');
    terminal.press('cancel\r');
    const text = await seeEnd(terminal, 130);
    expect(text).toContain(`detached: experiment ${EXPERIMENT_ID} is being cancelled; finished trials are kept\n`);
    expect(text).not.toContain('keeps running');
    expect(text).not.toContain('tt-exp cancel');
  });

  test('ui-cli/run/screen-display: when the experiment ends the screen is left, and summary and verdict are printed', async () => {
    const terminal = open(['run', 'experiments/smoke.json'], { SCRIPTED: 'ending' }, { rows: 60 });
    await terminal.see(/trial-001 +running/);
    // An open question does not keep the command from ending.
    terminal.press('X');
    await terminal.see('Type cancel:');
    const text = await seeEnd(terminal, 0);
    expect(text).toContain('demo-0123456789: completed');
    expect(text).toContain('Promoted: there is no champion to compare with.');
    expect(text).toContain('cancelled: 0, closed: 2');
  });

  test('ui-cli/run/screen-display: of an experiment that has ended the summary alone is printed', async () => {
    const terminal = open(['watch', 'demo'], { SCRIPTED: 'ended' }, { rows: 60 });
    expect(await seeEnd(terminal, 0)).toContain('demo-0123456789: completed');
    expect(terminal.output()).not.toContain('\u001b[?1049h');
  });

  test('ui-cli/run/watch-experiment: without an id the only running experiment is shown', async () => {
    const terminal = open(['watch']);
    const seen = await terminal.see(/trial-001 +running/);
    expect(seen.rows[0]).toBe(`tt-exp › experiments › ${EXPERIMENT_ID}`);
    terminal.press('q');
    await seeEnd(terminal, 130);
  });

  test.each(['none', 'several'])(
    'ui-cli/run/watch-experiment: without an id, where %s run, the list is shown, and left with 0',
    async (running) => {
      const terminal = open(['watch'], { SCRIPTED_RUNNING: running });
      const seen = await terminal.see(EXPERIMENT_ID);
      expect(seen.rows[0]).toMatch(/^tt-exp › experiments \(\d/);
      terminal.press('q');
      await seeEnd(terminal, 0);
    },
  );

  test('ui-cli/run/screen-display: the result can go elsewhere while the screen is drawn', async () => {
    const terminal = openShell(
      ['sh', '-c', '"$NODE" --import tsx "$PROGRAM" run experiments/smoke.json | sed "s/^/piped: /"'],
      { SCRIPTED: 'ending' },
      { rows: 60 },
    );
    expect(await terminal.see(/trial-001 +running/)).toMatchObject({ isAlternate: true });
    const text = await seeEnd(terminal, 0);
    expect(text).toContain('piped: demo-0123456789: completed');
    expect(text).not.toMatch(/piped: experiment smoke/);
  });

  test.each([
    ['--plain', ['--plain'], {}, {}],
    ['CI', [], { CI: 'true' }, {}],
    ['TERM=dumb', [], { TERM: 'dumb' }, {}],
    ['a screen reader', [], { INK_SCREEN_READER: 'true' }, {}],
    ['a terminal that is too small', [], {}, { columns: 59 }],
  ])(
    'ui-cli/display/open-display: with %s a terminal gets plain lines, and Ctrl-C detaches',
    async (_what, flags, variables, size) => {
      const terminal = open(['watch', 'demo', ...flags], variables, size);
      await eventually('an epoch is told', terminal.output, (text) => text.includes('trial-001: epoch 4/10'));
      terminal.press(CTRL_C);
      expect(await terminal.exitCode).toBe(130);
      expect(terminal.output()).not.toContain('\u001b[');
      expect(terminal.output()).toContain('tt-exp cancel demo-0123456789');
    },
  );

  test.each([
    ['SIGTERM', 130, 'keeps running'],
    ['SIGINT', 130, 'keeps running'],
    ['SIGHUP', 129, ''],
  ] as const)('ui-cli/run/screen-display: %s gives the terminal back, and ends with %i', async (signal, code, told) => {
    const terminal = openShell([
      'sh',
      '-c',
      `(sh -c 'echo "pid $PPID"'; exec "$NODE" --import tsx "$PROGRAM" watch demo); echo "ended with $?"`,
    ]);
    await terminal.see(/trial-001 +running/);
    process.kill(Number(/pid (\d+)/.exec(terminal.output())?.[1]), signal);
    const text = await seeEnd(terminal, 0);
    expect(text).toContain(`ended with ${code}`);
    expect(text).toContain(told);
  });

  test('ui-cli/run/screen-display: a mistake of ours ends the command with the error on the normal screen', async () => {
    const terminal = open(['watch', 'demo'], { SCRIPTED_MISTAKE: 'undrawable-trial' });
    const text = await seeEnd(terminal, 1);
    expect(text).toContain('error: tt-exp failed unexpectedly: ');
    expect(text).toContain('hint: Run it again with --verbose');
  });

  test('ui-cli/run/screen-display: many frames leave nothing behind in the process, whatever NODE_ENV says', async () => {
    const terminal = open(['watch', 'demo'], { SCRIPTED: 'crowded', NODE_ENV: 'development' });
    await terminal.see(/trial-000/);
    for (let press = 0; press < 30; press += 1) {
      terminal.press('\u001b[B\u001b[A');
    }
    terminal.press('?');
    await terminal.see('what all keys do');
    terminal.press('qq');
    const text = await seeEnd(terminal, 130);
    expect(text).toContain('tensorflow: notice: no GPU was found');
    expect(text).toContain('performance entries: 0, NODE_ENV: development');
  });
});
