import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../../host/files/make-folder.ts';
import { withFolder } from '../../support/make-folder.ts';

describe('host/files/make-folder', () => {
  it('host/files/make-folder: many who make the same tree at once all find it there', () =>
    withFolder(async (root) => {
      for (let round = 0; round < 50; round += 1) {
        const tree = join(root, `${round}`, 'a', 'b');
        await Promise.all(
          Array.from({ length: 24 }, (_, index) =>
            makeFolder(index % 2 === 0 ? join(tree, 'c') : join(tree, 'd', 'e')),
          ),
        );
        for (const made of [join(tree, 'c'), join(tree, 'd', 'e')]) {
          expect((await stat(made)).isDirectory()).toBe(true);
        }
      }
    }));

  it('host/files/make-folder: a folder that refuses new ones is an error, not waited for', async () => {
    await expect(makeFolder('/proc/tt-exp/a/b')).rejects.toThrow();
  });
});
