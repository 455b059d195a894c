/** Made-up events, and the samples that a split gives of them. */
import fc from 'fast-check';
import type { LabelRule } from '../../../contracts/dataset.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { SplitConfig } from '../../../contracts/experiment-config.ts';
import { openDatabase } from '../../../pipeline/duckdb/database.ts';
import { NEGATIVE_TYPE } from '../../../pipeline/settings.ts';
import { splitTables } from '../../../pipeline/stages/split.ts';
import { DEFAULT_LABELS, dataSettings } from '../../support/data-requests.ts';

export interface Event {
  readonly user: number;
  readonly item: number;
  readonly type: string;
  readonly minute: number;
}
export interface Sample {
  readonly part: string;
  readonly pair: string;
  readonly user: string;
  readonly item: string;
  readonly type: string;
  readonly at: string;
  readonly label: number;
  readonly weight: number;
}

export const ITEMS = 12;
export const labels: Readonly<Record<string, LabelRule>> = DEFAULT_LABELS;
export const RANK: Readonly<Record<string, number>> = { train: 0, validation: 1, test: 2 };

export const events = fc.array(
  fc.record<Event>({
    user: fc.integer({ min: 0, max: 5 }),
    item: fc.integer({ min: 0, max: ITEMS - 1 }),
    type: fc.constantFrom(...Object.keys(DEFAULT_LABELS)),
    minute: fc.integer({ min: 0, max: 500 }),
  }),
  { minLength: 40, maxLength: 120 },
);

export interface SplitSettings {
  readonly method: NonNullable<SplitConfig['method']>;
  readonly seed: number;
  readonly negatives: number;
  readonly per?: 'pair' | 'positive';
  readonly draw?: 'uniform' | 'popularity';
  readonly threads?: number;
}

/** Samples of a split, or null where a part would have been empty. */
export const splitOf = async (all: readonly Event[], settings: SplitSettings): Promise<readonly Sample[] | null> => {
  const { method, seed, negatives, per = 'pair', draw = 'uniform', threads = 1 } = settings;
  const database = await openDatabase({ file: ':memory:', spillFolder: '', memoryLimitMegabytes: 256, threads });
  const split = { method, train: 0.7, validation: 0.15, test: 0.15 };
  const rows = all.map(({ user, item, type, minute }, index) => {
    const { label, weight } = labels[type] ?? { label: 0, weight: 0 };
    return `('e${index}', 'u${user}', 'i${item}', '${type}', TIMESTAMP '2025-01-01' + INTERVAL ${minute} MINUTE, ${label}::FLOAT, ${weight}::FLOAT)`;
  });
  try {
    await database.run('items', `CREATE TABLE items AS SELECT 'i' || i AS item_id FROM range(${ITEMS}) AS t(i)`);
    await database.run(
      'events',
      `CREATE TABLE labelled AS SELECT * FROM (VALUES ${rows.join(', ')})
        AS t(interaction_id, user_id, item_id, type, occurred_at, label, weight)`,
    );
    await splitTables(database, {
      data: dataSettings({}, { negative_samples: negatives, negatives: { per, draw, weight: 0.5 }, split }),
      seed,
    });
    const samples = await database.rows('read', 'SELECT * FROM samples ORDER BY position');
    return samples.map(
      (row): Sample => ({
        part: String(row.part),
        pair: `${row.user_id} ${row.item_id}`,
        user: String(row.user_id),
        item: String(row.item_id),
        type: String(row.type),
        at: String(row.occurred_at),
        label: Number(row.label),
        weight: Number(row.weight),
      }),
    );
  } catch (error) {
    if (error instanceof TtExpError && error.code === 'DATA_INVALID') {
      return null;
    }
    throw error;
  } finally {
    database.close();
  }
};

export const isEvent = (sample: Sample): boolean => sample.type !== NEGATIVE_TYPE;
export const RUNS = { numRuns: 15 };
