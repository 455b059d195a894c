import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { bertOnnx } from '../../../services/text-encoder/bert-graph.ts';
import { createOnnxGraph } from '../../../services/text-encoder/onnx-file.ts';
import { readSafetensors } from '../../../services/text-encoder/safetensors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('services/text-encoder/onnx-file', () => {
  it('services/text-encoder/onnx-file: equal graphs give equal bytes', () => {
    const make = (): Uint8Array => {
      const graph = createOnnxGraph();
      const ids = graph.inputIntegers('input_ids', ['texts', 'tokens']);
      const table = graph.floats('table', [2, 2], Float32Array.of(1, 2, 3, 4));
      return graph.file(graph.node('Gather', [table, ids]), 'last_hidden_state', ['texts', 'tokens', 2]);
    };
    expect(hex(make())).toBe(hex(make()));
    // IR version 9 comes first.
    expect(hex(make()).slice(0, 4)).toBe('0809');
  });

  it('services/text-encoder/bert-graph: weights that are no BERT are refused by the one that is missing', () => {
    const config = { hidden_size: 4, num_attention_heads: 2, num_hidden_layers: 1, layer_norm_eps: 1e-12 };
    expect(() => bertOnnx(config, new Map())).toThrow('the weights have no embeddings.word_embeddings.weight');
  });
});

describe('services/text-encoder/safetensors', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await temporaryFolder('tt-exp-safetensors-');
    file = join(folder, 'model.safetensors');
  });

  const write = async (header: unknown, data: Buffer): Promise<void> => {
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    await writeFile(file, Buffer.concat([length, json, data]));
  };
  const floats = (...values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

  it('services/text-encoder/safetensors: float tensors come with their shapes wherever they begin, others are left out', async () => {
    const header = {
      __metadata__: { format: 'pt' },
      one: { dtype: 'F32', shape: [2, 2], data_offsets: [8, 24] },
      // A header of any length: numbers then begin at any byte.
      'a longer name': { dtype: 'F32', shape: [1], data_offsets: [24, 28] },
      ids: { dtype: 'I64', shape: [1], data_offsets: [0, 8] },
    };
    await write(header, Buffer.concat([Buffer.alloc(8), floats(1, 2, 3, 4, 5)]));
    const tensors = await readSafetensors(file);
    expect([...tensors.keys()]).toEqual(['one', 'a longer name']);
    expect(tensors.get('one')).toEqual({ shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) });
    expect(tensors.get('a longer name')).toEqual({ shape: [1], values: Float32Array.of(5) });
  });

  it('services/text-encoder/safetensors: a tensor that does not say where it begins is refused', async () => {
    await write({ one: { dtype: 'F32', shape: [2], data_offsets: [] } }, floats(1, 2));
    await expect(readSafetensors(file)).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('holds no shape for one'),
    });
  });

  it('services/text-encoder/safetensors: a file that was cut is refused, wherever', async () => {
    await write({ one: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, floats(1, 2));
    const whole = await readFile(file);
    for (const length of [0, 7, 8, 20, whole.length - 1]) {
      await writeFile(file, whole.subarray(0, length));
      await expect(readSafetensors(file)).rejects.toMatchObject({ code: 'PROVISION_FAILED' });
    }
  });
});

describe('services/text-encoder/provision', () => {
  const provision = (name: string): Promise<string> =>
    readFile(fileURLToPath(new URL(`../../../services/text-encoder/provision/${name}`, import.meta.url)), 'utf8');

  it('text-encoder/provision: every package is pinned and hashed, and no file names a host to fetch it from', async () => {
    const requirements = (await provision('requirements-text-encoder.txt')).replaceAll(/^#.*\n/gm, '');
    expect(requirements).toMatch(/^[a-z0-9-]+==[0-9.]+ \\\n {4}--hash=sha256:[0-9a-f]{64}\n$/);
    const lock = JSON.parse(await provision('package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string }>>;
    };
    const { '': root, ...packages } = lock.packages;
    expect(root).toMatchObject(
      (({ name, dependencies }) => ({ name, dependencies }))(JSON.parse(await provision('package.json'))),
    );
    expect(Object.keys(packages).length).toBeGreaterThan(2);
    for (const entry of Object.values(packages)) {
      expect(entry.integrity).toMatch(/^sha512-/);
      expect(entry).not.toHaveProperty('resolved');
    }
  });
});
