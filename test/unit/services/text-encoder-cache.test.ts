import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServiceProgress } from '../../../contracts/services.ts';
import { systemClock } from '../../../host/clock.ts';
import { type CachedFolder, ensureCachedFolder } from '../../../services/text-encoder/cached-folder.ts';
import type { TextEncoderPlace } from '../../../services/text-encoder/text-encoder-request.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let cache: string;
let events: ServiceProgress[];
beforeEach(async () => {
  cache = await temporaryFolder('tt-exp cache ');
  events = [];
});

const place = (signal?: AbortSignal): TextEncoderPlace => ({
  cacheFolder: cache,
  provisionFolder: 'unused',
  environment: {},
  clock: systemClock,
  progress: (event) => events.push(event),
  ...(signal === undefined ? {} : { signal }),
});

/** A folder whose file `whole` has the word that `fill` puts there. */
const wordFolder = (
  fill: (to: string, scratch: string) => Promise<void>,
  folder = join(cache, 'text-encoder', 'word'),
): CachedFolder<string> => ({
  folder,
  purpose: 'writing a word',
  fill,
  find: (at) =>
    readFile(join(at, 'whole'), 'utf8').then(
      (word) => (word === 'damaged' ? null : word),
      () => null,
    ),
});

const write = (to: string, word: string): Promise<void> => writeFile(join(to, 'whole'), word);
const others = async (): Promise<readonly string[]> =>
  (await readdir(join(cache, 'text-encoder'))).filter((name) => !['word', 'word.lock'].includes(name));

describe('services/text-encoder/cached-folder', () => {
  it('services/text-encoder/cached-folder: it is filled once, also by several at once', async () => {
    let fills = 0;
    const request = wordFolder(async (to, scratch) => {
      fills += 1;
      await writeFile(join(scratch, 'on the way'), '');
      await new Promise((resolve) => setTimeout(resolve, 50));
      await write(to, `word ${fills}`);
    });
    const words = await Promise.all([1, 2, 3].map(() => ensureCachedFolder(place(), request)));
    expect(words).toEqual(['word 1', 'word 1', 'word 1']);
    expect(await ensureCachedFolder(place(), request)).toBe('word 1');
    expect(fills).toBe(1);
    expect(events).toContainEqual(
      expect.objectContaining({ step: 'wait', message: `process ${process.pid} is writing a word` }),
    );
    expect(await others()).toEqual([]);
  });

  it('services/text-encoder/cached-folder: what a killed build left is removed by the next one, and a damaged folder replaced', async () => {
    await mkdir(join(cache, 'text-encoder', 'word.build-12345678', 'content'), { recursive: true });
    await write(join(cache, 'text-encoder', 'word.build-12345678', 'content'), 'half');
    await mkdir(join(cache, 'text-encoder', 'word'));
    await write(join(cache, 'text-encoder', 'word'), 'damaged');
    const request = wordFolder((to) => write(to, 'good'));
    expect(await ensureCachedFolder(place(), request)).toBe('good');
    expect(await others()).toEqual([]);
  });

  it('services/text-encoder/cached-folder: a build that fails leaves nothing, and its error is told as it is', async () => {
    const error = new Error('no weights');
    const request = wordFolder(async (to) => {
      await write(to, 'half');
      throw error;
    });
    await expect(ensureCachedFolder(place(), request)).rejects.toBe(error);
    expect(await readdir(join(cache, 'text-encoder'))).toEqual(['word.lock']);
    expect(
      await ensureCachedFolder(
        place(),
        wordFolder((to) => write(to, 'good')),
      ),
    ).toBe('good');
  });

  it('services/text-encoder/cached-folder: a full disk is told with its remedy', async () => {
    const request = wordFolder(() =>
      Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })),
    );
    await expect(ensureCachedFolder(place(), request)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: 'text encoder: writing a word: ENOSPC: no space left on device, write',
      hint: expect.stringContaining('TT_EXP_CACHE'),
    });
  });

  it('services/text-encoder/cached-folder: a cache folder that is a file is told with its remedy', async () => {
    await writeFile(join(cache, 'file'), '');
    const request = wordFolder((to) => write(to, 'never'), join(cache, 'file', 'word'));
    await expect(ensureCachedFolder(place(), request)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      hint: expect.stringContaining('TT_EXP_CACHE'),
    });
  });

  it('services/text-encoder/cached-folder: a build whose result is incomplete is an error', async () => {
    const request = wordFolder((to) => write(to, 'damaged'));
    await expect(ensureCachedFolder(place(), request)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('is incomplete'),
    });
  });

  it('services/text-encoder/cached-folder: who waits for another stops when told to', async () => {
    let begin: () => void = () => undefined;
    let finish: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const mayFinish = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const fill = async (to: string): Promise<void> => {
      begin();
      await mayFinish;
      await write(to, 'late');
    };
    const holding = ensureCachedFolder(place(), wordFolder(fill));
    await begun;
    const abort = new AbortController();
    const request = wordFolder((to) => write(to, 'never'));
    const waiting = ensureCachedFolder(
      { ...place(abort.signal), progress: ({ step }) => step === 'wait' && abort.abort() },
      request,
    );
    try {
      await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    } finally {
      finish();
    }
    expect(await holding).toBe('late');
  });
});
