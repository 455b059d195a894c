import { describe, expect, it } from 'vitest';
import type { TtExpError } from '../../../contracts/errors.ts';
import { type CodeOnDisk, watchCode } from '../../../host/code/code-watch.ts';

/** Code on a disk that a test changes; counts how often it was read as a whole. */
const createDisk = () => {
  const disk = { content: 'old', writtenAtMs: 1, isReadable: true, digests: 0 };
  const code: CodeOnDisk = {
    stamp: async () => {
      if (!disk.isReadable) {
        throw new Error('ENOENT');
      }
      return String(disk.writtenAtMs);
    },
    digest: async () => {
      disk.digests += 1;
      return disk.content;
    },
  };
  return { disk, code };
};

const watching = async () => {
  const { disk, code } = createDisk();
  const told: TtExpError[] = [];
  const watch = await watchCode(code, (error) => told.push(error));
  return { disk, watch, told };
};

const OUTDATED = { code: 'WORKER_OUTDATED' };

describe('host/code/code-watch', () => {
  it('code that stays lets every step begin, and is read as a whole once', async () => {
    const { disk, watch, told } = await watching();
    await watch.assertUnchanged();
    await watch.assertUnchanged();
    expect(disk.digests).toBe(1);
    expect(told).toEqual([]);
  });

  it('code that changes lets no step begin any more, even when it is put back', async () => {
    const { disk, watch, told } = await watching();
    Object.assign(disk, { content: 'new', writtenAtMs: 2 });
    await expect(watch.assertUnchanged()).rejects.toMatchObject(OUTDATED);
    Object.assign(disk, { content: 'old', writtenAtMs: 1 });
    await expect(watch.assertUnchanged()).rejects.toMatchObject(OUTDATED);
    expect(told).toMatchObject([OUTDATED]);
  });

  it('the same code built again is the same code, and a change after that is seen', async () => {
    const { disk, watch } = await watching();
    disk.writtenAtMs = 2;
    await watch.assertUnchanged();
    await watch.assertUnchanged();
    expect(disk.digests).toBe(2);
    Object.assign(disk, { content: 'new', writtenAtMs: 3 });
    await expect(watch.assertUnchanged()).rejects.toMatchObject(OUTDATED);
  });

  it('code that cannot be read is being replaced', async () => {
    const { disk, watch, told } = await watching();
    disk.isReadable = false;
    await expect(watch.assertUnchanged()).rejects.toMatchObject(OUTDATED);
    expect(told).toHaveLength(1);
  });
});
