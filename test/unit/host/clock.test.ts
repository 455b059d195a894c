import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSteadyWallClock, systemClock } from '../../../host/clock.ts';

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

  it('follows the wall clock, but never back', () => {
    const clocks = { wall: 1_000, steady: 0 };
    const nowMs = createSteadyWallClock(
      () => clocks.wall,
      () => clocks.steady,
    );
    const at = (wall: number, steady: number): number => {
      Object.assign(clocks, { wall, steady });
      return nowMs();
    };
    expect(nowMs()).toBe(1_000);
    expect(at(1_500, 500)).toBe(1_500);
    // Set back by an hour, and forth by a little, as after the machine slept.
    expect(at(-3_600_000, 700)).toBe(1_700);
    expect(at(-3_599_000, 1_700)).toBe(2_700);
    expect(at(10_000, 1_800)).toBe(10_000);
    expect(at(9_000, 1_900)).toBe(10_100);
  });
});
