import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../ui-cli/main.ts';
import { createFakeRuntime, settle } from '../../support/fake-cli/fake-runtime.ts';
import { runScripted } from '../../support/fake-cli/scripted-runtime.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';
let config = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp cli ');
  config = join(folder, 'demo.json');
  await writeFile(config, '{"name":"demo"}');
});

describe('errors', () => {
  const failed = async (terminal: { readonly isTTY: boolean; readonly columns: number } | null) => {
    const fake = createFakeRuntime();
    Object.assign(fake.runtime.io.stderr, terminal);
    expect(await runCli(['models', 'verify'], fake.runtime)).toBe(64);
    return fake.stderr().trimEnd().split('\n');
  };
  const LINES = [
    "error: tt-exp models verify: missing required argument 'name'",
    'hint: `tt-exp models verify --help` shows how it is used.',
  ];

  test('break between words on a terminal, and never in a command; elsewhere each is one line', async () => {
    expect(await failed(null)).toEqual(LINES);
    expect(await failed({ isTTY: false, columns: 30 })).toEqual(LINES);
    expect(await failed({ isTTY: true, columns: 30 })).toEqual([
      'error: tt-exp models verify:',
      'missing required argument',
      "'name'",
      'hint:',
      '`tt-exp models verify --help`',
      'shows how it is used.',
    ]);
  });
});

describe('usage', () => {
  test('--help lists every command on stdout and ends with 0', async () => {
    const { exitCode, stdout } = await runScripted(['--help']);
    expect(exitCode).toBe(0);
    const commands = [...stdout().matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    expect(commands).toEqual(
      expect.arrayContaining([
        'run',
        'watch',
        'cancel',
        'approve',
        'reject',
        'list',
        'validate',
        'up',
        'down',
        'status',
        'doctor',
        'worker',
        'data',
      ]),
    );
  });

  test.each([['run'], ['watch'], ['validate'], ['worker'], ['data', 'generate']])(
    '%s --help shows examples',
    async (...command) => {
      const { exitCode, stdout } = await runScripted([...command, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout()).toContain(`$ tt-exp ${command.join(' ')}`);
    },
  );

  test('--version prints the version alone', async () => {
    const { exitCode, stdout } = await runScripted(['--version']);
    expect([exitCode, stdout()]).toEqual([0, '9.9.9\n']);
  });

  test('no command prints the help on stderr and ends with 64', async () => {
    const { exitCode, stdout, stderr, recorded } = await runScripted([]);
    expect([exitCode, stdout()]).toEqual([64, '']);
    expect(stderr()).toContain('Usage: tt-exp');
    expect(recorded.opened).toEqual([]);
  });

  test.each([
    [['rnu', 'x.json'], 'tt-exp: got the unknown command rnu', 'Did you mean run?'],
    [['data', 'genrate'], 'tt-exp data: got the unknown command genrate', 'Did you mean generate?'],
    [['run', 'x.json', '--jsn'], 'tt-exp run: got the unknown option --jsn', 'Did you mean --json?'],
    [['run'], "tt-exp run: missing required argument 'config'", '`tt-exp run --help`'],
    [['worker'], "tt-exp worker: required option '--queue <name>' not specified", '`tt-exp worker --help`'],
    [['worker', '--queue', 'tt-cpus'], '--queue: got "tt-cpus", expected one of tt-cpu, tt-gpu', '--queue tt-gpu'],
    [['worker', '--queue', 'tt-cpu', '--slots', '0'], '--slots: got "0", expected a whole number >= 1', '--slots 1'],
    [['run', 'x.json', '--timeout', 'soon'], '--timeout: got "soon", expected a duration', '--timeout 30m'],
    [
      ['run', 'x.json', '--set', 'seed'],
      '--set: got "seed", expected <key>=<value>',
      '--set training.learning_rate=0.0005',
    ],
    [['cancle', '--trial', 'x'], 'tt-exp: got the unknown command cancle', 'Did you mean cancel?'],
    [['--jsn', 'list'], 'tt-exp: got the unknown option --jsn', '`tt-exp --help`'],
    [['--read-only', 'cancel', 'demo'], '--read-only: got it before cancel, expected no command', '--read-only`'],
    [['--read-only'], 'ui: got an input that is no terminal, expected a terminal', '`tt-exp list`'],
    [['status', 'extra'], "tt-exp status: too many arguments for 'status'", '`tt-exp status --help`'],
  ])('%j ends with 64, an error line and a hint', async (args, error, hint) => {
    const { exitCode, stdout, stderr } = await runScripted(args);
    expect([exitCode, stdout()]).toEqual([64, '']);
    const [first, second, ...rest] = stderr().trimEnd().split('\n');
    expect(first).toMatch(/^error: /);
    expect(first).toContain(error);
    expect(second).toMatch(/^hint: /);
    expect(second).toContain(hint);
    expect(rest).toEqual([]);
  });

  test('--verbose before a command leaves the mistake with that command', async () => {
    const { exitCode, stderr } = await runScripted(['--verbose', 'run', 'x.json', '--jsn']);
    expect(exitCode).toBe(64);
    expect(stderr()).toContain('error: tt-exp run: got the unknown option --jsn');
  });

  test('a missing config ends with 66', async () => {
    const { exitCode, stderr } = await runScripted(['run', join(folder, 'missing.json')]);
    expect(exitCode).toBe(66);
    expect(stderr()).toContain('missing.json: got no such file, expected a JSON config');
  });

  test('an unexpected error asks for --verbose, which shows its stack', async () => {
    for (const [args, hasStack] of [
      [['status'], false],
      [['status', '--verbose'], true],
      [['--verbose', 'status'], true],
    ] as const) {
      const fake = createFakeRuntime({ services: { status: () => Promise.reject(new TypeError('boom')) } });
      expect(await runCli(args, fake.runtime)).toBe(1);
      await settle();
      expect(fake.stderr()).toContain('error: tt-exp failed unexpectedly: TypeError: boom');
      expect(fake.stderr().includes('main.test.ts')).toBe(hasStack);
    }
  });
});
