import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../contracts/errors.ts';
import { toDataError } from '../../../pipeline/duckdb/data-errors.ts';

describe('pipeline/data-errors', () => {
  it.each([
    ['a full disk', Object.assign(new Error('write'), { code: 'ENOSPC' }), 'DISK_FULL'],
    ['DuckDB on a full disk', new Error('IO Error: Could not write file "x": No space left on device'), 'DISK_FULL'],
    [
      'a full spill folder',
      new Error('Out of Memory Error: failed to offload data block (max_temp_directory_size)'),
      'DISK_FULL',
    ],
    [
      'DuckDB out of memory',
      new Error('Out of Memory Error: could not allocate block of size 256 KiB'),
      'OUT_OF_MEMORY',
    ],
    ['anything else', new Error('Binder Error: no such column\nLINE 1: …'), 'INTERNAL'],
  ])('%s gets its code', (_, error, code) => {
    const mapped = toDataError(error, 'write x');
    expect(mapped.code).toBe(code);
    expect(mapped.message).not.toContain('\n');
    expect(mapped.cause).toBe(error);
  });

  it('an error that is understood already stays', () => {
    const error = new TtExpError('SPLIT_LEAK', 'leak');
    expect(toDataError(error, 'split')).toBe(error);
  });
});
