/** The header of a CSV file, and the values of a line. */

/** Names of a header's values: without blanks around them, unnamed and repeated ones numbered. */
export const headerNames = (fields: readonly string[]): readonly string[] => {
  const names: string[] = [];
  const taken = new Set<string>();
  for (const [index, field] of fields.entries()) {
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

export const splitLine = (line: string, delimiter: string, quote: string): readonly string[] => {
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
