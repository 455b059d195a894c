/** The full screen on a real terminal, with a scripted experiment behind it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { EXPERIMENT_ID } from '../support/experiment-views.ts';
import { openShownTerminal, type ShownTerminal } from '../support/shown-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../support/scripted-tt-exp.ts', import.meta.url));
const ESCAPE = '\u001b';
const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';
const [COLUMNS, ROWS] = [90, 24];

const opened: ShownTerminal[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((terminal) => terminal.dispose()));
});

const { CI: _ci, NO_COLOR: _noColor, INK_SCREEN_READER: _reader, ...rest } = process.env;

/** @param command of a shell, in which PROGRAM is the command line */
const openShell = (command: readonly string[], variables: NodeJS.ProcessEnv = {}): ShownTerminal => {
  const terminal = openShownTerminal(command, {
    ...{ columns: COLUMNS, rows: ROWS },
    environment: { ...rest, TERM: 'xterm-256color', ...variables },
  });
  opened.push(terminal);
  return terminal;
};

const open = (args: readonly string[] = [], variables: NodeJS.ProcessEnv = {}): ShownTerminal =>
  openShell([process.execPath, '--import', 'tsx', PROGRAM, ...args], variables);

/** A line of a shell that runs it. */
const LINE = '"$NODE" --import tsx "$PROGRAM" $ARGS';
const COMMAND = { NODE: process.execPath, PROGRAM, ARGS: '' };

/** Says its process before, and after its end whether the terminal reads as before. */
const openSame = (variables: NodeJS.ProcessEnv = {}): ShownTerminal =>
  openShell(
    [
      'sh',
      '-c',
      `before=$(stty -g); (sh -c 'echo "pid $PPID"'; exec ${LINE}); code=$?
       if [ "$before" = "$(stty -g)" ]; then same=yes; else same=no; fi
       echo "ended with $code, terminal as before: $same"`,
    ],
    { ...COMMAND, ...variables },
  );

/** Back on the first screen, with a cursor, and with the terminal's own way of reading lines. */
const expectGivenBack = ({ screen }: ShownTerminal): void => {
  expect(screen()).toMatchObject({ isAlternate: false, isCursorShown: true });
};

