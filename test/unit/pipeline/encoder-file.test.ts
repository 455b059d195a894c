import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Encoder } from '../../../pipeline/encoder/encoder.ts';
import { encoderText, readEncoder } from '../../../pipeline/encoder/encoder-file.ts';
import { withFolder } from '../../support/make-folder.ts';

const encoder: Encoder = {
  version: 2,
  user: {
    dim: 5,
    textDim: 2,
    textEncoder: 'source',
    blocks: [{ kind: 'categorical', field: 'role', width: 2, vocabulary: ['dev'] }],
    ids: null,
  },
  item: {
    dim: 1,
    textDim: 0,
    textEncoder: null,
    blocks: [{ kind: 'numeric', field: 'size', transform: 'log1p', mean: 0.5, deviation: 2 }],
    ids: ['x', 'y'],
  },
};

const read = (text: string) =>
  withFolder(async (folder) => {
    const file = join(folder, 'encoder.json');
    await writeFile(file, text);
    return readEncoder(file);
  });

describe('pipeline/encoder-file', () => {
  it('reads what it wrote', async () => {
    expect(await read(encoderText(encoder))).toEqual(encoder);
  });

  it.each([
    ['no JSON', '{', 'DATASET_CORRUPT'],
    ['another shape', '[]', 'DATASET_CORRUPT'],
    ['a later version', encoderText({ ...encoder, version: 3 as 2 }), 'MODEL_INCOMPATIBLE'],
    [
      'blocks that do not fit the width',
      encoderText({ ...encoder, user: { ...encoder.user, dim: 6 } }),
      'DATASET_CORRUPT',
    ],
    [
      'a vocabulary without room for others',
      encoderText({
        ...encoder,
        user: { ...encoder.user, blocks: [{ kind: 'categorical', field: 'role', width: 2, vocabulary: ['a', 'b'] }] },
      }),
      'DATASET_CORRUPT',
    ],
    [
      'texts without the name of what embedded them',
      encoderText({ ...encoder, user: { ...encoder.user, textEncoder: null } }),
      'DATASET_CORRUPT',
    ],
    [
      'ids that are no texts',
      encoderText({ ...encoder, item: { ...encoder.item, ids: [1] as never } }),
      'DATASET_CORRUPT',
    ],
  ])('refuses %s', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ code });
  });

  it('a missing file is named', async () => {
    await expect(readEncoder('/nowhere/encoder.json')).rejects.toThrow('/nowhere/encoder.json');
  });
});
