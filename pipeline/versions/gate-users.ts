/** What each test user came to with each model that a gate compared, as Parquet: enough to make the verdict again. */
import { DOUBLE, VARCHAR } from '@duckdb/node-api';
import { createParquetWriter } from './parquet-file.ts';

export interface GateUsers {
  readonly userIds: readonly string[];
  readonly slices: readonly string[];
  /** By the name of the column, `<metric>_<candidate | champion | ancestor>`; null for a user who has no number there. */
  readonly metrics: Readonly<Record<string, readonly (number | null)[]>>;
}

/** One row a user; no file is seen before it is whole. */
export const writeGateUsers = async (file: string, { userIds, slices, metrics }: GateUsers): Promise<void> => {
  const columns = Object.keys(metrics).map((name) => ({ name, type: DOUBLE }));
  const writer = await createParquetWriter(file, [
    { name: 'user_id', type: VARCHAR },
    { name: 'slice', type: VARCHAR },
    ...columns,
  ]);
  try {
    writer.write([userIds, slices, ...Object.values(metrics)]);
    await writer.finish();
  } finally {
    await writer.discard();
  }
};
