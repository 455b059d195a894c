import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { DATA_CONVERTER } from '../../client/payload-codec.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import { HISTORIES } from './histories-folder.ts';
import { readHistory } from './history-json.ts';

const names = await readdir(HISTORIES);

const read = (name: string): Promise<string> => readFile(join(HISTORIES, name), 'utf8');

describe('replay', () => {
  let bundle: { readonly codePath: string };

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    bundle = await workflowBundle();
  });

  const replay = async (text: string): Promise<void> => {
    const { workflowId, history } = readHistory(text);
    await Worker.runReplayHistory({ workflowBundle: bundle, dataConverter: DATA_CONVERTER }, history, workflowId);
  };

  it.each(names)("replay/histories: today's workflows go on with %s", async (name) => {
    await expect(replay(await read(name))).resolves.toBeUndefined();
  });

  it('replay/histories: a workflow that does something else than its history says is refused', async () => {
    const text = await read('experiment-single.json');
    expect(text).toContain('"labelData"');
    await expect(replay(text.replaceAll('"labelData"', '"splitData"'))).rejects.toThrow(
      /Nondeterminism error.*'splitData'/,
    );
  });

  it('replay/histories: an experiment online that is stopped is measured at its end since it has the mark', async () => {
    const mark = Buffer.from(JSON.stringify({ id: 'measured-at-end', deprecated: false })).toString('base64');
    const marks = async (name: string): Promise<boolean> =>
      (await read(`online-experiment-online-${name}.json`)).includes(mark);
    expect(await Promise.all(['measured-at-end', 'unmeasured-at-end', 'stopped-4'].map(marks))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('replay/histories: every scenario has its history, and none is larger than 200 kB', async () => {
    const experiments = ['approved', 'cancelled', 'continued-1', 'continued-2', 'paused', 'pruned', 'single'];
    const replicated = ['replicates', ...[1, 2, 3].map((execution) => `replicates-continued-${execution}`)];
    const owners = ['registry-approved-1.json', 'registry-approved-2.json', 'registry-by-hand-1.json'];
    expect(names).toEqual(
      expect.arrayContaining([
        ...[...experiments, ...replicated, 'by-hand'].map((name) => `experiment-${name}.json`),
        ...[...owners, 'judge-by-hand.json', 'online-experiment-online.json'],
        ...[1, 2].map((execution) => `online-experiment-online-stopped-${execution}.json`),
        ...['measured', 'unmeasured'].map((way) => `online-experiment-online-${way}-at-end.json`),
      ]),
    );
    for (const name of names) {
      expect((await read(name)).length, name).toBeLessThan(200_000);
    }
  });
});
