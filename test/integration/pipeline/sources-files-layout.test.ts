import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CsvDialect, EventTable, FilesSource } from '../../../contracts/experiment-config.ts';
import { openDatabase, sqlFile } from '../../../pipeline/duckdb/database.ts';
import { createDatasetVersions } from '../../../pipeline/index.ts';
import { builderIn } from '../../support/data-requests.ts';
import { filesData, writeRows } from '../../support/files-source.ts';
import { withFolder } from '../../support/make-folder.ts';

const IDS = { features: { id: { kind: 'id' } } } as const;
const STARS = {
  column: 'stars',
  rules: [
    { at_least: 3.5, type: 'like' },
    { at_least: 0, type: 'view' },
  ],
};

const sourceOf = (path: string | string[], change: Partial<EventTable> = {}): Omit<FilesSource, 'type'> => ({
  users: IDS,
  items: IDS,
  interactions: { path, user: 'who', item: 'what', rating: STARS, ...change },
});

const rowsOf = async (root: string, id: string, table = 'interactions') => {
  const database = await openDatabase({ file: ':memory:', spillFolder: root, memoryLimitMegabytes: 256, threads: 1 });
  try {
    const file = join(root, 'data', 'extracts', id, `${table}.parquet`);
    return await database.rows('read', `SELECT * FROM read_parquet(${sqlFile(file)}) ORDER BY ALL`);
  } finally {
    database.close();
  }
};

/** Users, items and types of the rows, and what was logged. */
const extract = (text: string | Buffer, { csv = {} as CsvDialect, name = 'e.csv', max_bad_rows = 0 } = {}) =>
  withFolder(async (root) => {
    const path = join(root, name);
    await writeFile(path, text);
    const log: string[] = [];
    const builder = builderIn(join(root, 'data'), { log: (_level, message) => log.push(message) });
    const { id } = await builder.extract({ data: filesData(sourceOf(path, { csv }), { max_bad_rows }), seed: 1 });
    const rows = (await rowsOf(root, id)).map(({ user_id, item_id, type }) => `${user_id} ${item_id} ${type}`);
    return { rows: rows.sort(), log: log.join('\n') };
  });

