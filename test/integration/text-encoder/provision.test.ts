import { spawn } from 'node:child_process';
import { mkdir, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resolveTextEncoder } from '../../../services/text-encoder/index.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { newCache, request, type Shared, shared } from './place.ts';

const LONG_MS = 600_000;

let parts: Shared;
let cache: string;
beforeAll(async () => {
  parts = await shared();
}, LONG_MS);
beforeEach(async () => {
  cache = await newCache(parts);
});

const { provisionFolder, environment } = request('auto');

/** Folders of models and of unfinished builds, without the locks. */
const entries = async (): Promise<readonly string[]> =>
  (await readdir(join(cache, 'text-encoder'))).filter((name) => /^minilm-/.test(name) && !/\.lock$/.test(name));

const idOf = async (): Promise<string> => {
  const { encoder } = await resolveTextEncoder(request('minilm', { cacheFolder: cache }));
  await encoder?.close();
  return encoder?.id ?? 'none';
};

const endGroup = (leader: number): void => {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // All of it may have ended before.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error;
    }
  }
};

describe('services/text-encoder/minilm-model', () => {
  it(
    'services/text-encoder/minilm-model: killed on the way it is made anew, once for two at once; damaged it is made again',
    async () => {
      const child = spawn(
        process.execPath,
        [
          ...['--import', import.meta.resolve('tsx')],
          ...[fileURLToPath(new URL('./fixtures/resolve-main.ts', import.meta.url)), cache, provisionFolder],
        ],
        // A group of its own, so that what a killed one leaves can be ended too.
        { env: environment, stdio: 'ignore', detached: true },
      );
      const { pid } = child;
      if (pid === undefined) {
        throw new Error('the build did not start');
      }
      try {
        await eventually('a build has begun', entries, (found) => found.length > 0);
        child.kill('SIGKILL');
        const [abandoned = ''] = await entries();
        expect(abandoned).toContain('.build-');
        expect(await Promise.all([idOf(), idOf()])).toEqual(['minilm-l6-v2/782b0929', 'minilm-l6-v2/782b0929']);
        const [made = '', ...more] = await entries();
        expect(made).toMatch(/^minilm-1-[0-9a-f]{16}$/);
        expect(more).toEqual([]);
        // Nothing is left of the environment that fetched the weights.
        expect(await readdir(cache)).toEqual(['text-encoder']);

        await truncate(join(cache, 'text-encoder', made, 'model.onnx'), 1_000_000);
        expect(await idOf()).toBe('minilm-l6-v2/782b0929');
      } finally {
        endGroup(pid);
      }
    },
    LONG_MS,
  );
});

describe('services/text-encoder without what it needs', () => {
  const brokenIndex = (): Readonly<Record<string, string | undefined>> => ({
    ...environment,
    PIP_FIND_LINKS: undefined,
    PIP_INDEX_URL: 'http://user:hidden@127.0.0.1:1/simple',
    PIP_RETRIES: '0',
    PIP_NO_CACHE_DIR: '1',
  });
  const withoutPython = (): Readonly<Record<string, string | undefined>> => ({
    ...environment,
    TT_PYTHON: undefined,
    PATH: join(cache, 'nothing'),
  });

  it.each([
    ['a package index', brokenIndex, 'installing text-encoder: ', 'data.text_encoder'],
    ['Python', withoutPython, 'Python: none usable on PATH', 'Install Python'],
  ])(
    'services/text-encoder/resolve-text-encoder: without %s, auto gives way to the hashed encoder and says why; minilm fails',
    async (_, make, reason, remedy) => {
      const given = { cacheFolder: cache, environment: make() };
      const { encoder, announcements } = await resolveTextEncoder(request('auto', given));
      expect(encoder).toBeNull();
      expect(announcements).toEqual([expect.stringContaining('hashed')]);
      expect(announcements[0]).toContain(reason);
      expect(announcements[0]).toContain(remedy);
      expect(announcements[0]).not.toContain('hidden');
      await expect(resolveTextEncoder(request('minilm', given))).rejects.toMatchObject({
        code: 'PROVISION_FAILED',
        message: expect.stringContaining(reason),
        hint: expect.stringContaining(remedy),
      });
      expect(await entries()).toEqual([]);
    },
    120_000,
  );

  it('services/text-encoder/runtime-packages: without a registry, auto gives way and says why; nothing half is kept', async () => {
    const folder = await temporaryFolder('tt-exp-no-registry-');
    await mkdir(join(folder, 'npm'));
    const given = {
      cacheFolder: folder,
      environment: {
        ...environment,
        npm_config_registry: 'http://user:hidden@127.0.0.1:1/',
        npm_config_cache: join(folder, 'npm'),
        npm_config_fetch_retries: '0',
      },
    };
    const { encoder, announcements } = await resolveTextEncoder(request('auto', given));
    expect(encoder).toBeNull();
    expect(announcements[0]).toMatch(/installing ONNX Runtime: npm ci failed \(exit code 1: .*ECONNREFUSED/);
    expect(announcements[0]).not.toContain('hidden');
    const left = await readdir(join(folder, 'text-encoder'));
    expect(left.filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });
});
