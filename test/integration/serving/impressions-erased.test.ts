/** Erasures in a log of impressions that two servers append to, with what killed ones leave beside it. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../host/clock.ts';
import { erasedUsersOf, erasuresFileOf } from '../../../serving/online/erased-users.ts';
import { type ImpressionLog, openImpressionLog } from '../../../serving/online/impression-log.ts';
import { appendImpressions, rewriteWithout } from '../../../serving/online/rewrite-impressions.ts';
import { impressionOf, readImpressions } from '../../support/online-experiments.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ERASED_AT = '2026-01-01T00:00:01.000Z';
const LATER = '2026-01-01T00:00:01.001Z';

const opened: ImpressionLog[] = [];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

const openLog = (path: string, { timestamp = (): string => ERASED_AT } = {}): ImpressionLog => {
  const log = openImpressionLog({ path, clock: systemClock, timestamp, log: () => undefined });
  opened.push(log);
  return log;
};

const newPath = async (): Promise<string> => {
  const folder = join(await temporaryFolder(), 'deeper');
  await mkdir(folder);
  return join(folder, 'impressions.ndjson');
};

const idsIn = async (path: string): Promise<readonly string[]> =>
  (await readImpressions(path)).map(({ request_id }) => request_id);

const linesOf = (...lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

describe('online/impression-log: erasures', () => {
  it('drops what another server has not written when the user is erased, and keeps lists given later', async () => {
    // Nothing is written before the end.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const path = await newPath();
    const other = openLog(path);
    other.add(impressionOf('r1', 'ann'));
    other.add(impressionOf('r2', 'bob'));
    expect(await openLog(path).erase('ann')).toBe(0);
    other.add(impressionOf('r3', 'ann', { at: LATER }));
    await other.close();
    expect(await idsIn(path)).toEqual(['r2', 'r3']);
    expect(await readFile(erasuresFileOf(path), 'utf8')).not.toContain('ann');
  });

  it('holds for a writer that has read the erasures already, though the file had none of the user', async () => {
    const path = await newPath();
    const log = openLog(path);
    const erased = erasedUsersOf(path);
    let erasures = 0;
    const readingEarly: typeof erased = {
      ...erased,
      withoutErased: async (lines) => {
        const kept = await erased.withoutErased(lines);
        if (erasures === 0) {
          erasures += 1;
          expect(await log.erase('ann')).toBe(0);
        }
        return kept;
      },
    };
    await appendImpressions(path, readingEarly, [impressionOf('r1', 'ann'), impressionOf('r2', 'bob')]);
    expect(await idsIn(path)).toEqual(['r2']);
  });

  it('forgets erasures after an hour', async () => {
    const path = await newPath();
    const times = [ERASED_AT, '2026-01-01T01:00:02.000Z'];
    const log = openLog(path, { timestamp: () => times.shift() ?? LATER });
    await log.erase('ann');
    await log.erase('bob');
    expect((await readFile(erasuresFileOf(path), 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  it('fails, and writes no list, while the erasures cannot be read', async () => {
    const path = await newPath();
    await writeFile(erasuresFileOf(path), 'garbage\n');
    const log = openLog(path);
    await expect(log.erase('ann')).rejects.toMatchObject({ code: 'DATA_INVALID' });
    log.add(impressionOf('r1', 'ann'));
    await log.close();
    expect(log.problem()).toContain('not written');
    expect(await idsIn(path)).toEqual([]);
  });

  it('keeps the old file until its late lines have come over, and a server that starts brings them', async () => {
    const path = await newPath();
    await writeFile(path, linesOf(impressionOf('r1', 'ann'), impressionOf('r2', 'bob')));
    const erased = erasedUsersOf(path);
    await erased.note('ann', ERASED_AT);
    const killed = { ...erased, withoutErased: () => Promise.reject(new Error('killed')) };
    await expect(rewriteWithout(path, killed, 'ann')).rejects.toThrow('killed');
    const [old = ''] = (await readdir(dirname(path))).filter((name) => name.includes('.before-'));
    await writeFile(join(dirname(path), old), linesOf(impressionOf('r3', 'bob'), impressionOf('r4', 'ann')), {
      flag: 'a',
    });
    await openLog(path).close();
    expect(await idsIn(path)).toEqual(['r2', 'r3']);
    expect(await readdir(dirname(path))).not.toContain(old);
  });

  it('removes half-written files of killed erasers at a start and before an erasure, and no file of anybody else', async () => {
    const path = await newPath();
    const theirs = ['.before-upgrade', '.tmp', '.bak.tmp', '.1-0123456g.tmp'].map((end) => `${path}${end}`);
    const left = `${path}.123-0123abcd.tmp`;
    for (const file of [...theirs, left]) {
      await writeFile(file, linesOf(impressionOf('r1', 'ann')));
    }
    const log = openLog(path);
    await expect.poll(() => readdir(dirname(path)), { timeout: 10_000 }).not.toContain(basename(left));
    await writeFile(left, linesOf(impressionOf('r1', 'ann')));
    await log.erase('ann');
    const names = await readdir(dirname(path));
    expect(names).not.toContain(basename(left));
    expect(names).toEqual(expect.arrayContaining(theirs.map((file) => basename(file))));
  });
});
