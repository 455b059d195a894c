import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqlText } from '../../../pipeline/duckdb/database.ts';
import { builderIn } from '../../support/data-requests.ts';
import { filesData } from '../../support/files-source.ts';
import { withFolder } from '../../support/make-folder.ts';
import { inMemory } from '../../support/version-tables.ts';

const IDS = { features: { id: { kind: 'id' } } } as const;

const extract = (root: string, path: string) =>
  builderIn(join(root, 'data')).extract({
    data: filesData({
      users: IDS,
      items: IDS,
      interactions: { path, user: 'who', item: 'what', time: 'at', type: 'did' },
    }),
    seed: 1,
  });

const extractText = (text: string, name = 'e.csv') =>
  withFolder(async (root) => {
    await writeFile(join(root, name), text);
    return extract(root, join(root, name));
  });

describe('no column hides another', () => {
  it.each([
    ['e.csv', 'who,what,at,did,did\nu1,1,2025-03-01,view,like\n', 'e.csv', '"did" (column 4) and "did" (column 5)'],
    ['e.csv', 'who,what,at,did,WHO\nu1,1,2025-03-01,view,u2\n', 'e.csv', '"who" (column 1) and "WHO" (column 5)'],
    [
      'e.ndjson',
      '{"who":"u1","what":1,"at":"2025-03-01","did":"view"}\n{"who":"u1","what":2,"at":"2025-03-01","did":"view","did":"like"}\n',
      'e.ndjson:2',
      '"did" (column 4) and "did" (column 5)',
    ],
  ])('pipeline/sources/files: %s with %j is refused', (name, text, where, places) =>
    expect(extractText(text, name)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(
        `${where} has several columns named ${places.slice(0, 5)}: ${places}, expected one`,
      ),
    }),
  );

  it('pipeline/sources/files: a Parquet file with two columns of one name is refused', () =>
    withFolder(async (root) => {
      const file = join(root, 'e.parquet');
      await inMemory((database) =>
        database.run(
          'write',
          `COPY (SELECT {'did': 1, 'x': [2]} AS nested, 'u1' AS who, '1' AS what, TIMESTAMP '2025-03-01' AS at, 'view' AS did, 'like' AS dix) TO ${sqlText(file)} (FORMAT parquet)`,
        ),
      );
      // No writer at hand writes a name twice: the footer's `dix` becomes a second `did`.
      const bytes = (await readFile(file)).toString('latin1').replaceAll('dix', 'did');
      await writeFile(file, Buffer.from(bytes, 'latin1'));
      await expect(extract(root, file)).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining('"did" (column 5) and "did" (column 6), expected one'),
      });
    }));

  it('pipeline/sources/files: columns of one name that nothing uses may be there', async () => {
    const { rows } = await extractText('who,what,at,did,note,note\nu1,1,2025-03-01,view,a,b\n');
    expect(rows).toBe(1);
  });
});
