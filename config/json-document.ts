/** JSON text with the place of every value, so that a mistake can be shown where it stands. */
import { type Node, type ParseError, type ParseErrorCode, parseTree, printParseErrorCode } from 'jsonc-parser';
import { TtExpError } from '../contracts/errors.ts';
import { findTooDeep, MAX_NESTING } from './json-nesting.ts';
import type { JsonPath } from './json-path.ts';

export interface Position {
  /** Both 1-based; columns count UTF-16 units. */
  readonly line: number;
  readonly column: number;
}

export interface DuplicateKey {
  readonly path: JsonPath;
  readonly position: Position;
  readonly first: Position;
}

export interface JsonDocument {
  readonly file: string;
  readonly value: unknown;
  /** Keys that stand twice in one object; the last one counts in `value`. */
  readonly duplicates: readonly DuplicateKey[];
  /** Where the value stands, or for `key` the property's name; null when the document has no such place. */
  position(path: JsonPath, part: 'key' | 'value'): Position | null;
}

const NO_COMMENTS = 'JSON has no comments: name the file .jsonc, or put the note into "description".';

const SYNTAX: Readonly<Record<string, readonly [expected: string, hint: string]>> = {
  InvalidSymbol: ['a JSON value', 'Text needs double quotes; JSON knows only true, false, null, numbers and text.'],
  InvalidNumberFormat: ['a number such as 0.001 or 1e-3', 'Write numbers with digits before and after the dot.'],
  PropertyNameExpected: ['a key in double quotes', 'Put the key in double quotes; no comma after the last entry.'],
  ValueExpected: ['a value', 'Put a value here, or remove the comma or key before it.'],
  ColonExpected: ['":"', 'Put a colon between key and value.'],
  CommaExpected: ['","', 'Put a comma between the entries.'],
  CloseBraceExpected: ['"}"', 'Close the object with }.'],
  CloseBracketExpected: ['"]"', 'Close the list with ].'],
  EndOfFileExpected: ['the end of the file', 'A config is one object; remove what follows it.'],
  InvalidCommentToken: ['no comment', NO_COMMENTS],
  UnexpectedEndOfComment: ['the end of the comment', 'Close the comment with */.'],
  UnexpectedEndOfString: ['a closing double quote', 'Close the text with a double quote on the same line.'],
  UnexpectedEndOfNumber: ['a number such as 0.001 or 1e-3', 'Complete the number.'],
  InvalidUnicode: ['\\u and four hexadecimal digits', 'Complete the escape, or write the character itself.'],
  InvalidEscapeCharacter: ['one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u', 'Double the backslash: \\\\.'],
  InvalidCharacter: ['no control character inside text', 'Write \\n or \\t instead of the character itself.'],
};

const createPositions = (text: string): ((offset: number) => Position) => {
  const lineStarts = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((match) => match.index + match[0].length)];
  return (offset) => {
    let line = 1;
    let after = lineStarts.length;
    // Halves what is left: a config of 200,000 lines has as many places to name.
    while (after - line > 0) {
      const middle = Math.floor((line + after) / 2);
      if ((lineStarts[middle] ?? Number.POSITIVE_INFINITY) <= offset) {
        line = middle + 1;
      } else {
        after = middle;
      }
    }
    return { line, column: offset - (lineStarts[line - 1] ?? 0) + 1 };
  };
};

const describeText = (text: string, { offset, length }: ParseError): string => {
  const found = text.slice(offset, offset + Math.max(1, Math.min(length, 30)));
  return found === '' ? 'the end of the file' : JSON.stringify(found);
};

const VALUE_EXPECTED: ParseErrorCode = 4;

const syntaxError = (
  file: string,
  text: string,
  positionOf: (offset: number) => Position,
  failure: ParseError,
): TtExpError => {
  const { line, column } = positionOf(failure.offset);
  const [expected, hint] = SYNTAX[printParseErrorCode(failure.error)] ?? ['JSON', 'Correct the file there.'];
  return new TtExpError(
    'CONFIG_SYNTAX',
    `${file}:${line}:${column}: got ${describeText(text, failure)}, expected ${expected}`,
    { hint, details: { file, line, column } },
  );
};

