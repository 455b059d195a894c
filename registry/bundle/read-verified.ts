/** Files of a bundle, read and compared with their digests in one go, a piece at a time. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { BundleManifest } from '../../contracts/bundle.ts';
import type { TtExpError } from '../../contracts/errors.ts';
import { breathe } from '../../host/breathe.ts';
import { isFileError } from '../../host/files/file-errors.ts';
import { notLoading } from '../not-loading.ts';

/** A digest of so much takes about a millisecond. */
const CHUNK_BYTES = 512 * 1024;
const HINT =
  'Remove this folder, then open its model, as with `tt-exp recommend <user-id> --model <name>/<version>`: the bundle is fetched or built anew.';

export const corruptBundle = (what: string, cause?: unknown): TtExpError => notLoading(what, HINT, cause);

const openOrRefuse = async (file: string): Promise<FileHandle> => {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR')) {
      throw corruptBundle(`${file} is missing`, error);
    }
    throw corruptBundle(`${file} cannot be read`, error);
  }
};

export interface BundleReader {
  /** sha256 that the manifest names; undefined for a file that it does not list. */
  digestOf(path: string): string | undefined;
  /** The file's content. Throws MODEL_NOT_LOADING where it is missing or not the one that the manifest names. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The same, without keeping it. */
  check(path: string): Promise<void>;
  /** Numbers of a file that must hold `length` of them. */
  floats(path: string, length: number): Promise<Float32Array>;
  ints(path: string, length: number): Promise<Int32Array>;
}

type ManifestFiles = BundleManifest['files'];

/** Of reads whose content nobody keeps: a new one for every file would bring on collections of the whole heap. */
const spare: Uint8Array<ArrayBuffer>[] = [];

const readChecked = async (
  { folder, files }: { readonly folder: string; readonly files: ManifestFiles },
  path: string,
  isKept: boolean,
): Promise<Uint8Array<ArrayBuffer>> => {
  const expected = files[path];
  const file = join(folder, path);
  if (expected === undefined) {
    throw corruptBundle(`${join(folder, 'manifest.json')} does not list ${path}`);
  }
  const handle = await openOrRefuse(file);
  const chunk = isKept ? null : (spare.pop() ?? new Uint8Array(CHUNK_BYTES));
  try {
    const { size } = await handle.stat();
    if (size !== expected.bytes) {
      throw corruptBundle(`${file} has ${size} bytes, expected ${expected.bytes}`);
    }
    const hash = createHash('sha256');
    const content = chunk ?? new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const offset = isKept ? at : 0;
      const length = Math.min(CHUNK_BYTES, size - at);
      const { bytesRead } = await handle.read(content, offset, length, at);
      if (bytesRead === 0) {
        throw corruptBundle(`${file} has ${at} bytes, expected ${expected.bytes}`);
      }
      hash.update(content.subarray(offset, offset + bytesRead));
      at += bytesRead;
      await breathe();
    }
    const sha256 = hash.digest('hex');
    if (sha256 !== expected.sha256) {
      throw corruptBundle(`${file} has sha256 ${sha256.slice(0, 16)}…, expected ${expected.sha256.slice(0, 16)}…`);
    }
    return content;
  } finally {
    if (chunk !== null) {
      spare.push(chunk);
    }
    await handle.close();
  }
};

/** What the files hold is little-endian. */
const inHostOrder = (bytes: Uint8Array<ArrayBuffer>): ArrayBuffer => {
  if (endianness() === 'BE') {
    Buffer.from(bytes.buffer).swap32();
  }
  return bytes.buffer;
};

export const createBundleReader = (folder: string, files: ManifestFiles): BundleReader => {
  const numbers = async (path: string, length: number): Promise<ArrayBuffer> => {
    const bytes = await readChecked({ folder, files }, path, true);
    if (bytes.byteLength !== 4 * length) {
      throw corruptBundle(`${join(folder, path)} has ${bytes.byteLength / 4} numbers, expected ${length}`);
    }
    return inHostOrder(bytes);
  };
  return {
    digestOf: (path) => files[path]?.sha256,
    read: (path) => readChecked({ folder, files }, path, true),
    check: async (path) => {
      await readChecked({ folder, files }, path, false);
    },
    floats: async (path, length) => new Float32Array(await numbers(path, length)),
    ints: async (path, length) => new Int32Array(await numbers(path, length)),
  };
};
