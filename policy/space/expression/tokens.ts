/** The words of a constraint. */
import { malformedExpression } from './expression.ts';

export interface Token {
  readonly kind: 'number' | 'text' | 'key' | 'word' | 'symbol' | 'end';
  /** As written; of a text what stands between the quotes. */
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

const WORDS: readonly string[] = ['and', 'or', 'not', 'in', 'true', 'false', 'null'];

/** Numbers, quoted texts, dotted keys, symbols. */
const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|"([^"]*)"|'([^']*)'|([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(<=|>=|==|!=|[-+*/()<>[\],]))/y;

/** What people write by habit, and what is meant by it here. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['&&', '"and"'],
  ['||', '"or"'],
  ['=', '"=="'],
  ['!', '"not"'],
];

/** Ends with a token of kind `end`. Throws CONFIG_INVALID with column and expectation. */
export const tokenize = (source: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (source.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) {
      const rest = source.slice(at).trimStart();
      const column = source.length - rest.length + 1;
      const meant = FOREIGN.find(([text]) => rest.startsWith(text));
      const isOpenText = rest.startsWith('"') || rest.startsWith("'");
      throw malformedExpression(
        column,
        isOpenText ? 'a text without a closing quote' : JSON.stringify(meant?.[0] ?? rest.slice(0, 1)),
        meant?.[1] ?? (isOpenText ? 'a closing quote' : 'a key, number, quoted text, operator or parenthesis'),
      );
    }
    const [whole, number, double, single, name, symbol] = match;
    const text = number ?? double ?? single ?? name ?? symbol ?? '';
    const isText = double !== undefined || single !== undefined;
    const kind =
      number !== undefined
        ? 'number'
        : isText
          ? 'text'
          : name === undefined
            ? 'symbol'
            : WORDS.includes(name)
              ? 'word'
              : 'key';
    tokens.push({ kind, text, column: at + whole.length - text.length - (isText ? 2 : 0) + 1 });
    at += whole.length;
  }
  return [...tokens, { kind: 'end', text: '', column: source.length + 1 }];
};
