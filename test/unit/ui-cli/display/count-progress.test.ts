import { describe, expect, test } from 'vitest';
import { createCountProgress, progressText } from '../../../../ui-cli/display/count-progress.ts';

const record = (columns: number) => {
  let text = '';
  const stderr = {
    columns,
    write: (part: string) => {
      text += part;
      return true;
    },
  } as unknown as NodeJS.WriteStream;
  return { stderr, text: () => text };
};

/** Progress with a clock that the test sets. */
const progressOn = (isRedrawn: boolean, columns = 120) => {
  const { stderr, text } = record(columns);
  let nowMs = 1_000_000;
  const progress = createCountProgress(stderr, { isRedrawn, now: () => nowMs, name: 'embed', unit: 'texts' });
  return {
    ...progress,
    text,
    at: (seconds: number) => {
      nowMs = 1_000_000 + seconds * 1000;
    },
  };
};

describe('ui-cli/display/count-progress', () => {
  test('the rate counts what was made, not what was known', () => {
    expect(progressText({ done: 600, total: 1000, cached: 100, seconds: 5, unit: 'texts' })).toBe(
      '600 of 1,000 texts (60.0 %), 100 from the cache, 100 texts/s, 4.0 s left',
    );
    expect(progressText({ done: 0, total: 0, cached: 0, seconds: 0, unit: 'texts' })).toBe('0 of 0 texts (100.0 %)');
  });

  test('without a terminal it writes a line every five seconds and at the end', () => {
    const { onCount, at, close, text } = progressOn(false);
    for (const [seconds, done] of [
      [0, 0],
      [1, 10],
      [4.9, 20],
      [5, 30],
      [6, 40],
      [7, 100],
    ] as const) {
      at(seconds);
      onCount(done, 100, 0);
    }
    close();
    expect(text().match(/embed: \d+/g)).toEqual(['embed: 0', 'embed: 30', 'embed: 100']);
    expect(text()).toContain('embed: 30 of 100 texts (30.0 %), 6 texts/s, 12 s left\n');
    expect(text()).not.toContain('\u001b');
  });

  test('on a terminal it redraws one line that fits, and ends it', () => {
    const { onCount, at, close, text } = progressOn(true, 30);
    onCount(0, 1_000_000, 0);
    at(2);
    onCount(500_000, 1_000_000, 0);
    close();
    const [, ...draws] = text().split('\r\u001b[K');
    expect(draws.length).toBe(2);
    expect(draws.every((draw) => draw.trimEnd().length < 30)).toBe(true);
    expect(text().endsWith('\n')).toBe(true);
    expect(text().match(/\n/g)?.length).toBe(1);
  });

  test('what is said stays above the line that is redrawn', () => {
    const { onCount, say, close, text } = progressOn(true);
    say('before');
    onCount(1, 2, 0);
    say('a warning');
    close();
    close();
    expect(text()).toBe(
      '\r\u001b[Kbefore\n\r\u001b[Kembed: 1 of 2 texts (50.0 %)\r\u001b[Ka warning\n\r\u001b[Kembed: 1 of 2 texts (50.0 %)\n',
    );
  });
});
