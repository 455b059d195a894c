import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_ACCESS } from '../../support/data-requests.ts';
import { writeRows } from '../../support/files-source.ts';
import { describeSource } from '../../support/source-contract.ts';

// Lines of JSON are what the suite compares all others with.
for (const format of ['csv', 'csv.gz', 'parquet', 'json'] as const) {
  describeSource(`pipeline/sources/files, ${format}`, (folder, use) => {
    const fileOf = (table: string): string => join(folder, `${table}.${format}`);
    return use({
      write: async (tables) => {
        for (const [table, rows] of Object.entries(tables)) {
          await rm(fileOf(table), { force: true });
          await writeRows(folder, table, format, rows);
        }
      },
      locate: (table) => ({ path: fileOf(table) }),
      settings: { type: 'files' },
      access: NO_ACCESS,
    });
  });
}
