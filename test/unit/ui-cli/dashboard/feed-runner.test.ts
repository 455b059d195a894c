import { afterEach, describe, expect, test, vi } from 'vitest';
import { createFeedRunner, type FeedRunnerOptions } from '../../../../ui-cli/dashboard/program/feed-runner.ts';

const LOG = { feed: 'log', of: 'mlflow' } as const;

afterEach(() => {
  vi.useRealTimers();
});

describe('ui-cli/dashboard/program/feed-runner', () => {
  test('a feed that was answered until nobody looked leaves no timer behind', async () => {
    vi.useFakeTimers();
    let clockMs = 0;
    const asked: string[] = [];
    const log = (of: string, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((resolve) => {
        asked.push(of);
        signal.addEventListener('abort', () => resolve({ first: 0, lines: [] }));
      });
    const runner = createFeedRunner({
      ask: { log } as unknown as FeedRunnerOptions['ask'],
      sink: { fed: () => undefined, trouble: () => undefined },
      now: () => clockMs,
    });
    runner.want([LOG]);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toEqual(['mlflow']);
    clockMs = 3_600_000;
    runner.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('whoever answers is told the version that is asked for', async () => {
    vi.useFakeTimers();
    const versions: (string | undefined)[] = [];
    const decisions = async (_: string, { version }: { readonly version?: string }) => {
      versions.push(version);
      return { known: {}, problem: null };
    };
    const runner = createFeedRunner({
      ask: { decisions } as unknown as FeedRunnerOptions['ask'],
      sink: { fed: () => undefined, trouble: () => undefined },
      now: () => 0,
    });
    runner.want([{ feed: 'decisions', of: '', version: '1 a' }]);
    await vi.advanceTimersByTimeAsync(200);
    runner.want([{ feed: 'decisions', of: '', version: '1 a b' }]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(versions).toEqual(['1 a', '1 a b']);
    runner.stop();
  });

  test('a question that was given up is asked again soon, however long it took', async () => {
    vi.useFakeTimers();
    let clockMs = 0;
    let asked = 0;
    const experiment = (): Promise<never> => {
      asked += 1;
      clockMs += 12_000;
      return Promise.reject(new Error('no answer'));
    };
    const runner = createFeedRunner({
      ask: { experiment } as unknown as FeedRunnerOptions['ask'],
      sink: { fed: () => undefined, trouble: () => undefined },
      now: () => clockMs,
    });
    runner.want([{ feed: 'experiment', of: 'a' }]);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toBe(2);
    runner.stop();
  });
});
