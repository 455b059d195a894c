import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openProgress, withProgress } from '../../../../ui-cli/display/progress.ts';
import { createFakeRuntime, settle } from '../../../support/fake-cli/fake-runtime.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const CLEAR = '\r\u001b[K';

/** Progress with a clock that the test sets, which ticks as it goes. */
const open = (columns: number | null, slices: { isPlain?: boolean } = {}, variables: Record<string, string> = {}) => {
  let nowMs = 1_000_000;
  const fake = createFakeRuntime({ now: () => nowMs, ...slices }, variables);
  if (columns !== null) {
    Object.assign(fake.runtime.io.stderr, { isTTY: true, columns });
  }
  const progress = openProgress(fake.runtime, { name: 'embed' });
  const texts = (done: number, total = 100) => progress.count({ done, total, unit: 'texts' });
  return {
    ...progress,
    texts,
    runtime: fake.runtime,
    /** Milliseconds; one tick a second. */
    wait: (ms: number) => {
      for (let left = ms; left > 0; left -= 1_000) {
        nowMs += Math.min(1_000, left);
        vi.advanceTimersByTime(Math.min(1_000, left));
      }
    },
    stderr: async () => {
      await settle();
      return fake.stderr();
    },
    stdout: async () => {
      await settle();
      return fake.stdout();
    },
  };
};

describe('without a terminal', () => {
  test('counted work has a line every five seconds, and one at its end where it had any', async () => {
    const { texts, wait, close, stderr } = open(null);
    texts(0);
    wait(4_900);
    texts(30);
    wait(100);
    wait(2_000);
    texts(100);
    close();
    const lines = (await stderr()).trimEnd().split('\n');
    // 30 in 5 s, so 70 in 11.7 s.
    expect(lines).toEqual([
      'embed: 30 of 100 texts (30.0 %), 6 texts/s, 12 s left',
      'embed: 100 of 100 texts (100.0 %), 14 texts/s',
    ]);
  });

  test('what takes less than five seconds says nothing', async () => {
    const { begin, texts, wait, close, stderr } = open(null);
    begin('reading the source');
    wait(2_000);
    texts(0);
    wait(2_000);
    texts(100);
    close();
    wait(60_000);
    expect(await stderr()).toBe('');
  });

  test('work without a count tells its time, ever less often', async () => {
    const { begin, wait, close, stderr } = open(null);
    begin('reading the source');
    wait(200_000);
    close();
    const told = [...(await stderr()).matchAll(/^embed: reading the source, (.*)$/gm)].map(([, time]) => time);
    expect(told).toEqual(['5.0 s', '15 s', '35 s', '1 min 15 s', '2 min 15 s', '3 min 15 s']);
  });

  test('counts that are done give way to what is done next', async () => {
    const { begin, texts, wait, close, stderr } = open(null);
    begin('working');
    texts(100);
    wait(6_000);
    close();
    expect(await stderr()).toBe('embed: working, 5.0 s\n');
  });
});

describe('on a terminal', () => {
  test('one line is redrawn ten times a second at most, fits, and is gone at the end', async () => {
    const { texts, wait, close, stderr } = open(30);
    texts(0, 1_000_000);
    for (let step = 1; step <= 20; step += 1) {
      wait(10);
      texts(step * 1_000, 1_000_000);
    }
    close();
    const [before, ...draws] = (await stderr()).split(CLEAR);
    expect(before).toBe('');
    // After 100 ms and after 200 ms; the last one clears.
    expect(draws).toEqual(['embed: 1.0 %', 'embed: 2.0 %', '']);
  });

  test('it tells the time of what is not counted each second, and nothing of what takes less', async () => {
    const { begin, wait, close, stderr } = open(80);
    begin('reading the source');
    wait(2_500);
    close();
    expect(await stderr()).toBe(
      `${CLEAR}embed: reading the source, 1.0 s${CLEAR}embed: reading the source, 2.0 s${CLEAR}`,
    );
  });

  test('what is said stays above the line', async () => {
    const { texts, wait, say, print, close, stderr, stdout, runtime } = open(80);
    say('before');
    wait(100);
    texts(1, 2);
    say('a warning');
    print(runtime.io.stdout, ['a result']);
    close();
    close();
    const line = `${CLEAR}embed: 1 of 2 texts (50.0 %)`;
    expect(await stderr()).toBe(`before\n${line}${CLEAR}a warning\n${line}${CLEAR}${line}${CLEAR}`);
    expect(await stdout()).toBe('a result\n');
  });

  test('lines that say how a step ended replace the line of that step', async () => {
    const { draw, wait, say, close, stderr } = open(80);
    wait(100);
    draw(['Epoch 1/2 of the long kind', 'Epoch 1/2']);
    say('Epoch 1/2: 0.4');
    close();
    expect(await stderr()).toBe(`${CLEAR}Epoch 1/2 of the long kind${CLEAR}Epoch 1/2: 0.4\n`);
  });

  test('a download is part of the line, and what is ready stays', async () => {
    const { service, wait, close, stderr } = open(80);
    wait(100);
    service({ part: 'minilm', step: 'download', message: 'model', percent: 40 });
    service({ part: 'minilm', step: 'ready', message: 'all-MiniLM', percent: 100 });
    close();
    expect(await stderr()).toBe(`${CLEAR}minilm: download: model (40 %)${CLEAR}minilm: ready: all-MiniLM\n`);
  });

  test('what is provisioned side by side shares the line', async () => {
    const { service, wait, close, stderr } = open(80);
    wait(100);
    service({ part: 'mlflow', step: 'download', message: 'numpy', percent: 40 });
    wait(100);
    service({ part: 'temporal', step: 'download', message: 'temporal', percent: 50 });
    close();
    service({ part: 'mlflow', step: 'notice', message: 'later' });
    expect(await stderr()).toBe(
      `${CLEAR}mlflow: download: numpy (40 %)` +
        `${CLEAR}mlflow: download: numpy (40 %); temporal: download: temporal (50 %)${CLEAR}mlflow: notice: later\n`,
    );
  });

  test.each([
    ['--plain', { isPlain: true }, {}],
    ['CI', {}, { CI: 'true' }],
    ['a terminal that cannot move its cursor', {}, { TERM: 'dumb' }],
  ])('%s has lines instead', async (_, options, variables) => {
    const { begin, wait, close, stderr } = open(80, options, variables);
    begin('reading the source');
    wait(6_000);
    close();
    expect(await stderr()).toBe('embed: reading the source, 5.0 s\n');
  });
});

test('a failure ends the progress too', async () => {
  const fake = createFakeRuntime({ now: () => 0 });
  const failing = withProgress(fake.runtime, { name: 'embed' }, async ({ begin }) => {
    begin('reading the source');
    throw new Error('no such file');
  });
  await expect(failing).rejects.toThrow('no such file');
  expect(vi.getTimerCount()).toBe(0);
});
