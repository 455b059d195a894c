/** `tt-exp init` with the real parts behind it; no server and no worker runs. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createCliRuntime } from '../../../bin/cli-runtime.ts';
import { runCli } from '../../../ui-cli/main.ts';
import { createFakeRuntime, settle } from '../../support/fake-cli/fake-runtime.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { guessInteractions, checkData, schemaFile, refuseConfig, writeConfig } = createCliRuntime();

let folder = '';
let ratings = '';

const cli = async (...args: readonly string[]) => {
  const fake = createFakeRuntime({ guessInteractions, checkData, schemaFile, refuseConfig, writeConfig });
  const exitCode = await runCli(args, fake.runtime);
  await settle();
  return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() };
};

/** 30 users and 20 items, each user with every other item. */
const ROWS = Array.from({ length: 300 }, (_, row) => `u${row % 30},i${(row * 7) % 20},${(row % 5) + 1}`);

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-init-');
  vi.stubEnv('TT_EXP_HOME', join(folder, 'home'));
  ratings = join(folder, 'ratings.csv');
  await writeFile(ratings, `user_id,item_id,rating\n${ROWS.join('\n')}\n`);
});

describe('ui-cli/init with real data', () => {
  test('what it writes is valid as it lies there, and no temporary file is left', async () => {
    const out = join(folder, 'configs', 'first.jsonc');
    const made = await cli('init', '--yes', '--from', ratings, '--to', out);
    expect(made.exitCode, made.stderr).toBe(0);
    expect(await readdir(join(folder, 'configs'))).toEqual(['first.jsonc']);
    const valid = await cli('validate', out);
    expect(valid.exitCode, valid.stderr).toBe(0);
    expect(valid.stdout).toContain(`${out}: valid (ratings-`);
  });

  test('a config is replaced only with --force', async () => {
    const out = join(folder, 'mine.json');
    await writeFile(out, 'mine');
    const refused = await cli('init', '--from', ratings, '--to', out);
    expect([refused.exitCode, await readFile(out, 'utf8')]).toEqual([64, 'mine']);
    expect(refused.stderr).toContain(`${out} already exists`);
    expect((await cli('init', '--from', ratings, '--to', out, '--force')).exitCode).toBe(0);
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ name: 'ratings' });
  });

  test('what somebody has written meanwhile stays', async () => {
    const out = join(folder, 'meanwhile.json');
    await writeFile(out, 'theirs');
    await expect(writeConfig(out, '{}', false)).rejects.toMatchObject({ code: 'USAGE' });
    expect(await readFile(out, 'utf8')).toBe('theirs');
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a place that cannot be written to is told of the option', async () => {
    const taken = join(folder, 'taken.json');
    await mkdir(taken);
    await expect(writeConfig(taken, '{}', true)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(`--to: ${taken} cannot be written`),
    });
  });

  test('broken rows are named with their line, and may be left out', async () => {
    const broken = join(folder, 'broken.csv');
    await writeFile(broken, `user_id,item_id,rating\n${ROWS.join('\n')}\nu1,i1,many\n`);
    const out = join(folder, 'broken.jsonc');
    const refused = await cli('init', '--from', broken, '--to', out);
    expect(refused.exitCode).toBe(65);
    expect(refused.stdout).toContain(`broken.csv:${ROWS.length + 2}`);
    expect((await cli('init', '--from', broken, '--to', out, '--max-bad-rows', '1')).exitCode).toBe(0);
  });
});
