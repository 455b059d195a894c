import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveTextEncoder } from '../../../services/text-encoder/index.ts';
import { type ModelFolder, readModelFolder } from '../../../services/text-encoder/model-folder.ts';
import { openOnnxEncoder } from '../../../services/text-encoder/onnx-encoder.ts';
import type { OnnxTensor, RuntimePackages } from '../../../services/text-encoder/runtime-packages.ts';
import { BATCH } from '../../../services/text-encoder/token-batches.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MODEL: ModelFolder = {
  folder: 'some/folder',
  file: 'some/folder/model.onnx',
  tokenizer: {},
  tokenizerConfig: {},
  pooling: 'mean',
  mostTokens: 256,
  digest: '0123456789abcdef',
};

interface Run {
  readonly shape: readonly number[];
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

/**
 * A tokenizer of digits between a start (100) and an end (101), and a model that gives [id, 1] for a token and 1000s
 * where the mask says that there is none.
 */
const fakePackages = (
  options: { readonly inputNames?: readonly string[]; readonly vector?: (id: number) => readonly number[] } = {},
) => {
  const runs: Run[] = [];
  let released = 0;
  const vector = options.vector ?? ((id: number) => [id, 1]);
  class Tensor implements OnnxTensor {
    readonly type = 'int64';
    readonly data = new Float32Array(0);
    readonly values: readonly number[];
    readonly dims: readonly number[];
    constructor(_type: string, data: BigInt64Array, dims: readonly number[]) {
      this.values = [...data].map(Number);
      this.dims = dims;
    }
  }
  const run = async (feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>> => {
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([name, tensor]) => [name, tensor instanceof Tensor ? tensor.values : []]),
    );
    const [texts = 0, tokens = 0] = feeds.input_ids?.dims ?? [];
    runs.push({ shape: [texts, tokens], inputs });
    const rows = (inputs.input_ids ?? []).map((id, at) =>
      inputs.attention_mask?.[at] === 1 ? vector(id) : [1000, 1000],
    );
    const data = Float32Array.from(rows.flat());
    return { last_hidden_state: { type: 'float32', data, dims: [texts, tokens, data.length / (texts * tokens)] } };
  };
  const packages: RuntimePackages = {
    folder: 'unused',
    createTokenizer: () => ({
      encode: (text) => ({ ids: [100, ...[...text].map((digit) => Number.parseInt(digit, 36)), 101] }),
    }),
    runtime: {
      Tensor,
      InferenceSession: {
        create: async () => ({
          inputNames: options.inputNames ?? ['input_ids', 'attention_mask', 'token_type_ids'],
          outputNames: ['pooler_output', 'last_hidden_state'],
          run,
          release: async () => {
            released += 1;
          },
        }),
      },
    },
  };
  return { packages, runs, releases: () => released };
};

const openFake = async (fake: ReturnType<typeof fakePackages>, model: Partial<ModelFolder> = {}) => {
  const encoder = await openOnnxEncoder(fake.packages, { ...MODEL, ...model }, { name: 'fake', threads: 1 });
  // Opening runs one text to learn the width.
  fake.runs.length = 0;
  return encoder;
};

/** The vector that the fake model and pooling by the mean must give. */
const expected = (text: string, most = 256): readonly number[] => {
  const all = [100, ...[...text].map(Number), 101];
  const ids = all.length <= most ? all : [...all.slice(0, most - 1), 101];
  const mean = ids.reduce((sum, id) => sum + id, 0) / ids.length;
  return [mean / Math.hypot(mean, 1), 1 / Math.hypot(mean, 1)];
};

