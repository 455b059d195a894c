import { expect, test } from 'vitest';
import { withGpuUsage } from '../../../compute/with-gpu-usage.ts';
import type { ComputeMessage } from '../../../contracts/trainer.ts';

const gpu = { utilizationPercent: 87, memoryMegabytes: 1, totalMemoryMegabytes: 2 };
const epoch = { kind: 'epoch', record: {}, usage: { cpuPercent: 1, memoryMegabytes: 2 } } as ComputeMessage;
const ready = { kind: 'ready', tensorflow: {}, resumedFromEpoch: null, history: [] } as unknown as ComputeMessage;

test('what the GPU did before the first epoch is forgotten, and an epoch without a sample goes as it came', () => {
  const happened: unknown[] = [];
  let taken: typeof gpu | null = gpu;
  const sampler = {
    watch: (id: string) => {
      happened.push(`watch ${id}`);
      return {
        take: () => taken,
        restart: () => happened.push('restart'),
        end: () => happened.push('end'),
      };
    },
  };
  const watched = withGpuUsage(sampler, '6', (message) => happened.push(message));
  watched.onMessage(ready);
  watched.onMessage(epoch);
  taken = null;
  watched.onMessage(epoch);
  watched.end();
  const withGpu = { ...epoch, usage: { cpuPercent: 1, memoryMegabytes: 2, gpu } };
  expect(happened).toEqual(['watch 6', 'restart', ready, withGpu, epoch, 'end']);
});
