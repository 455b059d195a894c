/** The workflows as one script: bundled once for all test files, and again once a file of theirs has changed. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { exists } from '../../host/files/file-errors.ts';
import { replaceFile } from '../../host/files/replace-file.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Whatever a workflow may import; of activities they have types alone. */
const READ = ['workflows', 'contracts', 'policy', 'package-lock.json'];

const filesOf = async (name: string): Promise<readonly string[]> => {
  if (name.includes('.')) {
    return [join(ROOT, name)];
  }
  const entries = await readdir(join(ROOT, name), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name: file }) => join(parentPath, file));
};

const digestSources = async (): Promise<string> => {
  const hash = createHash('sha256').update(process.version);
  for (const file of (await Promise.all(READ.map(filesOf))).flat().sort()) {
    hash.update(`${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
};

const DAY_MS = 86_400_000;

/** Of earlier sources; no run lasts a day. */
const removeOld = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    // Another test file may do the same.
    const { mtimeMs = Date.now() } = (await stat(file).catch(() => null)) ?? {};
    if (Date.now() - mtimeMs > DAY_MS) {
      await rm(file, { force: true });
    }
  }
};

/** The file that holds it. */
export const workflowBundle = async (): Promise<{ readonly codePath: string }> => {
  const folder = join(ROOT, 'node_modules', '.cache', 'tt-exp');
  const codePath = join(folder, `workflows-${await digestSources()}.cjs`);
  if (!(await exists(codePath))) {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(ROOT, 'workflows', 'index.ts'),
      logger: new DefaultLogger('ERROR'),
    });
    await mkdir(folder, { recursive: true });
    await removeOld(folder);
    await replaceFile(codePath, (temporary) => writeFile(temporary, code));
  }
  return { codePath };
};
