/** Options of every command that reads data. */
import { integerOption, namesOption } from './option-values.ts';

export const MAX_BAD_ROWS = [
  '--max-bad-rows <n>',
  'leave out up to n rows that cannot be used; same as --set data.max_bad_rows=n',
  integerOption('--max-bad-rows', 0),
] as const;

export const COLUMNS = [
  '--columns <names>',
  'names of the columns of a file without a header: user_id,item_id,rating,timestamp',
  namesOption('--columns'),
] as const;

/** The overrides of a command line, that of --max-bad-rows last. */
export const overridesOf = (flags: {
  readonly set?: readonly string[];
  readonly maxBadRows?: number;
}): readonly string[] => [
  ...(flags.set ?? []),
  ...(flags.maxBadRows === undefined ? [] : [`data.max_bad_rows=${flags.maxBadRows}`]),
];
