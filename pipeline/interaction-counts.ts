/** How many interactions each user and each item of a version has, over all parts; negative samples are none. */
import { readNumericColumns } from './duckdb/columns.ts';
import { withTables } from './open-dataset.ts';
import { NEGATIVE_TYPE } from './settings.ts';

export interface InteractionCounts {
  /** [users] */
  readonly users: Int32Array;
  /** [items] */
  readonly items: Int32Array;
}

export const readInteractionCounts = (
  folder: string,
  { users, items }: { readonly users: number; readonly items: number },
): Promise<InteractionCounts> =>
  withTables(folder, ['samples'], async (database) => {
    const count = async (side: 'user' | 'item', entities: number): Promise<Int32Array> => {
      const { int32 } = await readNumericColumns(database, {
        what: `count the interactions of each ${side}`,
        sql: `SELECT ${side}_index, count(*)::INTEGER FROM samples WHERE type <> $negative_type GROUP BY ${side}_index`,
        parameters: { negative_type: NEGATIVE_TYPE },
        int32: 2,
        float32: 0,
      });
      const [rows = new Int32Array(0), counts = rows] = int32;
      const all = new Int32Array(entities);
      rows.forEach((row, at) => {
        all[row] = counts[at] ?? 0;
      });
      return all;
    };
    return { users: await count('user', users), items: await count('item', items) };
  });
