import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { prepareHome } from '../../../services/prepare-home.ts';
import { reportError } from '../../../ui-cli/command-line/report-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-home-');
});

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('services/prepare-home', () => {
  it('a new home is its owner’s alone, and an existing one becomes so', async () => {
    const home = join(folder, 'a', '.tt-exp');
    await prepareHome(home);
    expect(await modeOf(home)).toBe('700');
    await chmod(home, 0o755);
    await mkdir(join(home, 'mlflow'));
    await prepareHome(home);
    expect(await modeOf(home)).toBe('700');
  });

  it('a folder with other things in it stays open, what is ours in it does not', async () => {
    await chmod(folder, 0o755);
    for (const name of ['services', 'mlflow', 'data', 'pictures']) {
      await mkdir(join(folder, name));
      await chmod(join(folder, name), 0o755);
    }
    await prepareHome(folder);
    expect(
      await Promise.all(['.', 'services', 'mlflow', 'data', 'pictures'].map((name) => modeOf(join(folder, name)))),
    ).toEqual(['755', '700', '700', '755', '755']);
  });

  it.runIf(process.platform === 'linux')('a home in a folder that takes no new ones ends at once', async () => {
    await expect(prepareHome('/proc/tt-exp')).rejects.toMatchObject({
      code: 'ENVIRONMENT_INVALID',
      message: 'home folder: /proc/tt-exp is below a folder that takes no new ones',
    });
  });

  it('a home that is a file, or is below one, is said with the remedy', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const home of [file, join(file, 'home')]) {
      await expect(prepareHome(home)).rejects.toMatchObject({
        code: 'ENVIRONMENT_INVALID',
        message: `home folder: ${home} is a file, or is below one`,
        hint: expect.stringContaining('TT_EXP_HOME'),
      });
    }
  });
});

describe('ui-cli/report-error', () => {
  it('ui-cli/command-line/system-error: what the machine refuses is no mistake of ours, and has its exit code', () => {
    const refused = (code: string) => Object.assign(new Error(`${code}: it is so, open '/x'`), { code });
    const codes = ['EMFILE', 'ENOSPC', 'EROFS', 'EACCES', 'ENOTDIR'];
    expect(codes.map((code) => reportError(refused(code), false).exitCode)).toEqual([69, 1, 78, 78, 78]);
    for (const code of codes) {
      const [error, hint] = reportError(refused(code), false).lines;
      expect(error).toContain("open '/x'");
      expect(error).not.toContain('unexpectedly');
      expect(hint).toMatch(/^hint: /);
    }
    expect(reportError(refused('ESTRANGE'), false).lines[0]).toContain('failed unexpectedly');
  });
});