const withDelimiter = (delimiter: string, rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.join(delimiter)}\n`).join('');

const ROWS = [
  ['who', 'what', 'stars'],
  ['u1', 'i1', '4'],
  ['u2', 'i, 2', '1'],
];
const READ = ['u1 i1 like', 'u2 i, 2 view'];

describe('pipeline/sources/files, layout', () => {
  it.each([
    [';', 'semicolons'],
    ['\t', 'tabs'],
    ['|', 'pipes'],
    ['::', 'double colons'],
  ])('pipeline/sources/files: the delimiter %j is found, and told', async (delimiter, name) => {
    const { rows, log } = await extract(withDelimiter(delimiter, ROWS));
    expect(rows).toEqual(READ);
    expect(log).toContain(`separated by ${name}`);
  });

  it('pipeline/sources/files: spaces separate where nothing else does; commas need no word', async () => {
    const spaces = await extract('who what stars\nu1 i1 4\nu2 i2 1\n');
    expect([spaces.rows, spaces.log.includes('separated by spaces')]).toEqual([['u1 i1 like', 'u2 i2 view'], true]);
    const commas = await extract('who,what,stars\nu1,i1;a b|c,4\nu2,"i2, 3",1\n');
    expect(commas.rows).toEqual(['u1 i1;a b|c like', 'u2 i2, 3 view']);
    expect(commas.log).not.toContain('separated by');
  });

  it('pipeline/sources/files: the config overrides what would be found', async () => {
    await expect(extract(withDelimiter(';', ROWS), { csv: { delimiter: ',' } })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('Its columns are: who;what;stars'),
    });
  });

  it('pipeline/sources/files: decimal commas are found beside semicolons, and told', async () => {
    const { rows, log } = await extract('who;what;stars\nu1;i1;3,5\nu2;i2;3,4\nu3;i3;4\n');
    // 3.5 is the bound of a like.
    expect(rows).toEqual(['u1 i1 like', 'u2 i2 view', 'u3 i3 like']);
    expect(log).toContain('separated by semicolons, decimal commas');
  });

  it('pipeline/sources/files: a point beside decimal commas, and commas before three digits, are bad rows', async () => {
    await expect(extract('who;what;stars\nu1;i1;1,5\nu2;i2;1.234\n', { csv: { decimal: ',' } })).rejects.toThrow(
      /rating is not a number: "1\.234 \(a point, in a file with decimal commas\)" \(e\.csv:3\)/,
    );
    await expect(extract('who;what;stars\nu1;i1;1,234\nu2;i2;5\n')).rejects.toThrow(/rating is not a number: "1,234"/);
  });

  it('pipeline/sources/files: comment lines ahead of the header are skipped and told, and later lines keep their numbers', async () => {
    const text = '# "made" by hand\n# at noon\nwho,what,stars\nu1,i1,4\nu2\nu3,i3,many\n';
    await expect(extract(text)).rejects.toThrow(/missing columns\) \(e\.csv:5\)/);
    await expect(extract(text)).rejects.toThrow(/rating is not a number: "many" \(e\.csv:6\)/);
    const { rows, log } = await extract(text, { max_bad_rows: 2 });
    expect(rows).toEqual(['u1 i1 like']);
    expect(log).toContain('2 comment lines skipped');
  });

  it("pipeline/sources/files: Excel's line with the delimiter is skipped", async () => {
    const { rows } = await extract('sep=;\r\nwho;what;stars\r\nu1;i1;4\r\n');
    expect(rows).toEqual(['u1 i1 like']);
  });

  it('pipeline/sources/files: a first row that begins like a comment is a row', async () => {
    const { rows } = await extract('#1,i1,4\n#2,i2,1\n', { csv: { columns: ['who', 'what', 'stars'] } });
    expect(rows).toEqual(['#1 i1 like', '#2 i2 view']);
  });

  it.each([
    ['with a header', 'who,what,stars\n', {}],
    ['without one', '', { columns: ['who', 'what', 'stars'] }],
  ])('pipeline/sources/files: UTF-16 is found %s, and told', async (_what, header, csv) => {
    const bytes = Buffer.from(`\uFEFF${header}ü1,i1,4\nu2,i2,1\n`, 'utf16le');
    const { rows, log } = await extract(bytes, { csv });
    expect(rows).toEqual(['u2 i2 view', 'ü1 i1 like']);
    expect(log).toContain('UTF-16');
    await expect(extract(bytes.swap16(), { csv })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('iconv'),
    });
  });

  describe('ids', () => {
    it.each([
      ['a NUL character', 'u\0', 'a NUL character in the user id'],
      [
        'scientific notation',
        '9.00720E+15',
        'user id in scientific notation, whose last digits are lost: "9.00720E+15"',
      ],
    ])('pipeline/sources/files: an id with %s is a bad row with its line', async (_what, id, problem) => {
      await expect(extract(`who,what,stars\nu1,i1,4\n${id},i2,4\n`)).rejects.toMatchObject({
        code: 'DATA_INVALID',
        exitCode: 65,
        message: expect.stringContaining(`1 with ${problem} (e.csv:3)`),
      });
    });

    it('pipeline/sources/files: ids of hexadecimal digits, quotes and statements are ids', async () => {
      const ids = ['12e4', '1e10', "a'b", 'c;--', '$1', 'd\\'];
      const { rows } = await extract(`who,what,stars\n${ids.map((id) => `${id},i,4\n`).join('')}`);
      expect(rows).toEqual(ids.map((id) => `${id} i like`).sort());
    });

    it('pipeline/sources/files: a NUL character in the name of a column is bad data, too', async () => {
      await expect(extract('who,what,stars,a\0b\nu,i,4,x\n')).rejects.toMatchObject({ code: 'DATA_INVALID' });
    });

    it.each(['e.jsonl', 'e.json'])(
      'pipeline/sources/files: in %s whole numbers keep all digits, and floating-point ones above 2^53 are refused',
      async (name) => {
        const textOf = (ids: readonly string[]): string => {
          const rows = ids.map((id) => `{"who": "u", "what": ${id}, "stars": 4}`);
          return name === 'e.json' ? `[${rows.join(',\n')}]` : `${rows.join('\n')}\n`;
        };
        // 2^53 is 9007199254740992: as float64 the second number is the first one.
        const whole = await extract(
          textOf(['9007199254740992', '9007199254740993', '123456789012345678901234567', '"9007199254740995.0"']),
          {
            name,
          },
        );
        expect(whole.rows).toEqual([
          'u 123456789012345678901234567 like',
          'u 9007199254740992 like',
          'u 9007199254740993 like',
          'u 9007199254740995.0 like',
        ]);
        await expect(
          extract(textOf(['1.0', '9007199254740992.0', '9007199254740993.0']), { name }),
        ).rejects.toMatchObject({
          code: 'DATA_INVALID',
          message: expect.stringMatching(
            /^e\.json(l:| entry )2 has the floating-point number 9007199254740992\.0 for what \(2 rows have such/,
          ),
        });
      },
    );

    it('pipeline/sources/files: floating-point ids of Parquet are bad rows above 2^53', () =>
      withFolder(async (root) => {
        const path = await writeRows(root, 'e', 'parquet', [
          { who: 1.5, what: 'i', stars: 4 },
          { who: 9_007_199_254_740_992, what: 'i', stars: 4 },
        ]);
        const failure = builderIn(join(root, 'data')).extract({ data: filesData(sourceOf(path)), seed: 1 });
        await expect(failure).rejects.toThrow(
          /1 with user id beyond 2\^53 in a column of floating-point numbers, whose last digits are lost/,
        );
      }));
  });

  describe('names that read like patterns', () => {
    const row = (user: string): string => `who,what,stars\n${user},i,4\n`;
    const usersOf = async (root: string, path: string | string[]) => {
      const { id } = await builderIn(join(root, 'data')).extract({ data: filesData(sourceOf(path)), seed: 1 });
      return (await rowsOf(root, id)).map(({ user_id }) => user_id);
    };

    it('pipeline/sources/files: a path that exists is that file; a pattern is one where nothing has its name', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'log1.csv'), row('one'));
        await writeFile(join(root, 'log[1].csv'), row('brackets'));
        await writeFile(join(root, 'log*.csv'), row('star'));
        expect(await usersOf(root, join(root, 'log[1].csv'))).toEqual(['brackets']);
        expect(await usersOf(root, join(root, 'log*.csv'))).toEqual(['star']);
        expect(await usersOf(root, join(root, 'log?.csv'))).toEqual(['one', 'star']);
        expect(await usersOf(root, join(root, 'log[[]1].csv'))).toEqual(['brackets']);
      }));

    it('pipeline/sources/files: folders may have any name, and patterns work below them', () =>
      withFolder(async (root) => {
        const folder = join(root, 'a[1]*?{x}');
        await mkdir(folder);
        await mkdir(join(root, 'a1bcx'));
        await writeFile(join(folder, 'p-1.csv'), row('own'));
        await writeFile(join(folder, 'p-2.csv'), row('second'));
        await writeFile(join(root, 'a1bcx', 'p-1.csv'), row('neighbour'));
        expect(await usersOf(root, join(folder, 'p-*.csv'))).toEqual(['own', 'second']);
        for (const format of ['parquet', 'ndjson', 'json'] as const) {
          const path = await writeRows(folder, 'q', format, [{ who: format, what: 'i', stars: 4 }]);
          expect(await usersOf(root, path)).toEqual([format]);
        }
      }));

    it('pipeline/sources/files: broken lines are found in files of such names', () =>
      withFolder(async (root) => {
        await writeFile(join(root, 'l[1].csv'), `${row('u')}x\nv,i,many\n`);
        await expect(usersOf(root, join(root, 'l[1].csv'))).rejects.toThrow(/l\[1\]\.csv:3.*|l\[1\]\.csv:4/);
        await expect(usersOf(root, join(root, 'l[1].csv'))).rejects.toThrow(/"many" \(l\[1\]\.csv:4\)/);
      }));

    it('pipeline/dataset-builder: the home may have such a name', () =>
      withFolder(async (root) => {
        const lines = Array.from({ length: 200 }, (_, index) => `u${index % 20},i${index % 13},${index % 6}\n`);
        await writeFile(join(root, 'e.csv'), `who,what,stars\n${lines.join('')}`);
        const request = { data: filesData(sourceOf(join(root, 'e.csv'))), seed: 1 };
        const { version } = await builderIn(join(root, 'plain')).encode(request);
        const home = join(root, 'home[1]*');
        await expect(builderIn(home).encode(request)).resolves.toMatchObject({ version });
        const versions = createDatasetVersions({
          dataFolder: home,
          memoryLimitMegabytes: 256,
          threads: 1,
          now: () => Date.now(),
        });
        const file = join(home, 'samples.parquet');
        const exported = await versions.exportSamples({
          version,
          file,
          split: 'all',
          format: 'parquet',
          hasFeatures: true,
          signal: new AbortController().signal,
        });
        // A sample for each row: without a label of 1 no negatives are drawn.
        expect(exported.samples).toBe(200);
      }));
  });

  it('pipeline/sources/files: users and items alone are a table of likes', () =>
    withFolder(async (root) => {
      const path = join(root, 'e.csv');
      await writeFile(path, 'who,what\nu1,i1\nu2,i2\n');
      const interactions = { path, user: 'who', item: 'what', constant_type: 'like' };
      const { rows } = await builderIn(join(root, 'data')).extract({
        data: filesData({ users: IDS, items: IDS, interactions }),
        seed: 1,
      });
      expect(rows).toBe(2);
    }));
});
