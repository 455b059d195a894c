/** What the machine refuses, seen by the built command: a sentence with its remedy, the right exit code, nothing started. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CLI = fileURLToPath(new URL('../../../dist/bin/tt-exp.js', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-refused-');
});

/** @param before shell code in front of the command */
const up = (home: string, before = ''): Promise<{ readonly exitCode: number; readonly stderr: string }> =>
  new Promise((resolve) => {
    const { TEMPORAL_ADDRESS: _temporal, MLFLOW_TRACKING_URI: _mlflow, ...rest } = process.env;
    const child = execFile(
      'bash',
      ['-c', `${before} exec "$0" "$1" up`, process.execPath, CLI],
      { env: { ...rest, TT_EXP_HOME: home, NO_COLOR: '1' } },
      (_error, _stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stderr }),
    );
  });

it('services/ensure-up: a shell that allows 40 open files is named with the remedy', async () => {
  const home = join(folder, 'home');
  const { exitCode, stderr } = await up(home, 'ulimit -n 40;');
  expect([exitCode, stderr.split('\n')]).toEqual([
    69,
    [
      'error: services: this shell allows 40 open files per process, expected at least 256',
      'hint: Raise the limit, for example with `ulimit -n 4096`, and run the command again.',
      '',
    ],
  ]);
  expect(existsSync(join(home, 'services', 'supervisor.json'))).toBe(false);
});

it('services/ensure-up: a home that is a file is named', async () => {
  const home = join(folder, 'home');
  await writeFile(home, 'not a folder');
  const { exitCode, stderr } = await up(home);
  expect(exitCode).toBe(78);
  expect(stderr).toMatch(/^error: home folder: .*\nhint: .+\n$/);
});

it('services/ensure-up: a home on a disk that is read-only is named', async ({ skip }) => {
  const home = join(folder, 'home');
  await mkdir(home);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', home], { stdio: 'ignore' });
  } catch {
    skip('this user may not mount a file system');
  }
  try {
    const { exitCode, stderr } = await up(home);
    expect([exitCode, stderr.split('\n')]).toEqual([
      78,
      [`error: home folder: ${home} is on a read-only disk`, 'hint: Set TT_EXP_HOME to a writable folder.', ''],
    ]);
  } finally {
    execFileSync('umount', [home]);
  }
});
