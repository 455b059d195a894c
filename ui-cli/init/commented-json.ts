/** JSON with notes above its keys. Pure. */
import { isObject } from '../../contracts/is-object.ts';
import { printable } from '../../contracts/printable.ts';
import { wrapLine } from '../text/table.ts';

/** Dotted path of a key to the text above it; the empty path stands for the whole. */
export type Comments = Readonly<Record<string, string>>;

const WIDTH = 100;

/** `{ "id": { "kind": "id" } }` */
const onOneLine = (value: unknown): string => {
  if (Array.isArray(value)) {
    return `[${value.map(onOneLine).join(', ')}]`;
  }
  if (!isObject(value)) {
    return JSON.stringify(value);
  }
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
};

const commentLines = (text: string | undefined, indent: string): readonly string[] =>
  text === undefined
    ? []
    : text
        .split('\n')
        .flatMap((line) => wrapLine(printable(line), WIDTH - indent.length - 3).map((part) => `${indent}// ${part}`));

const hasCommentBelow = (comments: Comments, path: string): boolean =>
  Object.keys(comments).some((key) => key.startsWith(`${path}.`));

const linesOf = (value: unknown, comments: Comments, path: string, indent: string): readonly string[] => {
  const line = onOneLine(value);
  if (path !== '' && indent.length + line.length <= WIDTH && !hasCommentBelow(comments, path)) {
    return [line];
  }
  if (!isObject(value) && !Array.isArray(value)) {
    return [line];
  }
  const inner = `${indent}  `;
  const entries = Object.entries(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return [
    open,
    ...entries.flatMap(([key, item], place) => {
      const below = path === '' ? key : `${path}.${key}`;
      const [first = '', ...rest] = linesOf(item, comments, below, inner);
      const name = Array.isArray(value) ? '' : `${JSON.stringify(key)}: `;
      const written = [`${inner}${name}${first}`, ...rest];
      const comma = place === entries.length - 1 ? '' : ',';
      return [...commentLines(comments[below], inner), ...written.slice(0, -1), `${written.at(-1)}${comma}`];
    }),
    `${indent}${close}`,
  ];
};

/** Small parts stand on one line. Without comments it is strict JSON. */
export const commentedJson = (value: unknown, comments: Comments): string =>
  `${[...commentLines(comments[''], ''), ...linesOf(value, comments, '', '')].join('\n')}\n`;
