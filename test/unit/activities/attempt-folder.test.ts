import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { attemptName, openAttemptFolder } from '../../../activities/attempt-folder.ts';
import { checkpointPath } from '../../../activities/checkpoint-store.ts';
import { findAllCheckpoints, findCheckpoints } from '../../../activities/find-checkpoints.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const workflowExecution = { workflowId: 'w', runId: 'r' };
const nameOf = (call: number, activityId: string, attempt: number): string =>
  attemptName({ activityId, attempt, workflowExecution }, call);

/** In the order in which a run's workflows make them; the second one has no run to open, and begins to count anew. */
const ORDER = [nameOf(1, '2', 1), nameOf(1, '2', 2), nameOf(1, '2', 10), nameOf(2, '1', 1), nameOf(10, '1', 1)];
const [A1 = '', A2 = '', A3 = '', A4 = ''] = ORDER;

describe('activities/attempt-folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder('tt-exp-attempts-');
  });

  const put = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.tmp`, text);
    await rename(`${file}.tmp`, file);
  };
  const putLocal = (attempt: string, text: string): Promise<void> =>
    put(join(folder, attempt, 'checkpoints', 'latest.ckpt'), text);

  const place = { runId: 'run', variant: 'b8-auto' };

  /** Artifacts by run and path. */
  const search = async (
    own: string,
    stored: Readonly<Record<string, string>> = {},
    warmStart: string | null = null,
  ) => {
    const fetched: string[] = [];
    const { tracking, addRun } = createFakeTracking();
    for (const run of ['run', 'other']) {
      const files = Object.entries(stored).filter(([key]) => key.startsWith(`${run}:`));
      addRun(run, { artifacts: new Map(files.map(([key, text]) => [key.slice(run.length + 1), Buffer.from(text)])) });
    }
    const request = {
      place,
      attempt: await openAttemptFolder(folder, own),
      warmStart,
      tracking: {
        ...tracking,
        getArtifactFile: async (runId: string, path: string, file: string) => {
          const isThere = await tracking.getArtifactFile(runId, path, file);
          fetched.push(...(isThere ? [`${runId}:${path}`] : []));
          return isThere;
        },
      },
    };
    const texts = (sources: readonly { file: string; origin: string }[]) =>
      Promise.all(sources.map(async ({ file, origin }) => [origin, await readFile(file, 'utf8')]));
    return {
      found: await texts(await findCheckpoints(request)),
      fetched,
      all: async () => texts(await findAllCheckpoints(request)),
    };
  };
  const artifact = (attempt: string, runId = 'run'): string => `${runId}:${checkpointPath(place, attempt)}`;

  it('names sort in the order of the attempts and differ between workflow runs', () => {
    expect([...ORDER].reverse().sort()).toEqual(ORDER);
    const other = { activityId: '2', attempt: 1, workflowExecution: { workflowId: 'w', runId: 'reset' } };
    expect(attemptName(other, 1)).not.toBe(A1);
  });

  it('what a given-up attempt writes later reaches its successor no more', async () => {
    await putLocal(A1, 'epoch 3');
    const successor = await openAttemptFolder(folder, A2);
    const [found] = await successor.earlierCheckpoints();
    await putLocal(A1, 'epoch 4 of the stale one');
    expect(await readFile(found?.file ?? '', 'utf8')).toBe('epoch 3');
  });

  it('removes what is earlier, never what is later', async () => {
    for (const attempt of [A1, A2, A3]) {
      await putLocal(attempt, attempt);
    }
    const stale = await openAttemptFolder(folder, A2);
    await stale.removeEarlier();
    expect((await readdir(folder)).sort()).toEqual([A2, A3]);
  });

  it('activities/find-checkpoints: the newest attempt counts, on this host or in the store, not the furthest', async () => {
    await putLocal(A1, 'local 1, furthest');
    await putLocal(A2, 'local 2');
    await mkdir(join(folder, A3), { recursive: true });
    expect(await search(A4)).toMatchObject({ found: [['trial', 'local 2']], fetched: [] });
    const both = { [artifact(A2)]: 'stored 2', [artifact(A1)]: 'stored 1' };
    expect(await search(A4, both)).toMatchObject({ found: [['trial', 'local 2']], fetched: [] });
    const newer = { ...both, [artifact(A3)]: 'stored 3' };
    expect(await search(A4, newer)).toMatchObject({ found: [['trial', 'stored 3']], fetched: [artifact(A3)] });
    expect((await search(A3, newer)).found).toEqual([['trial', 'local 2']]);
  });

  it('activities/find-checkpoints: after a damage everything is tried, newest attempt first', async () => {
    await putLocal(A1, 'local 1');
    await putLocal(A2, 'local 2');
    const { all } = await search(A4, { [artifact(A2)]: 'stored 2', [artifact(A1)]: 'stored 1' });
    expect(await all()).toEqual(['local 2', 'stored 2', 'local 1', 'stored 1'].map((text) => ['trial', text]));
  });

  it('activities/find-checkpoints: another run is looked at only where the trial has nothing', async () => {
    const stored = { [artifact(A1, 'other')]: 'other 1', [artifact(A4, 'other')]: 'other 4' };
    expect((await search(A2, stored)).found).toEqual([]);
    expect((await search(A2, stored, 'other')).found).toEqual([['other', 'other 4']]);
    await putLocal(A1, 'local 1');
    expect((await search(A2, stored, 'other')).found).toEqual([['trial', 'local 1']]);
  });
});
