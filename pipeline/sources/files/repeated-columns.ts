/** Columns of one name: nothing says which of them is meant. */
import { TtExpError } from '../../../contracts/errors.ts';

export interface ColumnNames {
  /** The file, or a place in it, as messages begin. */
  readonly where: string;
  /** In the order of the file, as it writes them. */
  readonly names: readonly string[];
  /** Others may occur as often as they like. */
  readonly used: readonly string[];
  /** What makes names equal; upper case makes no difference unless given. */
  readonly keyOf?: (name: string) => string;
}

const folded = (name: string): string => name.trim().toLowerCase();

/** Throws DATA_INVALID for a used column that is there several times. */
export const refuseRepeatedColumns = ({ where, names, used, keyOf = folded }: ColumnNames): void => {
  for (const column of used) {
    const places = names.flatMap((name, index) =>
      keyOf(name) === keyOf(column) ? [`${JSON.stringify(name)} (column ${index + 1})`] : [],
    );
    if (places.length > 1) {
      throw new TtExpError(
        'DATA_INVALID',
        `${where} has several columns named ${JSON.stringify(column)}: ${places.join(' and ')}, expected one`,
        { hint: 'Rename or remove all but one of them: it is not clear which one is meant.' },
      );
    }
  }
};
