import { afterAll, beforeAll } from 'vitest';
import { NO_ACCESS } from '../../support/data-requests.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { createPostgresTable } from '../../support/postgres-rows.ts';
import { describeSource } from '../../support/source-contract.ts';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(async () => {
  await postgres?.stop();
});

describeSource('pipeline/sources/postgres', (_folder, use) =>
  use({
    write: async (tables) => {
      const statements = Object.entries(tables).map(([table, rows]) => createPostgresTable(table, rows));
      await postgres.sql(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${statements.join('\n')}`);
    },
    locate: (table) => ({ table }),
    settings: { type: 'postgres' },
    access: { ...NO_ACCESS, environment: async () => ({ DATABASE_URL: postgres.url() }) },
  }),
);
