import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { ARTIFACT } from '../../../contracts/names.ts';
import { openWorkFolder } from '../../../local/work-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let parent = '';
let folder = '';

beforeEach(async () => {
  parent = await temporaryFolder('tt-exp-work-');
  folder = join(parent, 'model-a');
});

const open = (isForced = false) => openWorkFolder({ folder, isForced, nowMs: 1 });

const put = async (file: string, text: string): Promise<void> => {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
};

/** A training that got as far as a checkpoint, and stopped. */
const leaveUnfinished = async (digest: string): Promise<string> => {
  const work = await open();
  const attempts = await work.begin(digest, 1);
  await put(join(await attempts.folder('batch-8'), ARTIFACT.latestCheckpoint), 'state');
  await work.release();
  return attempts.state.runKey;
};

const finish = async (text: string, isForced = false): Promise<void> => {
  const work = await open(isForced);
  const attempts = await work.begin('a', 1);
  await put(join(await attempts.folder('batch-8'), ARTIFACT.modelFolder, 'manifest.json'), text);
  await attempts.publish('batch-8');
  await work.release();
};

test('the result appears by publishing, and the work folder is gone', async () => {
  await finish('first');
  expect(await readdir(parent)).toEqual(['model-a']);
  expect(await readdir(folder)).toEqual([ARTIFACT.modelFolder]);
});

test('a result that is there is refused, and replaced by force', async () => {
  await finish('first');
  await expect(open()).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('a model already exists there'),
  });
  expect(await readdir(parent)).toEqual(['model-a']);
  await finish('second', true);
  expect(await readFile(join(folder, ARTIFACT.modelFolder, 'manifest.json'), 'utf8')).toBe('second');
  expect(await readdir(parent)).toEqual(['model-a']);
});

test('a folder that holds no model is not replaced, not even by force', async () => {
  await put(join(folder, 'thesis.txt'), 'three years of work');
  await expect(open(true)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('does not hold a model'),
  });
  expect(await readdir(folder)).toEqual(['thesis.txt']);
});

test('a second process is refused while the first one works, and not afterwards', async () => {
  const first = await open();
  await expect(open()).rejects.toMatchObject({ message: expect.stringContaining(`process ${process.pid}`) });
  await first.release();
  await (await open()).release();
  expect(await readdir(parent)).toEqual([]);
});

test('the same training goes on with its run and its checkpoint', async () => {
  const runKey = await leaveUnfinished('a');
  const work = await open();
  const attempts = await work.begin('a', 2);
  expect([attempts.isResumed, attempts.state.runKey]).toEqual([true, runKey]);
  expect(await readFile(join(await attempts.folder('batch-8'), ARTIFACT.latestCheckpoint), 'utf8')).toBe('state');
  await work.release();
});

test('an unfinished training of other settings is refused, and discarded by force', async () => {
  await leaveUnfinished('a');
  const careful = await open();
  await expect(careful.begin('b', 2)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('unfinished training'),
  });
  await careful.release();
  const forced = await open(true);
  const attempts = await forced.begin('b', 2);
  expect(attempts.isResumed).toBe(false);
  expect(await readdir(await attempts.folder('batch-8'))).toEqual([]);
  await forced.release();
  expect(await readdir(parent)).toEqual([]);
});

test('a record that cannot be read is that of another training', async () => {
  await leaveUnfinished('a');
  await writeFile(join(parent, '.model-a.training', 'training.json'), '{"digest": "a');
  const work = await open();
  await expect(work.begin('a', 2)).rejects.toMatchObject({ code: 'USAGE' });
  await work.release();
});

test('an earlier result that a kill caught between two renames comes back', async () => {
  await leaveUnfinished('a');
  await put(join(parent, '.model-a.training', 'replaced', ARTIFACT.modelFolder, 'manifest.json'), 'first');
  await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('a model already exists there') });
  expect(await readFile(join(folder, ARTIFACT.modelFolder, 'manifest.json'), 'utf8')).toBe('first');
});
