import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resolveTextEncoder, type ServiceTextEncoder } from '../../../services/text-encoder/index.ts';
import { newCache, request, type Shared, shared } from './place.ts';
import { tinyModel, tinyTokenizer } from './tiny-model.ts';

let parts: Shared;
let cache: string;
beforeAll(async () => {
  parts = await shared();
}, 600_000);
beforeEach(async () => {
  cache = await newCache(parts);
});

const resolveHere = async (choice: string, more: Readonly<Record<string, string>> = {}) => {
  const { environment, ...rest } = request(choice, { cacheFolder: cache });
  return resolveTextEncoder({ ...rest, environment: { ...environment, ...more } });
};

const expectTiny = async (encoder: ServiceTextEncoder | null): Promise<void> => {
  try {
    expect(encoder?.dim).toBe(2);
    const vectors = (await encoder?.encode(['red', 'blue red', 'blue'])) ?? [];
    const half = Math.SQRT1_2;
    // (3, 4) and (-4, 3), and what lies between them.
    [0.6, 0.8, (-1 / 5) * half, (7 / 5) * half, -0.8, 0.6].forEach((value, at) => {
      expect(vectors[at]).toBeCloseTo(value, 6);
    });
  } finally {
    await encoder?.close();
  }
};

describe('services/text-encoder with models of others', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(cache, 'tiny');
    await mkdir(folder);
    await writeFile(join(folder, 'tokenizer.json'), tinyTokenizer);
  });

  it('services/text-encoder/resolve-text-encoder: a folder with a model of another shape works', async () => {
    await writeFile(join(folder, 'model.onnx'), tinyModel());
    const { encoder, announcements } = await resolveHere(folder);
    expect(encoder?.id).toMatch(/^tiny\/[0-9a-f]{8}$/);
    expect(announcements).toEqual([]);
    await expectTiny(encoder);
  });

  it.each([
    ['is cut', () => tinyModel().subarray(0, 60), 'model.onnx that does not load'],
    ['is something else', () => Buffer.from('no model'), 'model.onnx that does not load'],
    ['gives no numbers', () => tinyModel(new Float32Array(6).fill(Number.NaN)), 'a vector of length NaN'],
  ])('services/text-encoder/onnx-encoder: a model that %s is refused', async (_, make, got) => {
    await writeFile(join(folder, 'model.onnx'), make());
    await expect(resolveHere(folder)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining(got),
    });
  });

  it('services/text-encoder/onnx-encoder: a tokenizer of an unknown kind is refused', async () => {
    await writeFile(join(folder, 'model.onnx'), tinyModel());
    await writeFile(join(folder, 'tokenizer.json'), '{"model":{"type":"Runes"}}');
    await expect(resolveHere(folder)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('tokenizer.json that does not load'),
    });
  });
});

describe('services/text-encoder/hub-model', () => {
  let files: Record<string, string | Uint8Array>;
  let asked: string[];
  let cutAfter: number | null;
  let server: Server;
  let hub: Readonly<Record<string, string>>;
  beforeAll(async () => {
    server = createServer((call, response) => {
      const path = call.url ?? '';
      asked.push(path);
      const content = files[path];
      if (content === undefined) {
        response.writeHead(404).end();
      } else if (cutAfter !== null) {
        response.writeHead(200, { 'content-length': content.length });
        response.write(content.slice(0, cutAfter), () => response.destroy());
      } else {
        response.end(content);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A slash at the end is one too many.
    hub = { HF_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  });
  beforeEach(() => {
    asked = [];
    cutAfter = null;
    files = {
      '/some-one/tiny.v1/resolve/main/tokenizer.json': tinyTokenizer,
      '/some-one/tiny.v1/resolve/main/onnx/model.onnx': tinyModel(),
    };
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  const models = async (): Promise<readonly string[]> =>
    (await readdir(join(cache, 'text-encoder'))).filter((name) => /^hub-/.test(name) && !/\.lock$/.test(name));

  it('services/text-encoder/hub-model: a model is fetched once, and then needs no network', async () => {
    const { encoder } = await resolveHere('some-one/tiny.v1', hub);
    expect(encoder?.id).toMatch(/^tiny\.v1\/[0-9a-f]{8}$/);
    await expectTiny(encoder);
    expect(await models()).toEqual(['hub-some-one--tiny.v1']);
    asked = [];
    files = {};
    const again = await resolveHere('some-one/tiny.v1', hub);
    expect(again.encoder?.id).toBe(encoder?.id);
    await expectTiny(again.encoder);
    expect(asked).toEqual([]);
  });

  it('services/text-encoder/hub-model: the settings of the model are fetched with it', async () => {
    const { '/some-one/tiny.v1/resolve/main/onnx/model.onnx': model = '' } = files;
    files = {
      '/some-one/tiny.v1/resolve/main/tokenizer.json': tinyTokenizer,
      '/some-one/tiny.v1/resolve/main/model.onnx': model,
      '/some-one/tiny.v1/resolve/main/1_Pooling/config.json': '{"pooling_mode_cls_token":true}',
    };
    const { encoder } = await resolveHere('some-one/tiny.v1', hub);
    try {
      // The first token alone.
      const vectors = (await encoder?.encode(['red blue'])) ?? [];
      expect(vectors[0]).toBeCloseTo(0.6, 6);
    } finally {
      await encoder?.close();
    }
  });

  it.each([
    ['does not exist', () => ({}), 'no such model'],
    ['has no ONNX file', () => ({ '/some-one/tiny.v1/resolve/main/tokenizer.json': tinyTokenizer }), 'no model.onnx'],
  ])('services/text-encoder/hub-model: a model that %s is told, and nothing half is kept', async (_, has, got) => {
    files = has();
    await expect(resolveHere('some-one/tiny.v1', hub)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringMatching(new RegExp(`the model some-one/tiny.v1 cannot be downloaded from .*${got}`)),
      hint: expect.stringContaining('./folder'),
    });
    expect(await models()).toEqual([]);
  });

  it('services/text-encoder/hub-model: a download that breaks off is told, and nothing half is kept', async () => {
    cutAfter = 20;
    await expect(resolveHere('some-one/tiny.v1', hub)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('tokenizer.json'),
    });
    expect(await models()).toEqual([]);
    cutAfter = null;
    await expectTiny((await resolveHere('some-one/tiny.v1', hub)).encoder);
  });

  it('services/text-encoder/hub-model: a hub that does not answer is told with the remedy', async () => {
    await expect(resolveHere('some-one/tiny.v1', { HF_ENDPOINT: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringMatching(/cannot be downloaded from http:\/\/127\.0\.0\.1:1 .*(ECONNREFUSED|bad port)/),
      hint: expect.stringContaining('HF_ENDPOINT'),
    });
  });

  it('services/text-encoder/hub-model: it stops when told to', async () => {
    const abort = new AbortController();
    const given = request('some-one/tiny.v1', {
      cacheFolder: cache,
      environment: hub,
      signal: abort.signal,
      progress: () => abort.abort(),
    });
    await expect(resolveTextEncoder(given)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await models()).toEqual([]);
  });
});
