/** How deep JSON may nest: what reads it calls itself for each level, and no config needs more than a dozen. */
import { createScanner } from 'jsonc-parser';

export const MAX_NESTING = 100;

/** Kinds of jsonc-parser's tokens, whose names do not exist at run time. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, endOfText: 17 } as const;

/** Where text opens one object or list too many within others; null where it does not. */
export const findTooDeep = (text: string): number | null => {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token: number = scanner.scan(); token !== TOKEN.endOfText; token = scanner.scan()) {
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) {
      depth += 1;
    } else if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) {
      depth -= 1;
    }
    if (depth > MAX_NESTING) {
      return scanner.getTokenOffset();
    }
  }
  return null;
};
