import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/load.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ResolvedSource } from '../../../contracts/resolved-config.ts';
import type { SourceIdentity } from '../../../contracts/source-reading.ts';
import {
  type BindingRequest,
  readSourceVariables,
  withBoundSource,
} from '../../../pipeline/sources/source-variables.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_MS = 86_400_000;
const A = { DATABASE_URL: 'postgres://reader:secret-a@a.example/app' };
const B = { DATABASE_URL: 'postgres://reader:secret-b@b.example/app' };
const IDENTITY_A = { host: 'a.example', port: 5432, database: 'app', user: 'reader', options: null };
const IDENTITY_B = { ...IDENTITY_A, host: 'b.example' };

describe('pipeline/sources/source-variables', () => {
  let homeFolder: string;
  let source: ResolvedSource;

  beforeEach(async () => {
    homeFolder = await temporaryFolder('tt-exp-variables-');
    source = (await loadConfig('experiments/postgres.json', [])).data.source;
  });

  type Start = (identity: SourceIdentity | null) => Promise<SourceIdentity | null>;

  const bind = (change: Partial<BindingRequest>, start: Start = async (identity) => identity) =>
    withBoundSource(
      {
        homeFolder,
        variables: {},
        hasLocalWorkers: true,
        experimentId: 'one-0000000000',
        source,
        recorded: null,
        nowMs: Date.now(),
        ...change,
      },
      start,
    );
  const left = (experimentId: string, identity: typeof IDENTITY_A) =>
    readSourceVariables(homeFolder, { experimentId, identity });

  it('every experiment finds its own settings, whoever was started after it', async () => {
    expect(await bind({ variables: A })).toEqual(IDENTITY_A);
    expect(await bind({ variables: B, experimentId: 'two-0000000000' })).toEqual(IDENTITY_B);
    expect(await left('one-0000000000', IDENTITY_A)).toEqual(A);
    expect(await left('two-0000000000', IDENTITY_B)).toEqual(B);
    expect(await left('one-0000000000', IDENTITY_B)).toBeNull();
  });

  it.each([
    ['SOURCE_MISMATCH', null],
    ['SERVICE_UNREACHABLE', A],
  ] as const)('a start that fails with %s leaves %j', async (code, expected) => {
    const failing = async (): Promise<never> => {
      throw new TtExpError(code, 'no start');
    };
    await expect(bind({ variables: A }, failing)).rejects.toMatchObject({ code });
    expect(await left('one-0000000000', IDENTITY_A)).toEqual(expected);
  });

  it('the same experiment on another database leaves the first settings alone', async () => {
    await bind({ variables: A });
    await bind({ variables: B });
    expect(await left('one-0000000000', IDENTITY_A)).toEqual(A);
  });

  it('only the owner may read what is left, and other variables are not among it', async () => {
    await bind({ variables: { ...A, PGSSLMODE: 'require', AWS_SECRET: 'x' } });
    expect(await left('one-0000000000', IDENTITY_A)).toEqual({ ...A, PGSSLMODE: 'require' });
    const folder = join(homeFolder, 'source-variables');
    const [name] = await readdir(folder);
    expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, name ?? ''))).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
  });

  it('files of earlier builds, and those older than a week, are removed', async () => {
    await writeFile(join(homeFolder, 'source-variables.json'), JSON.stringify(A));
    await bind({ variables: A, experimentId: 'old-0000000000' });
    await bind({ variables: A, experimentId: 'new-0000000000' });
    const folder = join(homeFolder, 'source-variables');
    const old = (await readdir(folder)).find((name) => name.startsWith('old-')) ?? '';
    const nowMs = Date.now();
    await utimes(join(folder, old), new Date(nowMs - 8 * DAY_MS), new Date(nowMs - 8 * DAY_MS));
    await bind({ variables: B, nowMs });
    expect((await readdir(folder)).map((name) => name.split('.')[0]).sort()).toEqual([
      'new-0000000000',
      'one-0000000000',
    ]);
    expect(await readdir(homeFolder)).toEqual(['source-variables']);
  });

  it.each([
    [true, 'ENVIRONMENT_INVALID'],
    [false, null],
  ])('without an address, and with local workers %s, the answer is %j', async (local, code) => {
    const bound = bind({ hasLocalWorkers: local });
    await (code === null ? expect(bound).resolves.toBeNull() : expect(bound).rejects.toMatchObject({ code }));
  });

  describe('an experiment that is repeated or extended', () => {
    const recorded = { experimentId: 'one-0000000000', identity: IDENTITY_A };

    it.each([[{}], [B]])('keeps its database in a shell with %j', async (variables) => {
      await bind({ variables: A });
      expect(await bind({ variables, experimentId: 'more-0000000000', recorded })).toEqual(IDENTITY_A);
      expect(await left('more-0000000000', IDENTITY_A)).toEqual(A);
    });

    it('takes a new password of the same database', async () => {
      await bind({ variables: A });
      const variables = { DATABASE_URL: 'postgres://reader:renewed@a.example/app' };
      await bind({ variables, recorded });
      expect(await left('one-0000000000', IDENTITY_A)).toEqual(variables);
    });

    it.each([
      [{}, 'this shell names no database'],
      [B, 'this shell names Postgres at b.example:5432, database app, user reader'],
    ])('is refused where its settings are gone, in a shell with %j', async (variables, found) => {
      await expect(bind({ variables, recorded })).rejects.toMatchObject({
        code: 'SOURCE_MISMATCH',
        message: `experiment one-0000000000: reads Postgres at a.example:5432, database app, user reader, and ${found}`,
      });
    });
  });

  it('sources without a server leave nothing', async () => {
    const synthetic = (await loadConfig('experiments/smoke.json', [])).data.source;
    expect(await bind({ variables: A, source: synthetic })).toBeNull();
    expect(await readdir(homeFolder)).toEqual([]);
  });

  it('no password is in the name of a file', async () => {
    await bind({ variables: A });
    const [name = ''] = await readdir(join(homeFolder, 'source-variables'));
    expect(name).not.toContain('secret');
    expect(await readFile(join(homeFolder, 'source-variables', name), 'utf8')).toContain('secret-a');
  });
});
