/** What somebody does first with data of their own, on one home. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Services are installed and started, and two small models trained. */
const RUN_TIMEOUT_MS = 600_000;

/** 40 users who like items of their own half of 30: enough to learn from. */
const ROWS = Array.from({ length: 1200 }, (_, row) => {
  const user = row % 40;
  const item = ((row * 7) % 15) + (user % 2) * 15;
  return `u${user},i${item},${(row % 5) + 1}`;
});

describe('e2e/first-steps', () => {
  let home: CliHome;
  let folder: string;

  beforeAll(async () => {
    home = await createCliHome();
    folder = await temporaryFolder('tt-exp-first-');
    await writeFile(join(folder, 'ratings.csv'), `user_id,item_id,rating\n${ROWS.join('\n')}\n`);
  });

  afterAll(async () => {
    await home?.dispose();
  });

  test(
    'the config that init writes validates and runs as it is',
    async () => {
      const config = join(folder, 'ratings.jsonc');
      const made = await home.run(['init', '--yes', '--from', join(folder, 'ratings.csv'), '--to', config]);
      expect(made.exitCode, made.stderr).toBe(0);
      const valid = await home.run(['validate', config]);
      expect(valid.exitCode, valid.stderr).toBe(0);
      const run = await home.run(['run', config, '--json']);
      expect(run.exitCode, run.stderr).toBe(0);
      expect(JSON.parse(run.stdout)).toMatchObject({
        status: 'completed',
        trials: [{ status: 'completed' }, { status: 'completed' }],
        model: { name: 'two-tower-ratings' },
      });
    },
    RUN_TIMEOUT_MS,
  );

  test(
    'logs prints what the workers did, and follows what is added until Ctrl-C',
    async () => {
      expect((await home.run(['up'])).exitCode).toBe(0);
      const printed = await home.run(['logs', 'supervisor', '--json']);
      const lines = printed.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { message: string });
      expect(lines.map(({ message }) => message)).toContain('mlflow: healthy');
      const following = home.start(['logs', '-f', 'supervisor', '--lines', '1']);
      await appendFile(join(home.folder, 'logs', 'supervisor.log'), 'a line \u001b[2J of a test\n');
      await eventually('the added line', following.stdout, (text) => text.includes('a line \\u001b[2J of a test\n'));
      following.child.kill('SIGINT');
      expect((await following.finished).exitCode).toBe(130);
    },
    RUN_TIMEOUT_MS,
  );
});
