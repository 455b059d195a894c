import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import type { ConfigProblem } from '../../../config/problem.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp source ');
});

const load = async (data: object) => {
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify({ name: 'x', data }));
  return (await loadConfig(file)).data;
};

/** `path: found | expected` of each problem. */
const problemsOf = async (data: object): Promise<readonly string[]> => {
  const error = await load(data).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TtExpError);
  const problems = (error as TtExpError).details.problems as readonly ConfigProblem[];
  return problems.map(({ path, found, expected }) => `${path}: ${found} | ${expected}`);
};

const IDS = { features: { id: { kind: 'id' } } };
const EVENTS = { path: 'events.csv', type: 'type', time: 'at' };
const FILES = { type: 'files', users: IDS, items: IDS, interactions: EVENTS };

describe('config/check-source', () => {
  test('a mapped source gets every default of its kind, and features those of theirs', async () => {
    const { source } = await load({
      source: {
        ...FILES,
        items: {
          path: 'items.csv',
          features: { genre: { kind: 'multi_categorical' }, price: { kind: 'numeric', transform: 'log1p' } },
        },
      },
    });
    const csv = { delimiter: 'auto', decimal: 'auto', encoding: 'auto', quote: '"', null_text: '' };
    expect(source).toEqual({
      type: 'files',
      users: { format: 'auto', csv, features: { id: { kind: 'id' } } },
      items: {
        path: 'items.csv',
        format: 'auto',
        csv,
        features: {
          genre: { kind: 'multi_categorical', separator: '|', width: 64 },
          price: { kind: 'numeric', transform: 'log1p' },
        },
      },
      interactions: {
        path: 'events.csv',
        format: 'auto',
        csv,
        user: 'user_id',
        item: 'item_id',
        time: 'at',
        time_unit: 'auto',
        type: 'type',
      },
      incremental: false,
      late_hours: 24,
    });
  });

  test('labels are merged over the default table', async () => {
    const { labels } = await load({ labels: { like: { weight: 9, label: 0.7 }, hire: { weight: 4, label: 1 } } });
    expect(labels).toMatchObject({
      like: { weight: 9, label: 0.7 },
      hire: { weight: 4, label: 1 },
      view: { weight: 0.5, label: 0.4 },
    });
  });

  test('a source without a type is the synthetic one', async () => {
    expect((await load({ source: { users: 50 } })).source).toEqual({
      type: 'synthetic',
      users: 50,
      startups: 250,
      interactions: 7500,
      seed: 7,
    });
  });

  test.each([
    [
      'an unknown type',
      { source: { type: 'file' } },
      ['data.source.type: "file" | one of "synthetic", "files", "sqlite", "postgres"'],
    ],
    [
      'an unknown kind of feature',
      { source: { ...FILES, users: { path: 'u.csv', features: { age: { kind: 'number' } } } } },
      [
        'data.source.users.features.age.kind: "number" | one of "categorical", "multi_categorical", "numeric", "text", "embedding", "id"',
      ],
    ],
    [
      'a key of another kind',
      { source: { ...FILES, users: { path: 'u.csv', features: { age: { kind: 'numeric', width: 3 } } } } },
      ['data.source.users.features.age.width: an unknown key | one of the keys kind, column, transform'],
    ],
    [
      'a table in a source of files',
      { source: { ...FILES, interactions: { table: 'events', type: 'type' } } },
      ['data.source.interactions.table: "table" | "path" in a source of files'],
    ],
    [
      'a database without a table',
      { source: { type: 'postgres', users: IDS, items: IDS, interactions: { type: 'type' } } },
      ['data.source.interactions: neither | either "table" or "query"'],
    ],
    [
      'a table and a query',
      { source: { type: 'postgres', users: IDS, items: IDS, interactions: { table: 'a', query: 'b', type: 'c' } } },
      ['data.source.interactions: "table" and "query" | either "table" or "query"'],
    ],
    [
      'sides without features',
      { source: { ...FILES, users: {} } },
      ['data.source.users.features: none | at least one feature, for example "id": {"kind": "id"}'],
    ],
    [
      'a feature without a table',
      { source: { ...FILES, users: { features: { age: { kind: 'numeric' } } } } },
      [
        'data.source.users.features.age: none | a table that holds it: give the table beside "features", or "from" in the feature',
      ],
    ],
    [
      'two embeddings',
      {
        source: {
          ...FILES,
          users: {
            path: 'u.csv',
            features: { a: { kind: 'embedding', dim: 3 }, b: { kind: 'embedding', dim: 3 } },
          },
        },
      },
      ['data.source.users.features.b: another | at most one feature of kind "embedding" (a is one)'],
    ],
    [
      'a name that a table needs',
      { source: { ...FILES, users: { path: 'u.csv', features: { text: { kind: 'categorical' } } } } },
      ['data.source.users.features.text: "text" | a name other than user_id, item_id, user_index, item_index, text'],
    ],
    [
      'two ways to the type',
      { source: { ...FILES, interactions: { path: 'e.csv', type: 'type', constant_type: 'like' } } },
      ['data.source.interactions: "type" and "constant_type" | exactly one of "type", "constant_type" and "rating"'],
    ],
    [
      'a format of times beside a unit',
      { source: { ...FILES, interactions: { ...EVENTS, time_unit: 's', time_format: '%Y' } } },
      ['data.source.interactions.time_format: "time_format" | only "time_unit" or "time_format"'],
    ],
    [
      'a format of times without a time',
      { source: { ...FILES, interactions: { path: 'e.csv', type: 'type', time_format: '%Y' } } },
      ['data.source.interactions.time_format: "time_format" | "time" beside it'],
    ],
    [
      'a format of times in a database that is read by increments',
      {
        source: {
          ...{ type: 'postgres', users: IDS, items: IDS, incremental: true },
          interactions: { table: 'e', type: 'type', time: 'at', time_format: '%Y' },
        },
      },
      ['data.source.interactions.time_format: "time_format" | no "time_format" with incremental'],
    ],
    [
      'a type without a label',
      {
        ignored_types: ['seen'],
        source: {
          ...FILES,
          interactions: {
            path: 'e.csv',
            rating: {
              column: 'r',
              rules: [
                { at_least: 3, type: 'good' },
                { at_least: 0, type: 'seen' },
              ],
            },
          },
        },
      },
      [
        'data.source.interactions.rating.rules[0].type: "good" | a type of data.labels or data.ignored_types: apply, interest, favorite, like, click, view, dislike, seen',
      ],
    ],
    [
      'a split by time without a time',
      { split: { method: 'leave_one_out' }, source: { ...FILES, interactions: { path: 'e.csv', type: 'type' } } },
      ['data.split.method: "leave_one_out" | data.source.interactions.time with this split'],
    ],
    [
      'an increment without a time',
      { source: { ...FILES, incremental: true, interactions: { path: 'e.csv', type: 'type' } } },
      ['data.source.incremental: true | data.source.interactions.time with it'],
    ],
    [
      'true factors of one side',
      { source: { ...FILES, users: { ...IDS, true_factors: { from: { path: 'f.csv' }, column: 'f' } } } },
      ['data.source.users.true_factors: those of users | true_factors of users and of items, or of neither'],
    ],
    [
      'a weight of 0',
      { labels: { hire: { weight: 0, label: 1 } } },
      ['data.labels.hire.weight: 0 | a number >= -1000 and <= 1000 and other than 0'],
    ],
  ])('refuses %s', async (_, data, problems) => {
    expect(await problemsOf(data)).toEqual(problems);
  });
});
