/** How one CSV file is written: what the config leaves open is found in the file's first lines. */
import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedCsv } from '../../../contracts/resolved-config.ts';
import { headerNames, splitLine } from './csv-header.ts';
import { firstText, type TextLayout } from './whole-text.ts';

type Encoding = TextLayout['encoding'];

export interface Dialect extends TextLayout, Pick<ResolvedCsv, 'null_text'> {
  readonly decimal: Exclude<ResolvedCsv['decimal'], 'auto'>;
  readonly hasHeader: boolean;
  /** Names of the columns: of the config, or of the header; none for an empty file. */
  readonly columns: readonly string[];
  /** The same as they are written, where some may be equal. */
  readonly names: readonly string[];
  /** The first lines, without comments ahead of them, as values. */
  readonly sample: readonly (readonly string[])[];
  /** What was found and is not the usual way, for people: `separated by tabs`. */
  readonly found: readonly string[];
}

const DELIMITERS = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'pipes',
  '::': 'double colons',
  ' ': 'spaces',
} as const;

const SAMPLE_LINES = 1000;
/** And the line by which Excel knows the delimiter. */
const COMMENT = /^\s*(#|%|\/\/|sep=.$)/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
const DECIMAL_POINT = /^[+-]?\d*\.\d+$/;

/** @param bytes the first ones of the file, a character each */
const encodingOf = (file: string, bytes: string, { encoding }: ResolvedCsv): Encoding => {
  const start = bytes.slice(0, 4096);
  const zeros = (parity: number): number =>
    [...start].filter((character, index) => index % 2 === parity && character === '\0').length;
  const most = start.length / 8;
  if (start.startsWith('\xFE\xFF') || (encoding !== 'latin-1' && zeros(0) > most && zeros(1) <= most)) {
    throw new TtExpError('DATA_INVALID', `${file} is written in UTF-16 with the high byte first, expected UTF-8`, {
      hint: `Convert it: iconv -f UTF-16BE -t UTF-8 ${file} > utf-8.csv`,
    });
  }
  if (encoding !== 'auto') {
    return encoding;
  }
  return start.startsWith('\xFF\xFE') || (zeros(1) > most && zeros(0) <= most) ? 'utf-16' : 'utf-8';
};

const decoded = (bytes: string, encoding: Encoding): string => {
  const text =
    encoding === 'latin-1' ? bytes : Buffer.from(bytes, 'latin1').toString(encoding === 'utf-16' ? 'utf16le' : 'utf8');
  return text.replace(/^\uFEFF/, '');
};

const countFields = (line: string, delimiter: string, quote: string): number =>
  splitLine(line, delimiter, quote).length;

/** The delimiter by which most lines have as many values as the first one, and at least two. */
const findDelimiter = (lines: readonly string[], { quote, columns }: ResolvedCsv): string => {
  const [first = ''] = lines;
  const candidates = Object.keys(DELIMITERS).flatMap((delimiter) => {
    const count = countFields(first, delimiter, quote);
    const equal = lines.filter((line) => countFields(line, delimiter, quote) === count).length;
    const share = equal / Math.max(1, lines.length);
    return count < 2 || share <= 0.5 || (columns !== undefined && columns.length !== count)
      ? []
      : [{ delimiter, count, share }];
  });
  const [best] = candidates.toSorted((one, other) => other.share - one.share || other.count - one.count);
  return best?.delimiter ?? ',';
};

/** Thousands look the same where all that follows a comma are three digits: then nothing is assumed. */
const findDecimal = (rows: readonly (readonly string[])[], delimiter: string): Dialect['decimal'] => {
  const cells = rows.flat().map((cell) => cell.trim());
  const withComma = cells.filter((cell) => DECIMAL_COMMA.test(cell));
  const isSure = withComma.some((cell) => !/,\d{3}$/.test(cell)) && !cells.some((cell) => DECIMAL_POINT.test(cell));
  return delimiter !== ',' && isSure ? ',' : '.';
};

const describeFound = (csv: ResolvedCsv, dialect: Omit<Dialect, 'found'>, comments: number): readonly string[] => {
  const { delimiter, encoding, decimal } = dialect;
  const name = DELIMITERS[delimiter as keyof typeof DELIMITERS] ?? JSON.stringify(delimiter);
  return [
    ...(csv.delimiter === 'auto' && delimiter !== ',' ? [`separated by ${name}`] : []),
    ...(csv.decimal === 'auto' && decimal === ',' ? ['decimal commas'] : []),
    ...(csv.encoding === 'auto' && encoding === 'utf-16' ? ['UTF-16'] : []),
    ...(comments > 0 ? [`${comments} comment line${comments === 1 ? '' : 's'} skipped`] : []),
  ];
};

/** Reads the first lines. Throws DATA_INVALID for what cannot be read. */
export const readDialect = async (file: string, csv: ResolvedCsv): Promise<Dialect> => {
  const { text: bytes, isWhole } = await firstText(file);
  const encoding = encodingOf(file, bytes, csv);
  const all = decoded(bytes, encoding).split(/\r\n|\n|\r/);
  // The last line may be cut.
  const lines = isWhole || all.length < 2 ? all : all.slice(0, -1);
  const isRow = (line: string): boolean => line.trim() !== '' && !COMMENT.test(line);
  const plain = lines.filter(isRow).slice(0, SAMPLE_LINES);
  const delimiter = csv.delimiter === 'auto' ? findDelimiter(plain, csv) : csv.delimiter;
  const width = plain[0] === undefined ? 0 : countFields(plain[0], delimiter, csv.quote);
  // A first line that begins like a comment, and has a value for each column, is a row or the header.
  const start = lines.findIndex(
    (line) => isRow(line) || (line.trim() !== '' && (width === 0 || countFields(line, delimiter, csv.quote) === width)),
  );
  const comments = lines.slice(0, Math.max(0, start)).filter((line) => COMMENT.test(line)).length;
  const sample = lines
    .slice(Math.max(0, start))
    .filter((line) => line.trim() !== '')
    .slice(0, SAMPLE_LINES)
    .map((line) => splitLine(line, delimiter, csv.quote));
  const names = csv.columns ?? sample[0] ?? [];
  const dialect = {
    quote: csv.quote,
    null_text: csv.null_text,
    delimiter,
    encoding,
    decimal: csv.decimal === 'auto' ? findDecimal(sample, delimiter) : csv.decimal,
    hasHeader: csv.columns === undefined,
    columns: csv.columns ?? headerNames(names),
    names,
    sample,
    skippedLines: comments > 0 ? start : 0,
  };
  return { ...dialect, found: describeFound(csv, dialect, comments) };
};
