import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_ACCESS } from '../../support/data-requests.ts';
import { describeSource } from '../../support/source-contract.ts';
import { runSqlite, sqliteExtension } from '../../support/sqlite.ts';
import { createSqliteTable } from '../../support/sqlite-rows.ts';

describeSource('pipeline/sources/sqlite', (folder, use) => {
  const file = join(folder, 'app.db');
  return use({
    write: async (tables) => {
      await rm(file, { force: true });
      const statements = Object.entries(tables).map(([table, rows]) => createSqliteTable(table, rows));
      await runSqlite(file, statements.join('\n'));
    },
    locate: (table) => ({ table }),
    settings: { type: 'sqlite', path: file },
    access: { ...NO_ACCESS, sqliteExtension },
  });
});
