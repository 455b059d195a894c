import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../config/resolve.ts';
import type { DataReport } from '../../../contracts/data-report.ts';
import type { DataConfig, FilesSource } from '../../../contracts/experiment-config.ts';
import { builderIn } from '../../support/data-requests.ts';
import { withFolder } from '../../support/make-folder.ts';

const SKILLS = ['sql', 'react', 'design', 'ml', 'go', 'rust'];

/** 30 users meet 8 of 40 items each, on days of 2025. */
const EVENTS = Array.from({ length: 30 }, (_, user) =>
  Array.from({ length: 8 }, (_item, k) => {
    const at = new Date(Date.UTC(2025, 0, 1 + k * 30 + user)).toISOString();
    return `u${user},i${(user * 5 + k * 3) % 40},${['apply', 'view', 'click'][k % 3]},${at}`;
  }),
).flat();
/** Two or three skills each, joined by `separator`. */
const usersWith = (separator: string): readonly string[] =>
  Array.from({ length: 30 }, (_, user) => {
    const skills = Array.from({ length: 2 + (user % 2) }, (_skill, k) => SKILLS[(user + k * (1 + (user % 3))) % 6]);
    return `u${user},${[...new Set(skills)].join(separator)},${user < 3 ? '' : `about ${user}`}`;
  });

interface Given {
  readonly events?: readonly string[];
  readonly separator?: string;
  readonly features?: NonNullable<FilesSource['users']>['features'];
  readonly data?: Partial<DataConfig>;
}

const withSource = <T>(
  { events = EVENTS, separator = '|', features = { skills: { kind: 'multi_categorical' } }, data = {} }: Given,
  use: (place: {
    readonly check: () => Promise<DataReport>;
    readonly run: () => Promise<unknown>;
    readonly file: string;
  }) => Promise<T>,
): Promise<T> =>
  withFolder(async (folder) => {
    await mkdir(join(folder, 'source'));
    const file = join(folder, 'source', 'events.csv');
    const users = join(folder, 'source', 'users.csv');
    await writeFile(file, `${['user_id,item_id,type,at', ...events].join('\n')}\n`);
    await writeFile(users, `${['user_id,skills,bio', ...usersWith(separator)].join('\n')}\n`);
    const config = resolveConfig({
      name: 'checked',
      data: {
        source: {
          type: 'files',
          users: { path: users, features },
          items: { features: { id: { kind: 'id' } } },
          interactions: { path: file, item: 'item_id', time: 'at', type: 'type' },
        },
        text_encoder: 'auto',
        ...data,
      },
    });
    const request = { data: config.data, seed: config.seed };
    const builder = builderIn(join(folder, 'data'));
    return use({ check: () => builder.check(request), run: () => builder.encode(request), file });
  });

const find = ({ checks }: DataReport, id: string) => checks.find((check) => check.id === id);

describe('pipeline/check-source', () => {
  it('values joined by another separator are refused, and the likely one is named', () =>
    withSource({ separator: ';' }, async ({ check, run }) => {
      const report = await check();
      expect(report.blocking).toBe(1);
      expect(find(report, 'joined-values')).toMatchObject({
        status: 'failed',
        level: 'blocking',
        examples: [expect.stringMatching(/^feature users\.skills, likely_separator ";", value "\w+;\w+/)],
      });
      await expect(run()).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining('likely_separator ";"'),
      });
    }));

  it.each([
    ['|', { skills: { kind: 'multi_categorical' } }],
    [';', { skills: { kind: 'multi_categorical', separator: ';' } }],
    [';', { skills: { kind: 'categorical' } }],
  ] as const)('values joined by %j with features %j pass, and the run is not refused', (separator, features) =>
    withSource({ separator, features }, async ({ check, run }) => {
      expect((await check()).blocking).toBe(0);
      expect(await run()).toMatchObject({ users: 30 });
    }),
  );

  it('Missing embeddings is found before anything is embedded, in the words of the run', () =>
    withSource({ features: { bio: { kind: 'text' } } }, async ({ check, run }) => {
      // 3 of 30 users have no text.
      const missing =
        'Missing embeddings: 3 of 30 users have none (covered 90.0 %), expected data.min_coverage 0.95 of each';
      const report = await check();
      expect(find(report, 'missing-embeddings')).toMatchObject({
        level: 'blocking',
        status: 'failed',
        title: `A run would stop here: ${missing}`,
        examples: [expect.stringContaining('lower data.min_coverage')],
      });
      expect(report.blocking).toBe(1);
      await expect(run()).rejects.toMatchObject({ code: 'MISSING_EMBEDDINGS', message: missing });
    }));

  it('enough texts pass', () =>
    withSource({ features: { bio: { kind: 'text' } }, data: { min_coverage: 0.9 } }, async ({ check }) => {
      expect(await check()).toMatchObject({ blocking: 0 });
    }));

  const BAD = [
    ...EVENTS,
    'u1,i1,stare,2025-03-01',
    'u2,i1,stare,2025-03-01',
    'nobody,i1,view,2025-03-01',
    'u1,i1,view,when',
  ];

  it('bad rows of all steps are counted at once, and named by file and line', () =>
    withSource({ events: BAD }, async ({ check }) => {
      const report = await check();
      expect(find(report, 'bad-rows')).toMatchObject({
        level: 'blocking',
        count: 4,
        examples: ['leave them out with --max-bad-rows 4'],
      });
      // The header is line 1, so the first bad row is line 242.
      expect(find(report, 'unknown-types')?.examples).toEqual(['events.csv:242: "stare"', 'events.csv:243: "stare"']);
      expect(find(report, 'unknown-users')?.examples).toEqual(['events.csv:244: "nobody"']);
    }));

  it.each([
    [3, 'blocking'],
    [4, 'warning'],
  ])('max_bad_rows %d makes all of four bad rows %s, as a run does', (limit, level) =>
    withSource({ events: BAD, data: { max_bad_rows: limit } }, async ({ check, run }) => {
      const report = await check();
      for (const id of ['bad-rows', 'unread-rows', 'unknown-types', 'unknown-users']) {
        expect(find(report, id)).toMatchObject({ status: 'failed', level });
      }
      expect(report.blocking === 0).toBe(level === 'warning');
      await (level === 'warning'
        ? expect(run()).resolves.toMatchObject({ users: 30 })
        : expect(run()).rejects.toMatchObject({ code: 'DATA_INVALID' }));
    }),
  );

  it('a use case that the source does not have is refused, with those it has', () =>
    withSource({}, async ({ file }) => {
      const config = resolveConfig({
        name: 'checked',
        data: {
          use_case: 'films',
          source: {
            type: 'files',
            users: { features: { id: { kind: 'id' } } },
            items: { features: { id: { kind: 'id' } } },
            interactions: { path: file, item: 'item_id', time: 'at', constant_type: 'view', use_case: 'type' },
          },
        },
      });
      const report = await builderIn(join(file, '..', 'data')).check({ data: config.data, seed: config.seed });
      // Of each user's eight events three are "apply", three "view", and two "click".
      expect(find(report, 'no-data-loaded')).toMatchObject({
        level: 'blocking',
        examples: ['Set data.use_case to one that the source has: apply (90), view (90), click (60).'],
      });
    }));
});