describe('services/text-encoder/onnx-encoder', () => {
  it('services/text-encoder/onnx-encoder: each row is the mean over the tokens of its own text, of length 1, in the order given', async () => {
    const texts = Array.from({ length: 75 }, (_, text) => String(text * 7919).repeat(1 + ((text * 5) % 9)));
    const encoder = await openFake(fakePackages());
    expect(encoder).toMatchObject({ id: 'fake/01234567', dim: 2 });
    const vectors = await encoder.encode(texts);
    expect(vectors).toHaveLength(2 * texts.length);
    texts.forEach((text, row) => {
      const [x = Number.NaN, y = Number.NaN] = expected(text);
      expect(vectors[2 * row]).toBeCloseTo(x, 6);
      expect(vectors[2 * row + 1]).toBeCloseTo(y, 6);
    });
  });

  it('services/text-encoder/onnx-encoder: batches are of at most 32 texts, longest first, padded to their own longest', async () => {
    const fake = fakePackages();
    const encoder = await openFake(fake);
    await encoder.encode(Array.from({ length: 70 }, (_, text) => '1'.repeat(text)));
    expect(fake.runs.map(({ shape }) => shape)).toEqual([
      [BATCH, 71],
      [BATCH, 39],
      [6, 7],
    ]);
    const inputs = fake.runs[2]?.inputs ?? {};
    // Texts of 5 and of 4 digits: the second has one place left.
    expect(inputs.input_ids?.slice(0, 14)).toEqual([100, 1, 1, 1, 1, 1, 101, 100, 1, 1, 1, 1, 101, 0]);
    expect(inputs.attention_mask?.slice(0, 14)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(inputs.token_type_ids).toEqual(new Array(42).fill(0));
  });

  it('services/text-encoder/onnx-encoder: a long text is cut and keeps its last token', async () => {
    const fake = fakePackages();
    const encoder = await openFake(fake, { mostTokens: 6 });
    const vectors = await encoder.encode(['987654321']);
    expect(fake.runs[0]?.inputs.input_ids).toEqual([100, 9, 8, 7, 6, 101]);
    expect(vectors[0]).toBeCloseTo(expected('987654321', 6)[0] ?? Number.NaN, 6);
  });

  it('services/text-encoder/onnx-encoder: a model that pools by its first token takes that one', async () => {
    const encoder = await openFake(fakePackages(), { pooling: 'cls' });
    const vectors = await encoder.encode(['123', '9']);
    const [x, y] = [100 / Math.hypot(100, 1), 1 / Math.hypot(100, 1)];
    [x, y, x, y].forEach((value, at) => {
      expect(vectors[at]).toBeCloseTo(value, 6);
    });
  });

  it('services/text-encoder/onnx-encoder: no texts give no rows, and the model is not asked', async () => {
    const fake = fakePackages();
    const encoder = await openFake(fake);
    expect(await encoder.encode([])).toHaveLength(0);
    expect(fake.runs).toHaveLength(0);
  });

  it('services/text-encoder/onnx-encoder: it is released once, however often it is closed', async () => {
    const fake = fakePackages();
    const encoder = await openFake(fake);
    await Promise.all([encoder.close(), encoder.close()]);
    await encoder.close();
    expect(fake.releases()).toBe(1);
  });

  it.each([
    ['not a number', () => [Number.NaN, 1], 'length NaN'],
    ['endless', () => [Number.POSITIVE_INFINITY, 1], 'length Infinity'],
    ['all zeros', () => [0, 0], 'length 0'],
  ])(
    'services/text-encoder/onnx-encoder: vectors that are %s are an error, and the model is released',
    async (_, vector, got) => {
      const fake = fakePackages({ vector });
      await expect(openFake(fake)).rejects.toMatchObject({
        code: 'PROVISION_FAILED',
        message: expect.stringContaining(got),
      });
      expect(fake.releases()).toBe(1);
    },
  );

  it('services/text-encoder/onnx-encoder: a model that wants another input is refused by its name', async () => {
    const fake = fakePackages({ inputNames: ['input_ids', 'pixel_values'] });
    await expect(openFake(fake)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('the input "pixel_values"'),
    });
  });
});

