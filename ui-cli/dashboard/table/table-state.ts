/** What somebody made of a table: cursor, order, filter, marks, columns. Rows are known by their ids. */
export interface Sorting {
  readonly column: string;
  readonly isDescending: boolean;
}

export interface TableState {
  /** null: the first row. */
  readonly cursor: string | null;
  /** null: as the rows come. */
  readonly sorting: Sorting | null;
  readonly filter: string;
  readonly marked: readonly string[];
  /** Names, in order; null: those that fit, as they come. */
  readonly columns: readonly string[] | null;
}

export const NEW_TABLE: TableState = { cursor: null, sorting: null, filter: '', marked: [], columns: null };
