import { expect, test } from 'vitest';
import type { ResolvedLocation } from '../../../contracts/resolved-config.ts';
import { copySql, relationOf } from '../../../pipeline/sources/postgres/relation.ts';

const location = (change: Partial<ResolvedLocation>): ResolvedLocation => ({
  format: 'auto',
  csv: { delimiter: ',', decimal: '.', encoding: 'utf-8', quote: '"', null_text: '' },
  ...change,
});

test.each([
  ['users', '"users"'],
  ['app.users', '"app"."users"'],
  ['app.Users Of Old', '"app"."Users Of Old"'],
  ['"my.app"."the ""users"""', '"my.app"."the ""users"""'],
  ['x"; DROP TABLE users; --', null],
  ['app.', null],
  ['', null],
  ['a.b.c.d', null],
])('pipeline/sources/postgres/relation: the table %s is %s', (table, sql) => {
  if (sql === null) {
    expect(() => relationOf(location({ table }))).toThrow(/expected name or schema.name/);
  } else {
    expect(relationOf(location({ table }))).toEqual({ name: table, sql, table: sql });
  }
});

test('pipeline/sources/postgres/relation: a query may end in a semicolon or a comment', () => {
  expect(relationOf(location({ query: 'SELECT 1 AS a -- one ;\n; ' })).sql).toBe(
    '(\nSELECT 1 AS a -- one ;\n\n) AS query',
  );
});

test('pipeline/sources/postgres/relation: a location without table and query is refused', () => {
  expect(() => relationOf(location({}))).toThrow(/each table needs "table" or "query", and got neither/);
});

test('pipeline/sources/postgres/relation: lists and vectors are asked for as JSON, flags as words, and names are quoted', () => {
  const sql = copySql({
    relation: relationOf(location({ table: 'app.users' })),
    columns: [
      { column: 'a"b', as: 'scalar' },
      { column: 'skills', as: 'list' },
      { column: 'tags', as: 'list' },
      { column: 'embedding', as: 'vector' },
      { column: 'is_open', as: 'scalar' },
    ],
    types: [
      { name: 'text', category: 'S' },
      { name: '_text', category: 'A' },
      { name: 'text', category: 'S' },
      { name: 'vector', category: 'U' },
      { name: 'bool', category: 'B' },
    ],
    hasRowAddress: true,
    leftOut: 'b < 1',
  });
  expect(sql).toBe(
    `COPY (SELECT "a""b", to_json("skills")::text, "tags", "embedding", "is_open"::text, ctid FROM "app"."users" WHERE (b < 1) IS NOT TRUE) TO STDOUT (FORMAT csv, ENCODING 'UTF8')`,
  );
});
