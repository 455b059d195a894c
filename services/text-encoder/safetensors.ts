/** Reads a .safetensors file: 8 bytes with the header's length, the header in JSON, then the numbers. */
import { readFile } from 'node:fs/promises';
import { TtExpError } from '../../contracts/errors.ts';
import { isObject } from '../../contracts/is-object.ts';

export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const refuse = (file: string, what: string): TtExpError =>
  new TtExpError('PROVISION_FAILED', `text encoder: ${file} holds ${what}, expected float32 weights`, {
    hint: 'Fetch the weights again.',
  });

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

/** Every float32 tensor of the file; others, such as position numbers, are left out. */
export const readSafetensors = async (file: string): Promise<ReadonlyMap<string, Tensor>> => {
  const bytes = await readFile(file);
  const headerLength = bytes.length < 8 ? Number.POSITIVE_INFINITY : Number(bytes.readBigUInt64LE(0));
  if (headerLength > bytes.length - 8) {
    throw refuse(file, 'a cut header');
  }
  const header: unknown = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength));
  if (!isObject(header)) {
    throw refuse(file, 'no header');
  }
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (!isObject(entry) || entry.dtype !== 'F32') {
      continue;
    }
    const { shape, data_offsets: offsets } = entry;
    const [begin] = isNumbers(offsets) ? offsets : [];
    if (!isNumbers(shape) || begin === undefined) {
      throw refuse(file, `no shape for ${name}`);
    }
    const start = bytes.byteOffset + 8 + headerLength + begin;
    const length = shape.reduce((product, size) => product * size, 1);
    if (start + 4 * length > bytes.byteOffset + bytes.length) {
      throw refuse(file, `only a part of ${name}`);
    }
    // A copy is aligned to 4 bytes.
    tensors.set(name, { shape, values: new Float32Array(bytes.buffer.slice(start, start + 4 * length)) });
  }
  return tensors;
};
