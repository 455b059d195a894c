import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { createMlflowReader, tagsOf } from '../support/mlflow-rest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const call = promisify(execFile);

const RUN_TIMEOUT_MS = 600_000;

interface Summary {
  readonly trials: readonly { readonly run_id: string; readonly status: string }[];
  readonly urls: { readonly mlflow: string };
}

describe('e2e/changed-code', () => {
  let home: CliHome;
  let folder: string;

  beforeAll(async () => {
    folder = await temporaryFolder('tt-exp-changed-');
    await cp('dist', join(folder, 'dist'), { recursive: true });
    await mkdir(join(folder, 'experiments'));
    for (const name of ['node_modules', 'package.json']) {
      await symlink(resolve(name), join(folder, name));
    }
    home = await createCliHome({}, folder);
  });

  afterAll(async () => {
    await home?.dispose();
  });

  /** Of the training code on disk, as that code itself computes it. */
  const digestOnDisk = async (): Promise<string> => {
    const module = pathToFileURL(join(folder, 'dist', 'compute', 'training-code.js'));
    const program = `import { digestTrainingCode, readTrainingModules } from '${module}';
process.stdout.write(digestTrainingCode(await readTrainingModules(), {}));`;
    const { stdout } = await call(process.execPath, ['--input-type=module', '--eval', program]);
    return stdout;
  };

  it(
    'after an upgrade under running workers the digest on a run is that of the code that trained it',
    async () => {
      const smoke = JSON.parse(await readFile('experiments/smoke.json', 'utf8')) as Record<string, unknown>;
      const file = join(folder, 'experiments', 'changed.json');
      await writeFile(file, JSON.stringify({ ...smoke, $schema: undefined, name: 'changed', sweep: undefined }));
      const up = await home.run(['up']);
      expect(up.exitCode, up.stderr).toBe(0);
      const before = await digestOnDisk();
      await appendFile(join(folder, 'dist', 'models', 'training', 'train.js'), '// another version\n');
      const after = await digestOnDisk();
      expect(after).not.toBe(before);

      const { exitCode, stdout, stderr } = await home.run(['run', file, '--json']);
      expect(exitCode, stderr).toBe(0);
      const { trials, urls } = JSON.parse(stdout) as Summary;
      expect(trials.map(({ status }) => status)).toEqual(['completed']);
      const run = await createMlflowReader(urls.mlflow).run(trials[0]?.run_id ?? '');
      expect(tagsOf(run)['tt.training_code']).toBe(after);
      // The workers of both queues ended for it and were started again.
      const logs = (await readdir(join(home.folder, 'logs'))).filter((name) => name.startsWith('worker'));
      const texts = await Promise.all(logs.map((name) => readFile(join(home.folder, 'logs', name), 'utf8')));
      expect(texts.filter((text) => text.includes('error: WORKER_OUTDATED'))).toHaveLength(2);
    },
    RUN_TIMEOUT_MS,
  );
});
