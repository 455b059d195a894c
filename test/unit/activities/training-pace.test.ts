import { describe, expect, test } from 'vitest';
import { createPaceMeter, type PaceMeter } from '../../../activities/training-pace.ts';
import { epochRecord } from '../../support/experiment-views.ts';

/** Ends of epochs at these seconds after the step began. */
const paceAfter = (...ends: readonly number[]) => {
  let nowMs = 5000;
  const meter: PaceMeter = createPaceMeter(() => nowMs);
  const history = [epochRecord(1, 0.1), epochRecord(2, 0.1)];
  const tensorflow = { backend: 'native', library: '' } as const;
  meter.after({ kind: 'ready', tensorflow, resumedFromEpoch: 2, history });
  return ends.reduce<ReturnType<PaceMeter['after']>>((_, end, place) => {
    nowMs = 5000 + end * 1000;
    meter.after({ kind: 'step', epoch: place + 3, step: 1, steps: 2, trainLoss: 0.5 });
    return meter.after({
      kind: 'epoch',
      record: epochRecord(place + 3, 0.1),
      usage: { cpuPercent: 0, memoryMegabytes: 0 },
    });
  }, null);
};

describe('activities/training-pace', () => {
  test('nothing before the second epoch of this process, epochs from a checkpoint among them', () => {
    expect(paceAfter()).toBeNull();
    expect(paceAfter(20)).toBeNull();
  });

  test('loading and the first epoch are no part of what an epoch takes', () => {
    // 17 s to load, then a first epoch of 3 s and a second of 2 s: 20 - 2 = 18 s before and beyond epochs.
    expect(paceAfter(20, 22)).toEqual({ epochSeconds: 2, usualEpochSeconds: 2, setupSeconds: 18 });
  });

  test('the middle one of the latest five counts, so an hour of sleep does not', () => {
    expect(paceAfter(10, 12, 14, 16, 3616)?.epochSeconds).toBe(2);
    // 2 s each at first; the latest five took 4 s.
    expect(paceAfter(10, 12, 14, 18, 22, 26, 30, 34)?.epochSeconds).toBe(4);
    // Six epochs of 1 s, then a burst of 9 s each: three of it turn the latest five, and not all of them.
    expect(paceAfter(10, 11, 12, 13, 14, 15, 16, 25, 34)).toMatchObject({ epochSeconds: 1, usualEpochSeconds: 1 });
    expect(paceAfter(10, 11, 12, 13, 14, 15, 16, 25, 34, 43)).toMatchObject({
      epochSeconds: 9,
      usualEpochSeconds: 1,
    });
  });
});
