import { expect, test } from 'vitest';
import { gpuNamed, parseGpuUsage } from '../../../compute/gpu-usage.ts';

/** As `nvidia-smi` prints it, of a host whose second GPU is divided and so tells no utilisation. */
const RECORDED = [
  '0, GPU-5a1c0e4f-89f2-7c3d-9d4e-2b1f0a9c8d7e, 87, 30517, 81559',
  '1, GPU-5a1d77aa-1111-2222-3333-444455556666, [N/A], 1024, 81559',
];

const [first, second] = [
  {
    index: '0',
    uuid: 'GPU-5a1c0e4f-89f2-7c3d-9d4e-2b1f0a9c8d7e',
    utilizationPercent: 87,
    memoryMegabytes: 30_517,
    totalMemoryMegabytes: 81_559,
  },
  {
    index: '1',
    uuid: 'GPU-5a1d77aa-1111-2222-3333-444455556666',
    utilizationPercent: null,
    memoryMegabytes: 1_024,
    totalMemoryMegabytes: 81_559,
  },
];

test('each row is a GPU, and what the driver does not tell is null', () => {
  expect(parseGpuUsage(RECORDED)).toEqual([first, second]);
});

test.each(['[Not Supported]', '[Unknown Error]', '-1', '187', '12 %', ''])('a utilisation of "%s" is null', (field) => {
  expect(parseGpuUsage([`0, GPU-a, ${field}, 1, 2`])).toEqual([
    { index: '0', uuid: 'GPU-a', utilizationPercent: null, memoryMegabytes: 1, totalMemoryMegabytes: 2 },
  ]);
});

test('warnings and rows of another shape are no GPU', () => {
  const lines = ['WARNING: infoROM is corrupted at gpu 0000:3B:00.0', '', '0, GPU-a, 1, 2', 'x, GPU-a, 1, 2, 3'];
  expect(parseGpuUsage(lines)).toEqual([]);
});

test.each([
  ['0', first],
  ['1', second],
  ['2', null],
  ['GPU-5a1c', first],
  ['GPU-5a1d77aa-1111-2222-3333-444455556666', second],
  // Of two.
  ['GPU-5a1', null],
  ['MIG-5a1c0e4f-89f2-7c3d-9d4e-2b1f0a9c8d7e', null],
])('CUDA_VISIBLE_DEVICES=%s names its GPU', (id, expected) => {
  expect(gpuNamed(parseGpuUsage(RECORDED), id)).toEqual(expected ?? null);
});
