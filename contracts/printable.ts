/** What a terminal may be given of text that others wrote: data, names of files and columns, messages of servers. */

import { redactUrls } from './redact.ts';

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, and what turns the direction of a line around: an
 * escape sequence would move the cursor or set the clipboard, a line end would forge a line.
 */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string =>
  NAMED[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** One line of visible text without credentials; what cannot be printed is written as JSON writes it. */
export const printable = (text: string): string => redactUrls(text).replace(UNPRINTABLE, escaped);

/** JSON of the same value as ever, in ASCII where `JSON.stringify` lets a control character through (DEL, C1). */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).split('\n').map(printable).join('\n');
