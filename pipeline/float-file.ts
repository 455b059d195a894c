import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { TtExpError } from '../contracts/errors.ts';

const swapIfBigEndian = (bytes: Buffer): Buffer => (endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32());

/** Little-endian float32, without a header. */
export const floatBytes = (numbers: Float32Array): Buffer =>
  swapIfBigEndian(Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength));

/** A copy: a Buffer may start at an offset that is no multiple of 4. */
const alignedFloats = (bytes: Buffer): Float32Array =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

/** Numbers of bytes that `floatBytes` made, as a copy. */
export const floatsOf = (bytes: Buffer): Float32Array => alignedFloats(swapIfBigEndian(bytes));

/** Reads a file of little-endian float32 that must hold `length` numbers. */
export const readFloats = async (file: string, length: number): Promise<Float32Array> => {
  const bytes = swapIfBigEndian(await readFile(file));
  if (bytes.byteLength !== length * Float32Array.BYTES_PER_ELEMENT) {
    throw new TtExpError(
      'DATASET_CORRUPT',
      `${file} has ${bytes.byteLength} bytes, expected ${length * Float32Array.BYTES_PER_ELEMENT}`,
      { hint: 'Remove its folder and run the same command again.' },
    );
  }
  return alignedFloats(bytes);
};
