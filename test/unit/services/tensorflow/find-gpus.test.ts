import { beforeEach, expect, test } from 'vitest';
import { findGpus } from '../../../../services/tensorflow/find-gpus.ts';
import { createFakeToolchain, type FakeToolchain, TWO_GPUS } from './fake-toolchain.ts';

let tools: FakeToolchain;

beforeEach(async () => {
  tools = await createFakeToolchain();
});

test('every GPU that the driver lists is found by its number', async () => {
  expect(await findGpus(tools.environment({ FAKE_GPUS: TWO_GPUS }))).toEqual(['0', '1']);
});

test('a driver without a device has none', async () => {
  expect(await findGpus(tools.environment())).toEqual([]);
});

test('a machine without a driver has none', async () => {
  expect(await findGpus({ PATH: '/nowhere' })).toEqual([]);
});

test.each([
  ['1', ['1']],
  ['1,0', ['1', '0']],
  ['', []],
  ['-1', []],
  ['0,-1,1', ['0']],
])('CUDA_VISIBLE_DEVICES="%s" is heeded', async (visible, expected) => {
  const environment = tools.environment({ FAKE_GPUS: TWO_GPUS, CUDA_VISIBLE_DEVICES: visible });
  expect(await findGpus(environment)).toEqual(expected);
});
