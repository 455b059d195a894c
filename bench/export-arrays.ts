/** A dataset in memory as raw little-endian arrays, which NumPy reads with `fromfile`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LoadedDataset, SPLIT_NAMES } from '../contracts/dataset.ts';

/** Files: userFeatures, itemFeatures, and for each part samples-<part>-<array> and pairs-<part>-<array>; meta.json. */
export const exportArrays = async (folder: string, dataset: LoadedDataset): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const write = async (prefix: string, arrays: object): Promise<void> => {
    for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(arrays)) {
      await writeFile(join(folder, `${prefix}${name}`), new Uint8Array(buffer, byteOffset, byteLength));
    }
  };
  await write('', { userFeatures: dataset.userFeatures, itemFeatures: dataset.itemFeatures });
  for (const part of SPLIT_NAMES) {
    await write(`samples-${part}-`, dataset.samples[part]);
    await write(`pairs-${part}-`, dataset.pairs[part]);
  }
  const sizes = { users: dataset.userIds.length, items: dataset.itemIds.length, dims: dataset.summary.feature_dims };
  await writeFile(join(folder, 'meta.json'), JSON.stringify(sizes));
};
