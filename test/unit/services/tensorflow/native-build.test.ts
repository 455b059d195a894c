import { spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../../host/clock.ts';
import type { Variables } from '../../../../host/processes/variables.ts';
import { ensureNativeBuild } from '../../../../services/tensorflow/native-build.ts';
import type { NativeBuild } from '../../../../services/tensorflow/native-build-types.ts';
import { eventually } from '../../../support/eventually.ts';
import { createFakeToolchain, type FakeToolchain } from './fake-toolchain.ts';

const BUILD_MAIN = fileURLToPath(new URL('build-main.ts', import.meta.url));

let tools: FakeToolchain;

beforeEach(async () => {
  tools = await createFakeToolchain();
});

const build = (changes: Variables = {}, signal?: AbortSignal): Promise<NativeBuild> =>
  ensureNativeBuild({
    variant: 'cpu',
    cacheFolder: tools.cacheFolder,
    provisionFolder: tools.provisionFolder,
    environment: tools.environment(changes),
    clock: systemClock,
    progress: () => undefined,
    ...(signal === undefined ? {} : { signal }),
  });

const npmRuns = () => eventually('a call of npm ci', tools.calls, (calls) => calls.includes('npm ci'));

/** Folders and files of the one build that the cache holds, without the lock beside them. */
const entries = async (): Promise<readonly string[]> => {
  const folder = join(tools.cacheFolder, 'tensorflow');
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.lock'));
  return (await Promise.all(names.map((name) => readdir(join(folder, name))))).flat().sort();
};

test('two at once build it once', async () => {
  const [first, second] = await Promise.all([build({ FAKE_NPM_SLEEP: '0.5' }), build({ FAKE_NPM_SLEEP: '0.5' })]);
  expect(second).toEqual(first);
  expect(await tools.calls()).toEqual(['npm ci', 'pip download', 'g++']);
});

test('who waits for a build that fails gets its reason and does not try again', async () => {
  const failing = { FAKE_NPM: 'fail', FAKE_NPM_SLEEP: '0.5' };
  const outcomes = await Promise.allSettled([build(failing), build(failing)]);
  const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : null));
  expect(reasons[0]).toMatchObject({ code: 'PROVISION_FAILED' });
  expect(reasons[1]).toMatchObject({ code: 'PROVISION_FAILED', message: reasons[0].message, hint: reasons[0].hint });
  expect(await tools.calls()).toEqual(['npm ci']);
});

test('a failure of the past does not keep anyone from trying', async () => {
  await expect(build({ FAKE_NPM: 'fail' })).rejects.toThrow('npm ci failed');
  expect(await build()).toMatchObject({ libraryVersion: '2.21.0' });
});

test('abort ends what runs and leaves nothing', async () => {
  const stop = new AbortController();
  const building = expect(build({ FAKE_NPM_SLEEP: '60' }, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await npmRuns();
  stop.abort();
  await building;
  expect(await entries()).toEqual([]);
});

test('a build killed on its way is taken for none, and the next one clears it away', async () => {
  const environment = tools.environment({ FAKE_NPM_SLEEP: '2' });
  const request = { variant: 'cpu', cacheFolder: tools.cacheFolder, provisionFolder: tools.provisionFolder };
  const builder = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), BUILD_MAIN, JSON.stringify({ ...request, environment })],
    { stdio: 'ignore' },
  );
  try {
    await npmRuns();
  } finally {
    builder.kill('SIGKILL');
  }
  expect(await entries()).toEqual([expect.stringMatching(/^build-/)]);
  const made = await build();
  expect(await entries()).toEqual([made.packageFolder.split('/').at(-1), 'complete.json']);
});

test('a build that no longer works is made again', async () => {
  const first = await build();
  await rm(join(first.packageFolder, 'node_modules'), { recursive: true });
  const second = await build();
  expect(second.packageFolder).not.toBe(first.packageFolder);
  expect(await tools.calls()).toEqual(['npm ci', 'pip download', 'g++', 'npm ci', 'pip download', 'g++']);
});
