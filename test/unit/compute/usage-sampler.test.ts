import { expect, test } from 'vitest';
import { createUsageSampler } from '../../../compute/usage-sampler.ts';

test('percent is of one core since the last call', () => {
  let cpu = 5_000_000;
  let nowMs = 1_000;
  const sample = createUsageSampler({
    cpuMicroseconds: () => cpu,
    elapsedMs: () => nowMs,
    memoryBytes: () => 300 * 1024 * 1024,
  });
  // 3 s of processor time in 2 s: one and a half cores
  cpu += 3_000_000;
  nowMs += 2_000;
  expect(sample()).toEqual({ cpuPercent: 150, memoryMegabytes: 300 });
  // 0.1 s in the next 1 s
  cpu += 100_000;
  nowMs += 1_000;
  expect(sample()).toEqual({ cpuPercent: 10, memoryMegabytes: 300 });
});

test('two calls at the same moment divide by no zero', () => {
  const sample = createUsageSampler({ cpuMicroseconds: () => 7, elapsedMs: () => 7, memoryBytes: () => 1024 * 1024 });
  expect(sample()).toEqual({ cpuPercent: 0, memoryMegabytes: 1 });
});
