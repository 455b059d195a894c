/** How records stand in a file, one a line. */
export interface LineFormat<Item> {
  /** null for a line that is no record: one that was cut, or that another program wrote. */
  parse(line: string): Item | null;
  /** The bytes of one write, by `batchOf`. */
  formatBatch(records: readonly Item[]): Buffer;
}

/**
 * The bytes of one write. They begin with a line end too: whatever a killed writer has left without one becomes a line
 * of its own, which is skipped, instead of the beginning of the first record.
 */
export const batchOf = (lines: readonly string[]): Buffer => Buffer.from(`\n${lines.join('\n')}\n`);
