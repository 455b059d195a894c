import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { openShownTerminal, type ShownTerminal } from '../support/shown-terminal.ts';

const TIMEOUT_MS = 600_000;
const TT_EXP = fileURLToPath(new URL('../../dist/bin/tt-exp.js', import.meta.url));
const SIZE = { columns: 110, rows: 30 };
const ESCAPE = '\u001b';

interface Services {
  readonly services: readonly { readonly name: string; readonly pid: number | null }[];
}

describe('e2e/dashboard', () => {
  let home: CliHome;
  let id = '';
  const opened: ShownTerminal[] = [];

  const json = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const result = await home.run([...args, '--json']);
    expect(result.exitCode, result.stderr).toBe(0);
    return JSON.parse(result.stdout) as Answer;
  };

  const open = (...args: readonly string[]): ShownTerminal => {
    const { CI: _ci, NO_COLOR: _noColor, ...environment } = home.environment;
    const terminal = openShownTerminal([process.execPath, TT_EXP, ...args], {
      ...SIZE,
      environment: { ...environment, TERM: 'xterm-256color' },
    });
    opened.push(terminal);
    return terminal;
  };

  const isPaused = async (): Promise<boolean> => (await json<{ sweep: { paused: boolean } }>('show', id)).sweep.paused;

  beforeAll(async () => {
    home = await createCliHome();
    const long = ['name=long', 'training.num_epochs=5000', 'training.early_stopping_patience=5000'].flatMap((set) => [
      '--set',
      set,
    ]);
    ({ experiment_id: id } = await json<{ experiment_id: string }>(
      'run',
      'experiments/smoke.json',
      ...long,
      '--detach',
    ));
  }, TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all(opened.map((terminal) => terminal.dispose()));
    await home?.dispose();
  });

  it(
    'two full screens steer one running sweep, every screen opens, and servers that die are told of until they are back',
    async () => {
      const [first, second] = [open(), open('ui')];
      await first.see(new RegExp(`> +${id} +running`));
      await second.see(new RegExp(`> +${id} +running`));

      first.press('p');
      await second.see(new RegExp(`${id} +paused`));
      expect(await isPaused()).toBe(true);
      second.press('p');
      await first.see(new RegExp(`${id} +running`));
      expect(await isPaused()).toBe(false);

      first.press('\r');
      await first.see('trial-000');
      first.press('\r');
      await first.see(new RegExp(`${id} › trial-000`));
      first.press(ESCAPE);
      await first.see('trial-001');
      first.press('2');
      await first.see('tt-exp › models');
      first.press('?');
      await first.see('what all keys do');
      first.press(' ');
      first.press('x');
      first.press('3');
      await first.see(/mlflow +healthy/);

      const { services } = await json<Services>('status');
      const servers = services.flatMap(({ name, pid }) => (name.startsWith('worker') || pid === null ? [] : [pid]));
      expect(servers).toHaveLength(2);
      for (const pid of servers) {
        process.kill(pid, 'SIGSTOP');
      }
      // Nobody presses a key meanwhile.
      await second.see('No answer for');
      for (const pid of servers) {
        process.kill(pid, 'SIGKILL');
      }
      await eventually(
        'it recovers by itself',
        second.screen,
        ({ rows }) => !rows.some((row) => row.includes('No answer')),
        { withinMs: 180_000 },
      );

      second.press('x');
      await second.see(`Cancel ${id}? Type cancel:`);
      second.press('cancel\r');
      await second.see(/cancelled/);
      first.press('1');
      await first.see(new RegExp(`${id} +cancelled`));

      for (const terminal of [first, second]) {
        terminal.press('q');
        expect(await terminal.exitCode).toBe(0);
        expect(terminal.screen()).toMatchObject({ isAlternate: false, isCursorShown: true });
      }
    },
    TIMEOUT_MS,
  );
});
