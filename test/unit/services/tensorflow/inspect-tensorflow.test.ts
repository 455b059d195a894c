import { beforeEach, expect, test } from 'vitest';
import type { DoctorCheck } from '../../../../contracts/services.ts';
import type { Variables } from '../../../../host/processes/variables.ts';
import {
  type BackendRequest,
  checkTensorflow,
  inspectTensorflow,
  resolveTensorflow,
} from '../../../../services/tensorflow/index.ts';
import { whyNoWheel } from '../../../../services/tensorflow/wheel-library.ts';
import { createFakeToolchain, type FakeToolchain, TWO_GPUS } from './fake-toolchain.ts';

let tools: FakeToolchain;

beforeEach(async () => {
  tools = await createFakeToolchain();
});

const requestOf = (backend: BackendRequest, changes: Variables = {}) => ({
  cacheFolder: tools.cacheFolder,
  provisionFolder: tools.provisionFolder,
  backend,
  environment: tools.environment(changes),
});

const check = (backend: BackendRequest, changes?: Variables): Promise<DoctorCheck> =>
  checkTensorflow(requestOf(backend, changes));

test('looking builds nothing', async () => {
  const { backends } = await inspectTensorflow(requestOf('auto'));
  expect(backends.map(({ backend, state }) => `${backend} ${state}`)).toEqual([
    'gpu missing',
    'native buildable',
    'wasm ready',
    'js ready',
  ]);
  expect(await tools.calls()).toEqual([]);
});

test('what is built is reported with its version', async () => {
  await resolveTensorflow({ ...requestOf('native'), progress: () => undefined });
  expect(await check('auto')).toEqual({
    part: 'tensorflow',
    chosen: 'native, the fastest without a GPU',
    version: 'libtensorflow 2.21.0',
    address: null,
    status: 'ok',
    remedy: null,
  });
});

test('a GPU comes first where one answers', async () => {
  expect((await check('auto', { FAKE_GPUS: TWO_GPUS })).chosen).toMatch(/^gpu, .*built at first use/);
});

test('without a compiler wasm is a warning that says what to install', async () => {
  const found = await check('auto', { FAKE_COMPILER: 'missing' });
  expect(found).toMatchObject({ status: 'warn', version: 'tfjs-backend-wasm 4.22.0' });
  expect(found.chosen).toContain('15 times slower');
  expect(found.remedy).toContain('apt install g++');
});

test('a backend asked for by name that is missing says why', async () => {
  const found = await check('gpu');
  expect(found).toMatchObject({ status: 'missing', chosen: 'TT_TF_BACKEND=gpu' });
  expect(found.remedy).toContain('nvidia-smi');
});

test('a slow backend that was asked for is no warning', async () => {
  expect(await check('wasm')).toMatchObject({ status: 'ok', remedy: null });
});

test.each([
  ['cpu', 'linux', 'x64', null],
  ['cpu', 'linux', 'arm64', null],
  ['gpu', 'linux', 'x64', null],
  ['gpu', 'linux', 'arm64', 'there is no CUDA wheel for linux arm64'],
  ['cpu', 'darwin', 'arm64', 'there is no wheel for darwin arm64'],
  ['cpu', 'win32', 'x64', 'there is no wheel for win32 x64'],
] as const)('services/tensorflow/wheel-library: %s on %s %s: %s', (variant, platform, architecture, expected) => {
  expect(whyNoWheel(variant, platform, architecture)).toBe(expected);
});