const childrenOf = (node: Node): readonly Node[] => node.children ?? [];

/** Own properties only, `__proto__` included: what the file says is what gets checked. */
const toValue = (node: Node): unknown => {
  if (node.type === 'array') {
    return childrenOf(node).map(toValue);
  }
  if (node.type === 'object') {
    return Object.fromEntries(
      childrenOf(node).map(({ children: [key, value] = [] }) => [
        String(key?.value),
        value === undefined ? null : toValue(value),
      ]),
    );
  }
  return node.value;
};

/** Finds properties of objects by name; of equal names the last one. */
const createPropertyFinder = (): ((node: Node, key: string | number) => Node | undefined) => {
  const byNode = new WeakMap<Node, ReadonlyMap<string, Node>>();
  return (node, key) => {
    if (node.type !== 'object') {
      return undefined;
    }
    const known =
      byNode.get(node) ??
      new Map(childrenOf(node).map((property) => [String(property.children?.[0]?.value), property]));
    byNode.set(node, known);
    return known.get(String(key));
  };
};

const findDuplicates = (root: Node, positionOf: (offset: number) => Position): readonly DuplicateKey[] => {
  const found: DuplicateKey[] = [];
  const path: (string | number)[] = [];
  const visit = (node: Node): void => {
    const seen = new Map<string, number>();
    for (const [index, child] of childrenOf(node).entries()) {
      const [key, value] = node.type === 'object' ? (child.children ?? []) : [undefined, child];
      path.push(key === undefined ? index : String(key.value));
      if (key !== undefined) {
        const first = seen.get(String(key.value));
        seen.set(String(key.value), first ?? key.offset);
        if (first !== undefined) {
          found.push({ path: [...path], position: positionOf(key.offset), first: positionOf(first) });
        }
      }
      if (value?.children !== undefined) {
        visit(value);
      }
      path.pop();
    }
  };
  visit(root);
  return found;
};

/** Whether a file may have comments, and commas after last entries. */
export const isCommented = (file: string): boolean => file.endsWith('.jsonc');

/**
 * Strict JSON (a byte order mark is ignored), but for files named `.jsonc`. Throws CONFIG_SYNTAX with file, line and
 * column.
 */
export const parseJsonDocument = (file: string, raw: string): JsonDocument => {
  const text = raw.replace(/^\uFEFF/, '');
  const positionOf = createPositions(text);
  const tooDeep = findTooDeep(text);
  if (tooDeep !== null) {
    const { line, column } = positionOf(tooDeep);
    throw new TtExpError(
      'CONFIG_SYNTAX',
      `${file}:${line}:${column}: got level ${MAX_NESTING + 1} of nesting, expected at most ${MAX_NESTING}`,
      { hint: 'Flatten it: no part of a config is nested that deeply.', details: { file, line, column } },
    );
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, {
    disallowComments: !isCommented(file),
    allowTrailingComma: isCommented(file),
  });
  const [failure] = errors;
  if (failure !== undefined || root === undefined) {
    throw syntaxError(file, text, positionOf, failure ?? { error: VALUE_EXPECTED, offset: text.length, length: 0 });
  }

  const findProperty = createPropertyFinder();
  const position: JsonDocument['position'] = (path, part) => {
    let node: Node = root;
    for (const [index, segment] of path.entries()) {
      const property = findProperty(node, segment);
      const child = node.type === 'array' ? childrenOf(node)[Number(segment)] : property?.children?.[1];
      if (child === undefined) {
        return null;
      }
      if (part === 'key' && index === path.length - 1 && property !== undefined) {
        return positionOf(property.offset);
      }
      node = child;
    }
    return positionOf(node.offset);
  };
  return { file, value: toValue(root), duplicates: findDuplicates(root, positionOf), position };
};
