/** Formats to suggest for dates that are not ISO 8601: only the author of the data knows which of two is meant. */
import { type Database, sqlText } from '../duckdb/database.ts';

const DATES = [
  '%d.%m.%Y',
  '%m/%d/%Y',
  '%d/%m/%Y',
  '%m-%d-%Y',
  '%d-%m-%Y',
  '%d.%m.%y',
  '%m/%d/%y',
  '%d/%m/%y',
  '%m %d, %Y',
  '%b %d, %Y',
  '%B %d, %Y',
  '%d %b %Y',
  '%d %B %Y',
  '%d/%b/%Y',
  '%d-%b-%Y',
  '%a %b %d %Y',
  '%Y.%m.%d',
];
const CLOCKS = ['', ' %H:%M', ' %H:%M:%S', ' %H:%M:%S.%g', ' %I:%M %p', ' %I:%M:%S %p', 'T%H:%M:%S', ', %H:%M'];
const FORMATS = [
  ...DATES.flatMap((date) => CLOCKS.map((clock) => `${date}${clock}`)),
  '%d/%b/%Y:%H:%M:%S %z',
  '%a %b %d %H:%M:%S %z %Y',
  '%a, %d %b %Y %H:%M:%S %z',
];

const MOST_VALUES = 10_000;

/** The formats that read most of the first values, and more than half of them. */
export const likelyFormats = async (
  database: Database,
  { table, text, where }: { readonly table: string; readonly text: string; readonly where: string },
): Promise<readonly string[]> => {
  const reads = FORMATS.map((format, index) => `count(try_strptime(value, ${sqlText(format)}))::INTEGER AS f${index}`);
  const [row] = await database.rows(
    'look for a format of the times',
    `SELECT count(*)::INTEGER AS all_rows, ${reads.join(', ')}
    FROM (SELECT ${text} AS value FROM ${table} WHERE ${where} LIMIT ${MOST_VALUES})`,
  );
  const counts = FORMATS.map((_, index) => Number(row?.[`f${index}`]));
  const most = Math.max(...counts);
  return most * 2 > Number(row?.all_rows) ? FORMATS.filter((_, index) => counts[index] === most) : [];
};
