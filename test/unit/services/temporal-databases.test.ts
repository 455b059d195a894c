import { cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { earlierDatabases } from '../../../services/temporal-databases.ts';
import { makeFolder } from '../../support/make-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('services/temporal-databases', () => {
  let folder: string;
  let home: string;

  beforeEach(async () => {
    folder = await temporaryFolder('tt-exp-databases-');
    home = await makeFolder('home-', folder);
  });

  const earlier = (id: string, namespace = 'default', at = home) => earlierDatabases(at, { namespace, id });

  test('the ids before the current one are earlier ones, each once', async () => {
    expect(await earlier('first')).toEqual([]);
    expect(await earlier('first')).toEqual([]);
    expect(await earlier('second')).toEqual(['first']);
    expect(await earlier('third')).toEqual(['first', 'second']);
    // A backup that was put back.
    expect(await earlier('first')).toEqual(['second', 'third']);
  });

  test('another namespace of the same database is no earlier database', async () => {
    await earlier('first');
    expect(await earlier('of-team', 'team')).toEqual([]);
    expect(await earlier('first')).toEqual([]);
  });

  test("a copy of a home does not take the original's database for lost, a moved home does", async () => {
    await earlier('first');
    const copy = join(folder, 'copy');
    await cp(home, copy, { recursive: true });
    expect(await earlier('second', 'default', copy)).toEqual([]);
    const moved = join(folder, 'moved');
    await rename(home, moved);
    expect(await earlier('second', 'default', moved)).toEqual(['first']);
  });
});
