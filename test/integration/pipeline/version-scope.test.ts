import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ResolvedData } from '../../../contracts/resolved-config.ts';
import { readVersionScope } from '../../../pipeline/index.ts';
import { builderIn, dataSettings, SMALL } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';

const withVersion = (method: ResolvedData['split']['method'], use: (folder: string) => Promise<void>): Promise<void> =>
  withFolder(async (root) => {
    const split = { method, train: 0.7, validation: 0.15, test: 0.15 };
    const { version } = await builderIn(root).encode({ data: dataSettings(SMALL, { split }), seed: 7 });
    await use(join(root, 'versions', version));
  });

interface Block {
  readonly field: string;
  vocabulary?: string[];
  mean?: number;
}

/** Changes one block of encoder.json. */
const changeBlock = async (folder: string, wanted: (block: Block) => boolean, change: (block: Block) => void) => {
  const file = join(folder, 'encoder.json');
  const encoder = JSON.parse(await readFile(file, 'utf8')) as { item: { blocks: Block[] } };
  const block = encoder.item.blocks.find(wanted);
  if (block === undefined) {
    throw new Error('the encoder has no such block');
  }
  change(block);
  await writeFile(file, JSON.stringify(encoder));
  return block.field;
};

describe('pipeline/version-scope', () => {
  it.each(['random', 'temporal'] as const)('the encoder of a %s version is that of its training rows', (method) =>
    withVersion(method, async (folder) => {
      const scope = await readVersionScope(folder);
      expect(scope.splitMethod).toBe(method);
      expect(scope.encoderDifferences).toEqual([]);
    }),
  );

  it('parts of a temporal version follow one another, those of a random one do not', async () => {
    const isInOrder = async (folder: string): Promise<boolean> => {
      const { train, validation, test } = (await readVersionScope(folder)).spans;
      return (
        (train?.lastMs ?? Number.NaN) < (validation?.firstMs ?? Number.NaN) &&
        (validation?.lastMs ?? Number.NaN) < (test?.firstMs ?? Number.NaN)
      );
    };
    await withVersion('temporal', async (folder) => expect(await isInOrder(folder)).toBe(true));
    await withVersion('random', async (folder) => expect(await isInOrder(folder)).toBe(false));
  });

  it('names the field whose vocabulary or scale is not of the training rows', () =>
    withVersion('random', async (folder) => {
      const field = await changeBlock(
        folder,
        ({ vocabulary }) => vocabulary !== undefined && vocabulary.length > 1,
        (block) => block.vocabulary?.reverse(),
      );
      expect((await readVersionScope(folder)).encoderDifferences).toEqual([`item ${field}`]);
      const scaled = await changeBlock(
        folder,
        ({ mean }) => mean !== undefined,
        (block) => {
          block.mean = (block.mean ?? 0) + 1e-9;
        },
      );
      expect(new Set((await readVersionScope(folder)).encoderDifferences)).toEqual(
        new Set([`item ${field}`, `item ${scaled}`]),
      );
    }));

  it('a folder without a version is DATASET_NOT_FOUND', () =>
    withFolder(async (folder) => {
      await expect(readVersionScope(folder)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
    }));
});
