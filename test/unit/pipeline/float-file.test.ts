import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floatBytes, readFloats } from '../../../pipeline/float-file.ts';
import { withFolder } from '../../support/make-folder.ts';

describe('pipeline/float-file', () => {
  it('numbers are little-endian float32 and come back the same', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'x.f32');
      // A view that starts in the middle of its buffer, as rows of a matrix do. 1 is 0x3f800000, -2 is 0xc0000000.
      const numbers = Float32Array.from([9, 1, -2]).subarray(1);
      const bytes = floatBytes(numbers);
      expect([...bytes]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
      await writeFile(file, bytes);
      expect([...(await readFloats(file, 2))]).toEqual([1, -2]);
      await expect(readFloats(file, 3)).rejects.toThrow('has 8 bytes, expected 12');
    }));
});
