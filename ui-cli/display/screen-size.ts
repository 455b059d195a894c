/** Of a terminal, in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export const DEFAULT_SIZE: ScreenSize = { columns: 80, rows: 24 };

/** The full screen needs as much. */
export const LEAST_SIZE: ScreenSize = { columns: 60, rows: 12 };

/** A terminal without a known size says 0. */
export const sizeOf = ({ columns, rows }: NodeJS.WriteStream): ScreenSize => ({
  columns: columns || DEFAULT_SIZE.columns,
  rows: rows || DEFAULT_SIZE.rows,
});

export const isSmall = ({ columns, rows }: ScreenSize): boolean =>
  columns < LEAST_SIZE.columns || rows < LEAST_SIZE.rows;
