import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../host/clock.ts';

describe('host/clock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('does not jump with the wall clock', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(1_000);
    expect(Date.now()).toBe(1_000);
    expect(systemClock.nowMs()).toBeGreaterThan(Date.UTC(2020, 0, 1));
  });
});