describe('services/text-encoder/model-folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder('tt-exp model ');
  });

  const put = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), content);
    }
  };
  const failure = async (): Promise<unknown> => readModelFolder(folder).catch((error: unknown) => error);

  it('text-encoder/model-folder: model.onnx may lie in the folder or in onnx/, and names the same encoder', async () => {
    await put({ 'tokenizer.json': '{"a":1}', 'onnx/model.onnx': 'weights' });
    const inside = await readModelFolder(folder);
    expect(inside).toMatchObject({ file: join(folder, 'onnx', 'model.onnx'), pooling: 'mean', mostTokens: 256 });
    await put({ 'model.onnx': 'weights' });
    const beside = await readModelFolder(folder);
    expect(beside.file).toBe(join(folder, 'model.onnx'));
    expect(beside.digest).toBe(inside.digest);
  });

  it('text-encoder/model-folder: whatever changes the vectors changes the digest', async () => {
    await put({ 'tokenizer.json': '{}', 'model.onnx': 'weights' });
    const digests = [(await readModelFolder(folder)).digest];
    const changes: readonly Readonly<Record<string, string>>[] = [
      { 'model.onnx': 'other weights' },
      { 'tokenizer.json': '{"b":2}' },
      { 'model.onnx_data': 'more weights' },
      { '1_Pooling/config.json': '{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}' },
      { 'sentence_bert_config.json': '{"max_seq_length":128}' },
    ];
    for (const files of changes) {
      await put(files);
      digests.push((await readModelFolder(folder)).digest);
    }
    expect(new Set(digests).size).toBe(changes.length + 1);
    expect(await readModelFolder(folder)).toMatchObject({ pooling: 'cls', mostTokens: 128 });
  });

  it('text-encoder/model-folder: settings that are the default change nothing', async () => {
    await put({ 'tokenizer.json': '{}', 'model.onnx': 'weights' });
    const { digest } = await readModelFolder(folder);
    await put({
      '1_Pooling/config.json': '{"word_embedding_dimension":4,"pooling_mode_mean_tokens":true}',
      'sentence_bert_config.json': '{"max_seq_length":512}',
      'modules.json':
        '[{"type":"sentence_transformers.models.Transformer"},{"type":"sentence_transformers.models.Pooling"}]',
    });
    expect(await readModelFolder(folder)).toMatchObject({ digest, pooling: 'mean', mostTokens: 256 });
  });

  it.each([
    ['is missing', {}, 'has no tokenizer.json'],
    ['has no model', { 'tokenizer.json': '{}' }, 'has no model.onnx'],
    ['has a broken tokenizer', { 'tokenizer.json': '{"a', 'model.onnx': '' }, 'tokenizer.json that is not JSON'],
    [
      'has a layer after pooling',
      { 'tokenizer.json': '{}', 'model.onnx': '', 'modules.json': '[{"type":"sentence_transformers.models.Dense"}]' },
      'a module "Dense"',
    ],
    [
      'pools by the maximum',
      { 'tokenizer.json': '{}', 'model.onnx': '', '1_Pooling/config.json': '{"pooling_mode_max_tokens":true}' },
      'pools by pooling_mode_max_tokens',
    ],
  ])('text-encoder/model-folder: a folder that %s is refused by name', async (_, files, got) => {
    await put(files);
    expect(await failure()).toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringMatching(new RegExp(`^text encoder: .*${basename(folder)} .*${got}`)),
      hint: expect.stringContaining('model.onnx'),
    });
  });
});

describe('services/text-encoder/resolve-text-encoder', () => {
  const request = {
    cacheFolder: 'unused',
    provisionFolder: 'unused',
    environment: {},
    threads: 1,
    progress: () => undefined,
  };

  it('services/text-encoder/resolve-text-encoder: hashed needs nothing', async () => {
    expect(await resolveTextEncoder({ ...request, choice: 'hashed' })).toEqual({ encoder: null, announcements: [] });
  });

  it.each(['bert', '.hidden', '-x/y', 'a/b/c', 'a/..'])(
    'services/text-encoder/resolve-text-encoder: "%s" is no choice',
    async (choice) => {
      await expect(resolveTextEncoder({ ...request, choice })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`data.text_encoder: got "${choice}"`),
      });
    },
  );

  it('services/text-encoder/resolve-text-encoder: a folder that is not there is told before anything is installed', async () => {
    await expect(resolveTextEncoder({ ...request, choice: './no-such-folder' })).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('no-such-folder has no tokenizer.json'),
    });
  });
});