describe('ui-cli/dashboard on a real terminal', () => {
  test('ui-cli/without-command: without arguments the full screen opens, and q gives the terminal back', async () => {
    const shown = open();
    const seen = await shown.see(EXPERIMENT_ID);
    expect(seen).toMatchObject({ isAlternate: true, isCursorShown: false });
    expect(seen.rows[0]).toBe('tt-exp › experiments (2, 1 running)');
    shown.press('q');
    expect(await shown.exitCode).toBe(0);
    expectGivenBack(shown);
    expect(shown.screen().rows.join('\n')).toContain('cancelled: 0, closed: 1');
  });

  test('ui-cli/without-command: --read-only offers nothing that changes something', async () => {
    const shown = open(['--read-only']);
    const seen = await shown.see(EXPERIMENT_ID);
    expect(seen.rows[0]).toMatch(/ read-only$/);
    expect(seen.rows.at(-1)).not.toContain('pause');
    shown.press('q');
    expect(await shown.exitCode).toBe(0);
  });

  test('ui-cli/dashboard/ui-command: a screen reader gets lines, and is told why', async () => {
    const shown = open(['ui'], { INK_SCREEN_READER: 'true' });
    expect(await shown.exitCode).toBe(0);
    expect(shown.output()).not.toContain(ESCAPE);
    expect(shown.output()).toContain('INK_SCREEN_READER is set: lines instead of a full screen.');
    expect(shown.output()).toContain(EXPERIMENT_ID);
  });

  test.each([
    ['TERM=dumb', { TERM: 'dumb' }],
    ['TERM=unknown', { TERM: 'unknown' }],
    ['CI=true', { CI: 'true' }],
  ])('ui-cli/display/full-screen: with %s ui ends with 64, and what to use instead', async (got, variables) => {
    const shown = open(['ui'], variables);
    expect(await shown.exitCode).toBe(64);
    expect(shown.output()).not.toContain(ESCAPE);
    expect(shown.output()).toContain(`error: ui: got ${got}, expected a terminal that shows a full screen`);
    expect(shown.output()).toContain('hint: `tt-exp list`');
  });

  test.each([
    ['throws', 'Error: thrown at nobody'],
    ['rejects', 'Error: rejected at nobody'],
    ['undrawable', 'TypeError'],
  ])(
    'ui-cli/dashboard/program: a mistake of ours (%s) ends it with the error on the normal screen',
    async (mistake, message) => {
      const shown = openSame({ SCRIPTED_MISTAKE: mistake });
      expect(await shown.exitCode).toBe(0);
      expectGivenBack(shown);
      const text = shown.screen().rows.join('\n');
      expect(text).toContain(`error: tt-exp failed unexpectedly: ${message}`);
      expect(text).toContain('hint: Run it again with --verbose');
      expect(text).toContain('ended with 1, terminal as before: yes');
    },
  );

  test.each([
    ['SIGTERM', 130],
    // As without a listener: by the signal.
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('ui-cli/dashboard/program: %s gives the terminal back, and ends with %i', async (signal, code) => {
    const shown = openSame();
    await shown.see(EXPERIMENT_ID);
    process.kill(Number(/pid (\d+)/.exec(shown.output())?.[1]), signal);
    expect(await shown.exitCode).toBe(0);
    expectGivenBack(shown);
    expect(shown.screen().rows.join('\n')).toContain(`ended with ${code}, terminal as before: yes`);
  });

  test('ui-cli/dashboard/program: Ctrl-C closes a prompt, and leaves where there is none', async () => {
    const shown = openSame();
    await shown.see(EXPERIMENT_ID);
    shown.press(':mod');
    await shown.see(/^:mod/);
    shown.press(CTRL_C);
    const seen = await shown.see(EXPERIMENT_ID);
    expect(seen.isAlternate).toBe(true);
    await eventually('the prompt is gone', shown.screen, ({ rows }) => !rows.some((row) => row.startsWith(':mod')));
    shown.press(CTRL_C);
    expect(await shown.exitCode).toBe(0);
    expect(shown.screen().rows.join('\n')).toContain('ended with 0, terminal as before: yes');
  });

  test('ui-cli/dashboard/program: Ctrl-Z gives the terminal to the shell, fg draws the whole screen again', async () => {
    const shown = openShell(['bash', '--norc', '--noprofile', '--noediting', '-i'], { ...COMMAND, PS1: '$ ' });
    shown.press(`${LINE}\n`);
    const before = await shown.see(EXPERIMENT_ID);
    shown.press(CTRL_Z);
    const stopped = await shown.see('Stopped');
    expect(stopped).toMatchObject({ isAlternate: false, isCursorShown: true });
    shown.press('echo the shell reads $((6 * 7))\n');
    await shown.see('the shell reads 42');
    shown.press('fg\n');
    await eventually('the full screen is back', shown.screen, ({ isAlternate }) => isAlternate);
    const after = await shown.see(EXPERIMENT_ID);
    expect(after.rows.length).toBe(before.rows.length);
    expect(after.rows.at(-1)).toBe(before.rows.at(-1));
    expect(after.rows[0]).toBe(before.rows[0]);
    shown.press('?');
    await shown.see('what all keys do');
    shown.press('qq');
    await shown.see('closed: 1');
    shown.press('exit\n');
    await shown.exitCode;
  });

  test('ui-cli/dashboard/program: who leaves as soon as fg has drawn has left for good', async () => {
    const shown = openShell(['bash', '--norc', '--noprofile', '--noediting', '-i'], { ...COMMAND, PS1: '$ ' });
    shown.press(`${LINE}\n`);
    await shown.see(EXPERIMENT_ID);
    shown.press(CTRL_Z);
    await shown.see('Stopped');
    shown.press('fg\n');
    await eventually('the full screen is back', shown.screen, ({ isAlternate }) => isAlternate, { everyMs: 1 });
    shown.press('q');
    await shown.see('closed: 1');
    shown.press('echo the shell reads $((6 * 7))\n');
    await shown.see('the shell reads 42');
    shown.press('exit\n');
    await shown.exitCode;
    expectGivenBack(shown);
  });

  test('ui-cli/dashboard/program: follows the size of the terminal, tiny ones too', async () => {
    const shown = open();
    await shown.see(EXPERIMENT_ID);
    shown.resize(30, 5);
    const tiny = await shown.see('60×12 needed');
    expect(tiny.rows).toHaveLength(5);
    shown.resize(150, 45);
    await shown.see(EXPERIMENT_ID);
    const large = await shown.see(/q leave$/);
    expect(large.rows.at(-1)).toMatch(/q leave$/);
    shown.resize(70, 14);
    const small = await shown.see(/^⏎ open /);
    expect(small.rows.at(-1)).toMatch(/^⏎ open /);
    expect(small.rows[0]).toBe('tt-exp › experiments (2, 1 running)');
    shown.press('q');
    expect(await shown.exitCode).toBe(0);
  });

  test('ui-cli/dashboard/program: without colours nothing but bold and reverse is used', async () => {
    const shown = open([], { NO_COLOR: '1', FORCE_COLOR: '1' });
    await shown.see(EXPERIMENT_ID);
    shown.press('q');
    expect(await shown.exitCode).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
    const styles = new Set([...shown.output().matchAll(/\u001b\[([\d;]*)m/g)].map(([, style]) => style));
    expect([...styles].sort()).toEqual(['0', '1', '22', '27', '7']);
  });

  test('ui-cli/dashboard/program/theme: a terminal that calls itself xterm gets the 16 colours that it has', async () => {
    const shown = openShell([process.execPath, '--import', 'tsx', PROGRAM], {
      TERM: 'xterm',
      COLORTERM: '',
      SCRIPTED: 'ended',
    });
    await shown.see(EXPERIMENT_ID);
    // Curves have colours that it has not.
    shown.press('\r');
    await shown.see('> trial-000 ');
    shown.press('q');
    expect(await shown.exitCode).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
    const styles = [...shown.output().matchAll(/\u001b\[([\d;]*)m/g)].map(([, style]) => style ?? '');
    // Green: a trial that is completed.
    expect(styles).toContain('32');
    expect(styles.filter((style) => /^[34]8;/.test(style))).toEqual([]);
    expectGivenBack(shown);
  });

  test.each([
    ['list', /^experiment +status/],
    [`watch ${EXPERIMENT_ID} --events`, /^\{"v/],
  ])('ui-cli/command-line/lost-output: %s ends quietly when its reader goes away', async (args, first) => {
    const shown = openShell(
      ['bash', '-c', `${LINE} 2>&1 | head -1 | cut -c1-60; echo "ended with \${PIPESTATUS[0]}"`],
      {
        ...COMMAND,
        ARGS: args,
        SCRIPTED: 'ending',
      },
    );
    expect(await shown.exitCode).toBe(0);
    const [line, ended, ...others] = shown.screen().rows.filter((row) => row !== '');
    expect(line).toMatch(first);
    expect(ended).toBe('ended with 0');
    expect(others).toEqual([]);
  });

  test('ui-cli/dashboard/program: ends quietly when its terminal goes away', async () => {
    const folder = await temporaryFolder('tt-exp gone ');
    const file = join(folder, 'ended');
    // The shell ignores the hang-up and does not hand it on: the program reads the end of its input.
    const shown = openShell(['sh', '-c', `trap '' HUP; ${LINE} 2>"$FILE.err"; echo "$?" >"$FILE"`], {
      ...COMMAND,
      FILE: file,
    });
    await shown.see(EXPERIMENT_ID);
    await shown.dispose();
    await eventually(
      'the program has ended',
      () => existsSync(file) && readFileSync(file, 'utf8'),
      (code) => code !== false && code !== '',
    );
    expect(readFileSync(file, 'utf8')).toBe('129\n');
    expect(readFileSync(`${file}.err`, 'utf8')).not.toMatch(/error|Assertion/);
  });
});
