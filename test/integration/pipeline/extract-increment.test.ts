import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { SqliteSource } from '../../../contracts/experiment-config.ts';
import { builderIn, NO_ACCESS } from '../../support/data-requests.ts';
import type { Row } from '../../support/files-source.ts';
import { withFolder } from '../../support/make-folder.ts';
import { runSqlite, sqliteExtension } from '../../support/sqlite.ts';
import { createSqliteTable, insertSqliteRows } from '../../support/sqlite-rows.ts';

const EVENTS: readonly Row[] = Array.from({ length: 40 }, (_, index) => ({
  event: `e${index}`,
  who: `u${index % 5}`,
  what: index % 7,
  at: `2025-03-${String(1 + (index % 20)).padStart(2, '0')} 10:00:00`,
  did: ['view', 'like', 'apply'][index % 3] ?? 'view',
}));
const USERS: readonly Row[] = Array.from({ length: 6 }, (_, index) => ({ uid: `u${index}`, home: `home ${index}` }));

const added = (event: string, at: string): Row => ({ event, who: 'u1', what: 3, at, did: 'like' });

/** An app's database, its increments, and what a full extraction of the same rows says. */
const withApp = (
  hasIds: boolean,
  use: (app: {
    readonly sql: (text: string) => Promise<void>;
    /** With the notes of how it read. */
    readonly extract: () => Promise<{ readonly id: string; readonly rows: number; readonly notes: string }>;
    readonly extractAll: () => Promise<string>;
  }) => Promise<void>,
): Promise<void> =>
  withFolder(async (folder) => {
    const file = join(folder, 'app.db');
    await runSqlite(file, `${createSqliteTable('users', USERS)} ${createSqliteTable('events', EVENTS)}`);
    const source = {
      type: 'sqlite',
      path: file,
      late_hours: 48,
      users: { table: 'users', id: 'uid', features: { home: { kind: 'categorical' } } },
      items: { features: { id: { kind: 'id' } } },
      interactions: {
        table: 'events',
        user: 'who',
        item: 'what',
        time: 'at',
        type: 'did',
        ...(hasIds ? { id: 'event' } : {}),
      },
    } as const satisfies SqliteSource;
    const extractIn = (dataFolder: string, incremental: boolean, notes: string[]) => {
      const { data } = resolveConfig({ name: 'app', data: { source: { ...source, incremental } } });
      return builderIn(dataFolder, {
        sources: { ...NO_ACCESS, sqliteExtension },
        log: (_level, message) => notes.push(message),
      }).extract({ data, seed: 1 });
    };
    await use({
      sql: (text) => runSqlite(file, text),
      extract: async () => {
        const notes: string[] = [];
        const { id, rows } = await extractIn(join(folder, 'increments'), true, notes);
        return { id, rows, notes: notes.join('\n') };
      },
      extractAll: async () => {
        // Nothing of an earlier extraction is there to go on from.
        await rm(join(folder, 'full'), { recursive: true, force: true });
        return (await extractIn(join(folder, 'full'), false, [])).id;
      },
    });
  });

describe('pipeline/extract', () => {
  it.each([
    ['ids of their own', true],
    ['ids made of their content', false],
  ])(
    'pipeline/stages/extract: increments of new and late rows are the full extraction, for interactions with %s',
    (_what, hasIds) =>
      withApp(hasIds, async ({ sql, extract, extractAll }) => {
        const first = await extract();
        expect(first.notes).not.toContain('incremental');
        expect(first.id).toBe(await extractAll());

        await sql(insertSqliteRows('events', [added('n1', '2025-03-22 08:00:00'), added('n2', '2025-03-22 08:00:00')]));
        const second = await extract();
        expect(second.notes).toMatch(/reads interactions from 2025-03-18T10:00:00.* on; 34 older ones are known/);
        expect(second).toMatchObject({ rows: 42, id: await extractAll() });
        expect(second.id).not.toBe(first.id);

        // Later than the newest less 48 hours, though not the newest.
        await sql(insertSqliteRows('events', [added('n3', '2025-03-20 08:00:01')]));
        const third = await extract();
        expect(third.notes).toMatch(/reads interactions from 2025-03-20T08:00:00/);
        expect(third).toMatchObject({ rows: 43, id: await extractAll() });
      }),
  );

  it('pipeline/stages/extract: rows that came too late or are gone are noticed, and all is read again', () =>
    withApp(true, async ({ sql, extract, extractAll }) => {
      await extract();
      await sql(insertSqliteRows('events', [added('late', '2025-03-02 08:00:00')]));
      const late = await extract();
      expect(late.notes).toMatch(/has 35 interactions before .*, but 34 are known: everything is read again/);
      expect(late).toMatchObject({ rows: 41, id: await extractAll() });

      await sql("DELETE FROM events WHERE event IN ('e0', 'late')");
      const gone = await extract();
      expect(gone.notes).toMatch(/has 33 interactions before .*, but 35 are known: everything is read again/);
      expect(gone).toMatchObject({ rows: 39, id: await extractAll() });
    }));

  it('pipeline/stages/extract: users and young rows that changed are read anew in an increment', () =>
    withApp(true, async ({ sql, extract, extractAll }) => {
      const first = await extract();
      await sql(
        "UPDATE users SET home = 'moved' WHERE uid = 'u2'; UPDATE events SET did = 'apply' WHERE event = 'e19'",
      );
      const second = await extract();
      expect(second.notes).toContain('older ones are known');
      expect(second).toMatchObject({ rows: 40, id: await extractAll() });
      expect(second.id).not.toBe(first.id);
    }));

  it('pipeline/stages/extract: an unchanged database gives the same extract by an increment', () =>
    withApp(true, async ({ extract }) => {
      const first = await extract();
      const second = await extract();
      expect(second.notes).toContain('older ones are known');
      expect(second.id).toBe(first.id);
    }));
});
