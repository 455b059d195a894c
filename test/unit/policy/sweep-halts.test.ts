import { describe, expect, test } from 'vitest';
import {
  afterFailure,
  atTarget,
  atTime,
  type HaltState,
  NO_HALT,
  retried,
  started,
  untilDeadline,
} from '../../../policy/sweep/sweep-halts.ts';
import type { SweepTrial } from '../../../policy/sweep/sweep-trial.ts';

const LIMITS = { maxFailures: 2, maxSeconds: 10, target: 0.5 };

const trial = (state: SweepTrial['state'], value: number): SweepTrial => ({
  ...{ index: 0, params: {}, state, decisions: [], known: [] },
  reports: [{ epoch: 1, value, sequence: 0 }],
});

const failing = (...codes: readonly Parameters<typeof afterFailure>[2][]): HaltState =>
  codes.reduce((state, code) => afterFailure(state, LIMITS, code), NO_HALT);

describe('policy/sweep-halts', () => {
  test('the time begins with the first trial, and a continued execution keeps its end', () => {
    const first = started(NO_HALT, LIMITS, 1000);
    expect(started(first, LIMITS, 9000).deadlineMs).toBe(11_000);
    expect(untilDeadline(first, 4000)).toBe(7000);
    expect(atTime(first, 10_999).halt).toBeNull();
    const up = atTime(first, 11_000);
    expect(up.halt).toBe('max_seconds');
    expect(untilDeadline(up, 11_000)).toBeNull();
    expect(untilDeadline(started(NO_HALT, { ...LIMITS, maxSeconds: null }, 1000), 1000)).toBeNull();
  });

  test('failures halt at their limit, a tripwire at once, and trying again takes both back', () => {
    expect(failing('TRAINING_DIVERGED').halt).toBeNull();
    const halted = failing('TRAINING_DIVERGED', 'TRAINING_DIVERGED');
    expect(halted.halt).toBe('max_failures');
    expect(failing('PREFLIGHT_FAILED').halt).toBe('preflight');
    expect(retried(halted)).toEqual(NO_HALT);
    expect(retried({ ...halted, halt: 'target' })).toMatchObject({ halt: 'target', failures: 0 });
  });

  test('only a completed trial reaches the target, and an earlier reason stays', () => {
    expect(atTarget(NO_HALT, LIMITS, [trial('pruned', 0.9), trial('running', 0.9)]).halt).toBeNull();
    expect(atTarget(NO_HALT, LIMITS, [trial('completed', 0.5)]).halt).toBe('target');
    expect(atTarget(NO_HALT, { ...LIMITS, target: null }, [trial('completed', 0.9)]).halt).toBeNull();
    const halted = failing('PREFLIGHT_FAILED');
    expect(atTarget(halted, LIMITS, [trial('completed', 0.9)]).halt).toBe('preflight');
  });
});
