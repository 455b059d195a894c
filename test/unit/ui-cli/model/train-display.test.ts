import { expect, test } from 'vitest';
import { openTrainDisplay } from '../../../../ui-cli/model/train-display.ts';
import { resolvedConfig } from '../../../support/experiment-fixtures.ts';
import { epochRecord } from '../../../support/experiment-views.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';

test('what is left follows from epochs after the first one, which compiles as well', () => {
  const { runtime, stdout } = createFakeRuntime();
  const display = openTrainDisplay(runtime, { name: 'train', isJson: false });
  const { model, training } = resolvedConfig();
  const settings = { seed: 7, relevanceThreshold: 0.4, model, training: { ...training, num_epochs: 4 } };
  display.onEvent({ kind: 'attempt', settings, note: null });
  for (const [epoch, seconds] of [
    [1, 30],
    [2, 2],
    [3, 4],
    [4, 3],
  ] as const) {
    const record = { ...epochRecord(epoch, 0.2), seconds };
    display.onEvent({
      kind: 'compute',
      message: { kind: 'epoch', record, usage: { cpuPercent: 0, memoryMegabytes: 0 } },
    });
  }
  const told = stdout()
    .split('\n')
    .filter((line) => line.startsWith('  Training:'));
  // After epoch 2 two epochs of 2 s are left; after epoch 3 one of (2 + 4) / 2 s.
  expect(told).toEqual([
    '  Training: 30 s',
    '  Training: 2.0 s, at most 4.0 s left',
    '  Training: 4.0 s, at most 3.0 s left',
    '  Training: 3.0 s',
  ]);
});
