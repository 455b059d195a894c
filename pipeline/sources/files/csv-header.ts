/** Names of the columns of a CSV file. */
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { firstLine } from './whole-text.ts';

/** Names of the columns: as configured, or of the file's first line. */
export const csvColumns = async (file: string, location: ResolvedLocation): Promise<readonly string[]> => {
  if (location.csv.columns !== undefined) {
    return location.csv.columns;
  }
  const line = await firstLine(file, location.csv);
  if (line === null) {
    return [];
  }
  const text = location.csv.encoding === 'utf-8' ? Buffer.from(line, 'latin1').toString() : line;
  return headerNames(text.replace(/^\uFEFF/, ''), location);
};

/** Names of a header line: without blanks around them, unnamed and repeated ones numbered. */
const headerNames = (line: string, { csv }: ResolvedLocation): readonly string[] => {
  const names: string[] = [];
  const taken = new Set<string>();
  for (const [index, field] of splitLine(line, csv.delimiter, csv.quote).entries()) {
    const name = field.trim() === '' ? `column${index}` : field.trim();
    let own = name;
    for (let repeat = 1; taken.has(own.toLowerCase()); repeat += 1) {
      own = `${name}_${repeat}`;
    }
    taken.add(own.toLowerCase());
    names.push(own);
  }
  return names;
};

const splitLine = (line: string, delimiter: string, quote: string): readonly string[] => {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const isQuoted = quote !== '' && rest.trimStart().startsWith(quote);
    let field = '';
    if (isQuoted) {
      rest = rest.trimStart().slice(quote.length);
      for (let end = rest.indexOf(quote); end !== -1; end = rest.indexOf(quote)) {
        field += rest.slice(0, end);
        rest = rest.slice(end + quote.length);
        if (!rest.startsWith(quote)) {
          break;
        }
        field += quote;
        rest = rest.slice(quote.length);
      }
    }
    const end = rest.indexOf(delimiter);
    fields.push(field + (end === -1 ? rest : rest.slice(0, end)));
    if (end === -1) {
      return fields;
    }
    rest = rest.slice(end + delimiter.length);
  }
};
