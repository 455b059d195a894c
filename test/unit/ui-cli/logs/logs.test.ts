import { describe, expect, test } from 'vitest';
import { parseLogLine } from '../../../../ui-cli/logs/log-line.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { createFakeRuntime, type FakeRuntime, settle } from '../../../support/fake-cli/fake-runtime.ts';

const LOGS: Readonly<Record<string, readonly string[]>> = {
  mlflow: ['--- mlflow started 2026-11-30T10:00:01.000Z', '\u001b[31mred\u001b[0m \u0007'],
  'worker-tt-cpu-1': ['{"time":"2026-11-30T10:00:02.000Z","level":"info","message":"extracted 5 interactions"}'],
  'worker-tt-gpu-1': [
    '{"time":"2026-11-30T10:00:00.000Z","level":"WARN","message":"no GPU","taskQueue":"tt-gpu"}',
    '{"time":"2026-11-30T10:00:03.000Z","level":"error","message":"it broke"}',
  ],
};

interface Asked {
  readonly file: string;
  readonly count: number;
  readonly isFollowed: boolean;
}

/** @param added what each followed log gets */
const fakeLogs = (added: readonly string[] = []) => {
  const asked: Asked[] = [];
  const fake = createFakeRuntime({
    now: () => Date.parse('2026-11-30T10:00:05Z'),
    serviceLogs: async () => Object.keys(LOGS).map((name) => ({ name, file: `/logs/${name}.log` })),
    readServiceLog: async (file, count, isFollowed) => {
      asked.push({ file, count, isFollowed });
      return {
        lines: count === 0 ? [] : (LOGS[file.slice('/logs/'.length, -'.log'.length)] ?? []).slice(-count),
        follow: async function* (signal) {
          yield* added;
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        },
      };
    },
  });
  return { fake, asked };
};

const logs = async (args: readonly string[], act: (fake: FakeRuntime) => Promise<void> = async () => {}) => {
  const { fake, asked } = fakeLogs(['added \u001b[2J']);
  const running = runCli(['logs', ...args], fake.runtime);
  await act(fake);
  const exitCode = await running;
  await settle();
  return { exitCode, asked, stdout: fake.stdout(), stderr: fake.stderr(), listeners: fake.listeners() };
};

describe('ui-cli/logs', () => {
  test('prints the last lines of a log; nothing in them controls the terminal', async () => {
    const { exitCode, stdout, asked } = await logs(['mlflow']);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('--- mlflow started 2026-11-30T10:00:01.000Z\n\\u001b[31mred\\u001b[0m \\u0007\n');
    expect(asked).toEqual([{ file: '/logs/mlflow.log', count: 100, isFollowed: false }]);
  });

  test('several logs are printed by time, with their names', async () => {
    const { stdout } = await logs(['worker', '--lines', '2']);
    expect(stdout).toBe(
      [
        'worker-tt-cpu-1  2026-11-30 10:00:02  info   extracted 5 interactions',
        'worker-tt-gpu-1  2026-11-30 10:00:03  error  it broke',
        '',
      ].join('\n'),
    );
  });

  test('--since leaves out what is older; a line without a time has that of the line before', async () => {
    const recent = await logs(['worker', '--since', '3s']);
    expect(recent.stdout.match(/ {2}(?:info|warn|error) /g)).toHaveLength(2);
    expect(recent.asked.map(({ count }) => count)).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect((await logs(['mlflow', '--since', '2026-11-30T10:00:01'])).stdout.split('\n')).toHaveLength(3);
    expect((await logs(['mlflow', '--since', '2026-11-30T10:00:02'])).stdout).toBe('');
  });

  test('--json prints one object a line, with the fields of ours in the message', async () => {
    const { stdout } = await logs(['worker-tt-gpu', '--json']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        source: 'worker-tt-gpu-1',
        time: '2026-11-30T10:00:00.000Z',
        level: 'warn',
        message: 'no GPU taskQueue=tt-gpu',
      },
      { source: 'worker-tt-gpu-1', time: '2026-11-30T10:00:03.000Z', level: 'error', message: 'it broke' },
    ]);
  });

  test('-f prints what is added until Ctrl-C, which ends it with 130', async () => {
    const { exitCode, stdout, asked, listeners } = await logs(['-f', 'mlflow', '-n', '0'], async (fake) => {
      await expect.poll(fake.stdout).toContain('added');
      fake.interrupt();
    });
    expect([exitCode, stdout, listeners]).toEqual([130, 'added \\u001b[2J\n', 0]);
    expect(asked).toEqual([{ file: '/logs/mlflow.log', count: 0, isFollowed: true }]);
  });

  test('-f ends with the first line that a pipe does not take, though the pipe never closes', async () => {
    const { exitCode } = await logs(['-f', 'mlflow'], async ({ stdout, runtime }) => {
      await expect.poll(stdout).toContain('added');
      runtime.io.stdout.emit('error', Object.assign(new Error('EPIPE: broken pipe, write'), { code: 'EPIPE' }));
    });
    expect(exitCode).toBe(0);
  });

  test('-f ends when nobody reads any more', async () => {
    const { exitCode } = await logs(['-f', 'mlflow'], async ({ stdout, runtime }) => {
      await expect.poll(stdout).toContain('added');
      runtime.io.stdout.destroy();
    });
    expect(exitCode).toBe(0);
  });

  test.each([
    [
      ['mlfow'],
      'tt-exp logs: got "mlfow", expected a server, worker, experiment or trial',
      'Did you mean mlflow? Logs: mlflow, worker-tt',
    ],
    [['wrker'], 'got "wrker", expected a server, worker, experiment or trial', 'Did you mean worker? Logs: mlflow, '],
    [['worker-tt-cpy'], 'got "worker-tt-cpy", expected a server', 'Did you mean worker-tt-cpu? Logs: mlflow, '],
    [['mlflow', '--since', 'soon'], '--since: got "soon", expected a duration or an ISO 8601 time', '--since 10m'],
    [['mlflow', '--lines', 'x'], '--lines: got "x", expected a whole number >= 0', '--lines 1'],
  ])('%j ends with 64, an error line and a hint', async (args, error, hint) => {
    const { exitCode, stderr } = await logs(args);
    expect(exitCode).toBe(64);
    expect(stderr).toContain(error);
    expect(stderr.split('\n')[1]).toContain(hint);
  });

  test('ui-cli/logs/log-line: finds the times that servers write', () => {
    const utc = Date.parse('2026-11-30T10:14:16Z');
    expect(parseLogLine('time=2026-11-30T10:14:16.000Z level=ERROR').atMs).toBe(utc);
    // The servers' own lines have the time of this machine.
    expect(parseLogLine('2026/11/30 10:14:16 INFO: started').atMs).toBe(Date.parse('2026-11-30T10:14:16'));
    expect(parseLogLine('nothing').atMs).toBeNull();
    expect(parseLogLine('{"message": 5}')).toEqual({ atMs: null, level: null, message: '{"message": 5}' });
    expect(parseLogLine('{"time":')).toEqual({ atMs: null, level: null, message: '{"time":' });
  });
});
