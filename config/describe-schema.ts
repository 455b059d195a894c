/** What a schema asks for, in words. */
import { dereference, type SchemaNode } from './schema.ts';

const NOUNS: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

const listed = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ');

const limitsOf = (node: SchemaNode): readonly string[] => {
  const limits: readonly (readonly [value: unknown, text: string])[] = [
    [node.minimum, `>= ${node.minimum}`],
    [node.exclusiveMinimum, `> ${node.exclusiveMinimum}`],
    [node.maximum, `<= ${node.maximum}`],
    [node.exclusiveMaximum, `< ${node.exclusiveMaximum}`],
    [node.minLength, `of at least ${node.minLength} character${node.minLength === 1 ? '' : 's'}`],
    [node.maxLength, `of at most ${node.maxLength} characters`],
    [node.minItems, `of at least ${node.minItems} value${node.minItems === 1 ? '' : 's'}`],
    [node.maxItems, `of at most ${node.maxItems} values`],
    [node.pattern, `that matches ${node.pattern}`],
    [node.not?.const, `other than ${node.not?.const}`],
  ];
  return limits.filter(([value]) => value !== undefined).map(([, text]) => text);
};

/** For example `a whole number >= 2 and <= 4096`, `one of "random", "temporal"`. */
export const describeSchema = (raw: SchemaNode): string => {
  const node = dereference(raw);
  if (node.const !== undefined) {
    return JSON.stringify(node.const);
  }
  if (node.enum !== undefined) {
    return `one of ${listed(node.enum)}`;
  }
  const keys = Object.keys(node.properties ?? {});
  if (node.minProperties === 1 && node.maxProperties === 1) {
    return `exactly one of ${listed(keys)}`;
  }
  if (node.minProperties !== undefined) {
    return `an object with at least ${node.minProperties} key${node.minProperties === 1 ? '' : 's'}`;
  }
  const noun = NOUNS[node.type ?? ''] ?? 'a value';
  const items = node.type === 'array' && node.items !== undefined ? `, each ${describeSchema(node.items)}` : '';
  const limits = limitsOf(node).join(' and ');
  return `${noun}${limits === '' ? '' : ` ${limits}`}${items}`;
};

export const describeKeys = (node: SchemaNode): string =>
  `one of the keys ${Object.keys(node.properties ?? {})
    .filter((key) => key !== '$schema')
    .join(', ')}`;
