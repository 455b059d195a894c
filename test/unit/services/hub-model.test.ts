import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../host/clock.ts';
import { ensureHubModel } from '../../../services/text-encoder/hub-model.ts';
import { readModelFolder } from '../../../services/text-encoder/model-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let cacheFolder: string;

beforeEach(async () => {
  cacheFolder = await temporaryFolder('tt-exp-hub-');
});

it('a model that changed since it was fetched is refused', async () => {
  const folder = join(cacheFolder, 'text-encoder', 'hub-some-one--tiny');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer.json'), '{}');
  await writeFile(join(folder, 'model.onnx'), 'weights');
  const { digest } = await readModelFolder(folder);
  await writeFile(join(folder, 'complete.json'), JSON.stringify({ format: 1, digest }));
  // No hub answers there: what is in the cache is used as it is.
  const environment = { HF_ENDPOINT: 'http://127.0.0.1:9' };
  const place = { cacheFolder, provisionFolder: cacheFolder, environment, progress: () => {}, clock: systemClock };
  expect((await ensureHubModel(place, 'some-one/tiny')).digest).toBe(digest);

  await writeFile(join(folder, 'model.onnx'), 'other weights');
  await expect(ensureHubModel(place, 'some-one/tiny')).rejects.toMatchObject({
    code: 'PROVISION_FAILED',
    message: expect.stringContaining(`expected ${digest.slice(0, 12)}, recorded when it was downloaded`),
    hint: expect.stringContaining(`remove ${folder}`),
  });
});
