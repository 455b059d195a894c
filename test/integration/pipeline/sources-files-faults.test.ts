import { writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { EventTable, FilesSource } from '../../../contracts/experiment-config.ts';
import type { ResolvedData } from '../../../contracts/resolved-config.ts';
import { openDatabase, sqlText } from '../../../pipeline/duckdb/database.ts';
import { builderIn } from '../../support/data-requests.ts';
import { filesData, writeRows } from '../../support/files-source.ts';
import { withFolder } from '../../support/make-folder.ts';

const HEADER = 'who,what,at,did\n';
const ROW = 'u1,1,2025-03-01,view\n';

const IDS = { features: { id: { kind: 'id' } } } as const;

const sourceOf = (path: string, change: Partial<EventTable> = {}): Omit<FilesSource, 'type'> => ({
  users: IDS,
  items: IDS,
  interactions: { path, user: 'who', item: 'what', time: 'at', type: 'did', ...change },
});

const extract = (root: string, data: ResolvedData, log: (message: string) => void = () => undefined) =>
  builderIn(join(root, 'data'), { log: (_level, message) => log(message) }).extract({ data, seed: 1 });

const rowsOf = async (root: string, id: string, table: string) => {
  const database = await openDatabase({ file: ':memory:', spillFolder: root, memoryLimitMegabytes: 256, threads: 1 });
  try {
    const file = join(root, 'data', 'extracts', id, `${table}.parquet`);
    return await database.rows('read', `SELECT * FROM read_parquet(${sqlText(file)}) ORDER BY 1`);
  } finally {
    database.close();
  }
};

/** Extracts a file of events with this text. */
const extractText = (text: string | Buffer, { name = 'e.csv', max_bad_rows = 0, change = {} } = {}) =>
  withFolder(async (root) => {
    await writeFile(join(root, name), text);
    return extract(root, filesData(sourceOf(join(root, name), change), { max_bad_rows }));
  });

describe('pipeline/sources/files, faults', () => {
  describe('no two ids become one', () => {
    it.each([
      ['who', `${HEADER}u1,1,2025-03-01,view\n u1 ,2,2025-03-02,view\n`, '" u1 " (e.csv:3) and "u1" (e.csv:2); 1 ids'],
      [
        'what',
        `${HEADER}u1,1,2025-03-01,view\nu2,1 ,2025-03-02,view\nu2,1,2025-03-03,view\n`,
        '"1" (e.csv:2) and "1 " (e.csv:3); 1 ids',
      ],
    ])(
      'pipeline/sources/files: ids in %s that differ only in blanks are refused with their places',
      (column, text, what) =>
        expect(extractText(text, { max_bad_rows: 10 })).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringContaining(
            `the column ${column} has ids that differ only in the blanks around them: ${what}`,
          ),
        }),
    );

    it('pipeline/sources/files: users that differ only in blanks are refused too', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'e.csv'), HEADER + ROW);
        await writeFile(join(root, 'u.csv'), 'user_id,city\nu1,Ulm\n" u1",Ulm\n');
        const users = { path: join(root, 'u.csv'), features: { city: { kind: 'categorical' } } } as const;
        await expect(extract(root, filesData({ ...sourceOf(join(root, 'e.csv')), users }))).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringContaining('the column user_id has ids'),
        });
      }));

    it('pipeline/sources/files: blanks around every mention of an id are left out', async () => {
      const { rows } = await extractText(`${HEADER} u1,1,2025-03-01,view\n u1,2,2025-03-02,view\n`);
      expect(rows).toBe(2);
    });
  });

  describe('nothing is lost in silence', () => {
    it.each([
      ['with a header', HEADER, {}],
      ['without one', '', { csv: { columns: ['who', 'what', 'at', 'did'] } }],
    ])(
      'pipeline/sources/files: a quote that is never closed is refused with its line, %s',
      async (_what, header, change) => {
        const text = `${header}${ROW.repeat(3000)}"u2,2,2025-03-01,view\n${ROW.repeat(3000)}`;
        const line = header === '' ? 3001 : 3002;
        const failure = extractText(text, { change, max_bad_rows: 10 });
        await expect(failure).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringContaining(`e.csv:${line} has a quote that is never closed`),
        });
      },
    );

    it('pipeline/sources/files: quotes that are closed, doubled, in UTF-16 or across buffers are no fault', async () => {
      const long = `${'x'.repeat(2 ** 20 - HEADER.length - 2)}`;
      const text = `${HEADER}"${long}""",1,2025-03-01,view\n"u""2\n",1,2025-03-01,"view"`;
      expect((await extractText(text)).rows).toBe(2);
      const utf16 = { csv: { encoding: 'utf-16' as const } };
      expect(
        (await extractText(Buffer.from(`${HEADER}"ü",1,2025-03-01,"view"\n`, 'utf16le'), { change: utf16 })).rows,
      ).toBe(1);
    });

    it.each(['e.csv.gz', 'e.ndjson.gz'])(
      'pipeline/sources/files: %s that is cut off is refused, whatever is still readable',
      async (name) => {
        const lines = Array.from({ length: 20_000 }, (_, user) =>
          name.endsWith('.csv.gz')
            ? `u${user},1,2025-03-01,view\n`
            : `${JSON.stringify({ who: `u${user}`, what: 1, at: '2025-03-01', did: 'view' })}\n`,
        );
        const whole = gzipSync((name.endsWith('.csv.gz') ? HEADER : '') + lines.join(''));
        expect((await extractText(whole, { name })).rows).toBe(20_000);
        await expect(extractText(whole.subarray(0, -4000), { name, max_bad_rows: 1 })).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringContaining(`${name} cannot be read to its end`),
        });
      },
    );

    it('pipeline/sources/files: a text that begins with a bracket and is no list keeps its values', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'e.csv'), HEADER + ROW);
        await writeFile(join(root, 'u.csv'), 'user_id,tags\nu1,[draft] foo|bar\n');
        const users = { path: join(root, 'u.csv'), features: { tags: { kind: 'multi_categorical' } } } as const;
        const { id } = await extract(root, filesData({ ...sourceOf(join(root, 'e.csv')), users }));
        expect(await rowsOf(root, id, 'users')).toEqual([{ user_id: 'u1', tags: ['[draft] foo', 'bar'] }]);
      }));
  });

  describe('what is remembered of files', () => {
    const DIRTY = `${HEADER}${ROW}u2,2\n`;
    const CLEAN = `${HEADER}${ROW}`;

    it('pipeline/sources/files: bad rows are those of the file, though its usable rows are known from another', () =>
      withFolder(async (root) => {
        const file = join(root, 'e.csv');
        const data = (max_bad_rows: number) => filesData(sourceOf(file), { max_bad_rows });
        await writeFile(file, DIRTY);
        const dirty = await extract(root, data(1));
        // Cleaned: the limit of before is not needed any more, also when it is found again.
        await writeFile(file, CLEAN);
        expect((await extract(root, data(0))).id).toBe(dirty.id);
        expect((await extract(root, data(0))).id).toBe(dirty.id);
        // And the other way round.
        await writeFile(file, DIRTY);
        await expect(extract(root, data(0))).rejects.toMatchObject({ code: 'DATA_INVALID' });
      }));

    it('pipeline/sources/files: a version found again is held to the limit of bad rows, too', () =>
      withFolder(async (root) => {
        const file = join(root, 'e.csv');
        const lines = Array.from(
          { length: 200 },
          (_, row) => `u${row % 20},${row % 13},2025-03-0${1 + (row % 9)},like\n`,
        );
        await writeFile(file, `${HEADER}${lines.join('')}u2,2\n`);
        const encode = (max_bad_rows: number) =>
          builderIn(join(root, 'data')).encode({ data: filesData(sourceOf(file), { max_bad_rows }), seed: 1 });
        const { version } = await encode(1);
        expect((await encode(2)).version).toBe(version);
        await expect(encode(0)).rejects.toMatchObject({ code: 'DATA_INVALID' });
      }));

    it('pipeline/sources/files: a file that changes while it is read is refused, and read anew afterwards', () =>
      withFolder(async (root) => {
        const file = join(root, 'e.csv');
        const data = filesData(sourceOf(file), { max_bad_rows: 1 });
        await writeFile(file, DIRTY);
        const changing = extract(root, data, (message) => {
          // Said between reading and writing.
          if (message.includes('left out')) {
            writeFileSync(file, `${DIRTY}u3,1,2025-03-01,like\n`);
          }
        });
        await expect(changing).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringContaining('changed while it was read'),
        });
        expect((await extract(root, data)).rows).toBe(2);
      }));
  });

  describe('where the bad rows are', () => {
    it('pipeline/sources/files: broken lines count when later lines are numbered, in every file', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'a.csv'), `${HEADER}u2,2\n${ROW}u3\n${ROW}${ROW}u4,1,never,like\n`);
        await writeFile(join(root, 'b.csv'), `${HEADER}${ROW}u5,1,soon,like\n`);
        const failure = extract(root, filesData(sourceOf(join(root, '*.csv'))));
        await expect(failure).rejects.toThrow(/2 with no time in unit "text": "never" \(a\.csv:7, b\.csv:3\)/);
        await expect(extract(root, filesData(sourceOf(join(root, '*.csv'))))).rejects.toThrow(/\(a\.csv:2, a\.csv:4\)/);
      }));

    it('pipeline/sources/files: files of one name in two folders are numbered each by itself', () =>
      withFolder(async (root) => {
        await mkdir(join(root, 'a'));
        await mkdir(join(root, 'b'));
        await writeFile(join(root, 'a', 'e.csv'), `${HEADER}${ROW.repeat(3)}u4,1,never,like\n`);
        await writeFile(join(root, 'b', 'e.csv'), `${HEADER}u2,2\n${ROW.repeat(3)}u4,1,never,like\n`);
        const failure = extract(root, filesData(sourceOf(join(root, '*', 'e.csv'))));
        await expect(failure).rejects.toThrow(/\(e\.csv:5, e\.csv:6\)/);
      }));

    it('pipeline/sources/files: the first five places are those of the first lines', async () => {
      const text = `${HEADER}${ROW}${'u,1,never,view\n'.repeat(12)}`;
      await expect(extractText(text)).rejects.toThrow(/\(e\.csv:3, e\.csv:4, e\.csv:5, e\.csv:6, e\.csv:7\)/);
    });

    it('pipeline/sources/files: text after a closing quote is a broken line, also near the beginning', async () => {
      const text = `${HEADER}${ROW.repeat(3)}u2,"Hi" there,2025-03-01,view\n${ROW.repeat(3)}`;
      await expect(extractText(text)).rejects.toThrow(/a broken line \(unquoted value\) \(e\.csv:5\)/);
      expect((await extractText(text, { max_bad_rows: 1 })).rows).toBe(6);
    });

    it('pipeline/sources/files: where every row is bad, No data loaded says what was wrong', async () => {
      await expect(extractText(`${HEADER}u1,1,never,view\n`)).rejects.toMatchObject({
        code: 'NO_DATA_LOADED',
        message: expect.stringMatching(/1 with no time in unit "text": "never" \(e\.csv:2\)/),
      });
    });

    it.each(['e.csv', 'e.ndjson', 'e.json'])(
      'pipeline/sources/files: %s without a byte is No data loaded',
      async (name) => {
        await expect(extractText('', { name })).rejects.toMatchObject({ code: 'NO_DATA_LOADED' });
      },
    );

    it('pipeline/sources/files: an infinite time is a bad row', async () => {
      await expect(extractText(`${HEADER}${ROW}u1,1,infinity,view\n`)).rejects.toThrow(
        /no time.*"infinity" \(e\.csv:3\)/,
      );
    });

    it('pipeline/sources/files: every id with several vectors counts', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'e.csv'), HEADER + ROW);
        const vectors = Array.from({ length: 12 }, (_, user) => `u${user},"[1,2]"\nu${user},"[1,3]"\n`);
        await writeFile(join(root, 'v.csv'), `user_id,v\n${vectors.join('')}`);
        const v = { kind: 'embedding', dim: 2, from: { path: join(root, 'v.csv') } } as const;
        const source = { ...sourceOf(join(root, 'e.csv')), users: { features: { v } } };
        await expect(extract(root, filesData(source))).rejects.toThrow(/12 with several embeddings for one id/);
      }));
  });

  describe('columns of Parquet', () => {
    it('pipeline/sources/files: may have the names that DuckDB gives to a place of a row', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'e.csv'), HEADER + ROW);
        const path = await writeRows(root, 'u', 'parquet', [{ user_id: 'u1', filename: 'x', file_row_number: 7 }]);
        const users = { path, features: { filename: { kind: 'categorical' } } } as const;
        const { id } = await extract(root, filesData({ ...sourceOf(join(root, 'e.csv')), users }));
        expect(await rowsOf(root, id, 'users')).toEqual([{ user_id: 'u1', filename: 'x' }]);
      }));

    it('pipeline/sources/files: numbers of a side table are values like any other', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'e.csv'), HEADER + ROW);
        const path = await writeRows(root, 't', 'parquet', [
          { item_id: 1, tag: 5 },
          { item_id: 1, tag: 7 },
        ]);
        const items = { features: { tag: { kind: 'multi_categorical', from: { path } } } } as const;
        const { id } = await extract(root, filesData({ ...sourceOf(join(root, 'e.csv')), items }));
        expect(await rowsOf(root, id, 'items')).toEqual([{ item_id: '1', tag: ['5', '7'] }]);
      }));
  });
});
