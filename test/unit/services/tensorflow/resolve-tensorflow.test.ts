import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { TensorflowPlan } from '../../../../contracts/tensorflow.ts';
import type { Variables } from '../../../../host/processes/variables.ts';
import { type BackendRequest, resolveTensorflow } from '../../../../services/tensorflow/index.ts';
import { createFakeToolchain, type FakeToolchain, TWO_GPUS } from './fake-toolchain.ts';

let tools: FakeToolchain;

beforeEach(async () => {
  tools = await createFakeToolchain();
});

const resolve = (backend: BackendRequest, changes: Variables = {}): Promise<TensorflowPlan> =>
  resolveTensorflow({
    cacheFolder: tools.cacheFolder,
    provisionFolder: tools.provisionFolder,
    backend,
    environment: tools.environment(changes),
    progress: () => undefined,
  });

const failureOf = async (promise: Promise<unknown>): Promise<TtExpError> => {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (error instanceof TtExpError) {
    return error;
  }
  throw new Error(`expected a TtExpError, got ${String(error)}`);
};

test('without a GPU the native library is built and nothing is announced', async () => {
  const plan = await resolve('auto');
  expect(plan).toMatchObject({ backend: 'native', library: 'libtensorflow 2.21.0', gpuIds: [] });
  expect(plan.packageFolder).toContain(join(tools.cacheFolder, 'tensorflow', 'cpu-'));
  expect(plan.announcements).toEqual([]);
  expect(await tools.calls()).toEqual(['npm ci', 'pip download', 'g++']);
});

test("oneDNN, which needs much memory, is off unless the caller's environment says else", async () => {
  expect((await resolve('native')).env).toMatchObject({ TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '2' });
  const { env } = await resolve('native', { TF_ENABLE_ONEDNN_OPTS: '1' });
  expect(env).toMatchObject({ TF_ENABLE_ONEDNN_OPTS: '1', TF_CPP_MIN_LOG_LEVEL: '2' });
});

test('a second call finds the build of the first', async () => {
  const first = await resolve('auto');
  expect(await resolve('native')).toEqual(first);
  expect(await tools.calls()).toEqual(['npm ci', 'pip download', 'g++']);
});

test('a GPU that answers and computes is taken, with its libraries on the path', async () => {
  const plan = await resolve('auto', { FAKE_GPUS: TWO_GPUS, FAKE_DEVICE: 'gpu', LD_LIBRARY_PATH: '/mine' });
  expect(plan).toMatchObject({ backend: 'gpu', gpuIds: ['0', '1'], announcements: [] });
  const cuda = join(plan.packageFolder ?? '', 'unpacked', 'nvidia');
  expect(plan.env.LD_LIBRARY_PATH?.split(':').sort()).toEqual([
    '/mine',
    join(cuda, 'cublas', 'lib'),
    join(cuda, 'cudnn', 'lib'),
  ]);
  expect(plan.env.CUDA_DEVICE_ORDER).toBe('PCI_BUS_ID');
});

test('a GPU that TensorFlow cannot use is announced and the CPU taken', async () => {
  const plan = await resolve('auto', { FAKE_GPUS: TWO_GPUS, FAKE_DEVICE: 'cpu' });
  expect(plan).toMatchObject({ backend: 'native', gpuIds: [] });
  expect(plan.announcements).toHaveLength(2);
  expect(plan.announcements[0]).toContain("TensorFlow's gpu backend can't be used");
  expect(plan.announcements[0]).toContain('found no GPU that it can use');
  expect(plan.announcements[1]).toBe('Training runs on the native backend, the fastest without a GPU.');
  const calls = await tools.calls();
  expect(await resolve('auto', { FAKE_GPUS: TWO_GPUS, FAKE_DEVICE: 'cpu' })).toEqual(plan);
  // the gigabytes with CUDA are not fetched a second time
  expect(await tools.calls()).toEqual(calls);
});

test('without network all native ways fail, and wasm comes with each reason', async () => {
  const plan = await resolve('auto', { FAKE_GPUS: TWO_GPUS, FAKE_NPM: 'fail' });
  expect(plan).toMatchObject({ backend: 'wasm', library: 'tfjs-backend-wasm 4.22.0', packageFolder: null });
  expect(plan.announcements.map((text) => text.split(' ').slice(0, 3).join(' '))).toEqual([
    "TensorFlow's gpu backend",
    "TensorFlow's native backend",
    'Training runs on',
  ]);
  expect(plan.announcements[1]).toContain('ENOTFOUND');
  expect(plan.announcements[1]).toContain('Check the network');
  expect(plan.announcements[2]).toContain('15 times slower');
});

test('without a compiler the vendor is asked, and nothing large is fetched', async () => {
  const plan = await resolve('auto', { FAKE_COMPILER: 'missing' });
  expect(plan.backend).toBe('wasm');
  expect(await tools.calls()).toEqual(['npm ci', 'npm rebuild']);
  expect(plan.announcements[0]).toContain('C++ compiler');
  expect(plan.announcements[0]).toContain('the vendor is out of reach');
  expect(plan.announcements[0]).toContain('apt install g++');
});

test('a backend asked for by name is not replaced by another', async () => {
  const error = await failureOf(resolve('native', { FAKE_COMPILER: 'broken' }));
  expect(error.code).toBe('TENSORFLOW_UNAVAILABLE');
  expect(error.message).toMatch(/^TT_TF_BACKEND=native: native TensorFlow: compiling the binding failed/);
  expect(error.message).toContain('fatal error: no such header');
  expect(error.hint).toContain('TT_TF_BACKEND=auto');
});

test('gpu asked for by name where none answers is an error, before any download', async () => {
  const error = await failureOf(resolve('gpu'));
  expect(error.code).toBe('TENSORFLOW_UNAVAILABLE');
  expect(error.message).toContain('nvidia-smi');
  expect(await tools.calls()).toEqual([]);
});

test.each([
  ['wasm', 'tfjs-backend-wasm 4.22.0'],
  ['js', 'tfjs-backend-cpu 4.22.0'],
] as const)('%s asked for by name needs nothing and announces nothing', async (backend, library) => {
  const plan = await resolve(backend, { FAKE_NPM: 'fail' });
  expect(plan).toEqual({ backend, library, packageFolder: null, env: {}, gpuIds: [], announcements: [] });
  expect(await tools.calls()).toEqual([]);
});

test('a plan survives JSON', async () => {
  const plan = await resolve('auto', { FAKE_GPUS: TWO_GPUS, FAKE_DEVICE: 'gpu' });
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});
