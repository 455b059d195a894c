import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Encoder } from '../../../pipeline/encoder/encoder.ts';
import { encoderText, readEncoder } from '../../../pipeline/encoder/encoder-file.ts';
import { withFolder } from '../../support/data-requests.ts';

const encoder: Encoder = {
  version: 1,
  textDim: 2,
  user: { dim: 5, blocks: [{ kind: 'categorical', field: 'role', width: 2, vocabulary: ['dev'] }] },
  item: { dim: 4, blocks: [{ kind: 'numeric', field: 'size', transform: 'log1p', mean: 0.5, deviation: 2 }] },
};

const read = (text: string) =>
  withFolder(async (folder) => {
    const file = join(folder, 'encoder.json');
    await writeFile(file, text);
    return readEncoder(file);
  });

describe('pipeline/encoder-file', () => {
  it('pipeline/encoder-file: reads what it wrote', async () => {
    expect(await read(encoderText(encoder))).toEqual(encoder);
  });

  it.each([
    ['no JSON', '{', 'DATASET_CORRUPT'],
    ['another shape', '[]', 'DATASET_CORRUPT'],
    ['a later version', encoderText({ ...encoder, version: 2 as 1 }), 'DATA_INVALID'],
    [
      'blocks that do not fit the width',
      encoderText({ ...encoder, user: { ...encoder.user, dim: 6 } }),
      'DATASET_CORRUPT',
    ],
    [
      'a vocabulary without room for others',
      encoderText({
        ...encoder,
        user: { dim: 5, blocks: [{ kind: 'categorical', field: 'role', width: 2, vocabulary: ['a', 'b'] }] },
      }),
      'DATASET_CORRUPT',
    ],
  ])('pipeline/encoder-file: refuses %s', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ code });
  });

  it('pipeline/encoder-file: a missing file is named', async () => {
    await expect(readEncoder('/nowhere/encoder.json')).rejects.toThrow('/nowhere/encoder.json');
  });
});
