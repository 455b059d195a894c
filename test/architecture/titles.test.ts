import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeOf } from '../test-name.ts';
import { REPOSITORY } from './room-files.ts';

test('no title repeats the place of its own file, which the reporter adds', async () => {
  const names = (await readdir(join(REPOSITORY, 'test'), { recursive: true })).filter((name) =>
    /\.test\.tsx?$/.test(name),
  );
  expect(names.length).toBeGreaterThan(200);
  const repeated = names.map(async (name) => {
    const path = `test/${name}`;
    const text = await readFile(join(REPOSITORY, path), 'utf8');
    return ["'", '"', '`'].some((quote) => text.includes(`${quote}${placeOf(path)}: `)) ? [path] : [];
  });
  expect((await Promise.all(repeated)).flat()).toEqual([]);
});
