import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCliRuntime } from '../../../bin/cli-runtime.ts';

const HOUR_MS = 3_600_000;

describe('bin/cli-runtime', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([HOUR_MS, -HOUR_MS])('the full screen’s clock does not jump with the wall clock by %d ms', (jump) => {
    const { now } = createCliRuntime();
    const before = now();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jump });
    expect(Math.abs(now() - before)).toBeLessThan(HOUR_MS / 2);
  });
});
