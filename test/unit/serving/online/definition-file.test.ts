import { mkdir, readdir, readFile, rmdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createDefinition,
  DEFINITION_FILE,
  removeDefinition,
  voidFileOf,
} from '../../../../serving/online/definition-file.ts';
import { onlineExperiment } from '../../../support/online-experiments.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const EXPERIMENT = onlineExperiment({ id: 'ab-1' });

const define = async () => {
  const folder = await temporaryFolder();
  const file = join(folder, DEFINITION_FILE);
  await createDefinition(file, EXPERIMENT);
  return { file, voidFile: voidFileOf(file), left: () => readdir(folder) };
};

describe('online/definition-file: what is removed with a definition', () => {
  it('is what says that it was void, whole or cut, and nothing of another experiment', async () => {
    const { file, voidFile, left } = await define();
    for (const text of [JSON.stringify({ experiment_id: 'ab-1', why: 'gone' }), '{']) {
      await createDefinition(file, EXPERIMENT);
      await writeFile(voidFile, text);
      await removeDefinition(file, 'ab-1');
      expect(await left()).toEqual([]);
    }
    const other = JSON.stringify({ experiment_id: 'ab-2', why: 'gone' });
    await createDefinition(file, EXPERIMENT);
    await writeFile(voidFile, other);
    await removeDefinition(file, 'ab-1');
    expect([await left(), await readFile(voidFile, 'utf8')]).toEqual([['void-experiment.json'], other]);
  });

  it('is a file too that nobody can read', async () => {
    const { file, voidFile, left } = await define();
    await symlink('void-experiment.json', voidFile);
    await removeDefinition(file, 'ab-1');
    expect(await left()).toEqual([]);
  });

  it('is the definition at least, and asked again the rest, where that cannot be removed', async () => {
    const { file, voidFile, left } = await define();
    await mkdir(voidFile);
    await expect(removeDefinition(file, 'ab-1')).rejects.toThrow('EISDIR');
    expect(await left()).toEqual(['void-experiment.json']);
    await rmdir(voidFile);
    await writeFile(voidFile, JSON.stringify({ experiment_id: 'ab-1', why: 'gone' }));
    await removeDefinition(file, 'ab-1');
    expect(await left()).toEqual([]);
  });
});
