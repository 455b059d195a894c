/** Which values of categorical features an encoder sees in each user or item. */
import type { CategoryFeature } from '../../contracts/dataset.ts';
import { columnsOf, type EntityRow, type SideEncoder } from './encoder.ts';

/** Name of column 0, which stands for every value that is not in the vocabulary. */
const OTHER_VALUES = '(other)';

/** One for each categorical block, in the order of the encoder. */
export const categoriesOf = (
  side: CategoryFeature['side'],
  encoder: SideEncoder,
  rows: readonly EntityRow[],
): readonly CategoryFeature[] =>
  encoder.blocks.flatMap((block): readonly CategoryFeature[] => {
    if (block.kind === 'numeric') {
      return [];
    }
    const columns = new Map(block.vocabulary.map((value, index) => [value, index + 1]));
    const ofRows = rows.map(({ fields }) => columnsOf(columns, fields[block.field]));
    const starts = new Int32Array(rows.length + 1);
    let end = 0;
    for (const [row, values] of ofRows.entries()) {
      end += values.length;
      starts[row + 1] = end;
    }
    const names = [OTHER_VALUES, ...block.vocabulary];
    return [{ side, feature: block.field, names, starts, values: Int32Array.from(ofRows.flat()) }];
  });
