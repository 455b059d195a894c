/** How looks at test parts are counted on every tracking server: MLflow, and the fake in the place of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ARTIFACT, LEDGER_EXPERIMENT, TAG } from '../../contracts/names.ts';
import { lookShare } from '../../policy/gate/alpha-ledger.ts';
import { previewLook, readLooks, recordLook } from '../../registry/ledger/record-look.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { LedgerUnderTest } from './ledger-suite.ts';

const PART = {
  dataset_version: 'ds-1',
  starts_at: '2026-01-01T00:00:00.000Z',
  ends_at: '2026-02-01T00:00:00.000Z',
  rows_digest: 'rows',
  users: 350,
};

/** @param open asked in each test; may give the same server again */
export const describeLooks = (open: () => LedgerUnderTest): void => {
  let count = 0;

  /** A model with the versions 1 and 2, of the runs that are named, without a champion. */
  const begin = async () => {
    const { tracking } = open();
    count += 1;
    const model = `look-suite-${count}`;
    const experimentId = await tracking.ensureExperiment('look suite');
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'manifest.json'), '{}');
    const runIds: string[] = [];
    for (const runKey of ['one', 'two'].map((key) => `${model} ${key}`)) {
      const spec = { experimentId, runKey, runName: runKey, user: 'u', gitCommit: null, tags: {}, startTimeMs: 1 };
      const runId = await tracking.ensureRun(spec);
      const logged = { experimentId, runId, name: 'm', folder, params: {}, tags: {}, step: 1 };
      const { modelId } = await tracking.ensureLoggedModel({ ...logged, signature: { userDim: 1, itemDim: 1 } });
      await tracking.ensureModelVersion({ name: model, runId, modelId, tags: {} });
      runIds.push(runId);
    }
    const look = (runId: string, change: Partial<Parameters<typeof recordLook>[1]> = {}) =>
      recordLook(tracking, {
        ...{ modelName: model, runId, statedConfidence: 0.95, relevanceThreshold: 0.5, part: PART },
        ...{ actor: 'ana', at: '2026-11-30T08:00:00.000Z' },
        ...change,
      });
    return { tracking, model, one: runIds[0] ?? '', two: runIds[1] ?? '', look };
  };

  test('each candidate on the same users gets less than the one before, and the same question the same', async () => {
    const { tracking, model, one, look } = await begin();
    await tracking.setAlias(model, 'champion', '1');
    const first = await look('new-1');
    expect(first).toMatchObject({ comparedWith: '1', look: { looks: 1, confidence: 0.95, is_used_up: false } });
    const second = await look('new-2');
    expect(second.look).toMatchObject({ looks: 2, shelf_life: 52 });
    expect(second.look?.alpha_spent).toBeCloseTo(0.025 + lookShare(0.95, 2), 12);
    // As after a lost answer, by another process.
    expect(await look('new-1', { at: '2026-11-30T09:00:00.000Z' })).toEqual(first);
    expect(await readLooks(tracking, model)).toEqual([first.look, second.look]);
    // Another champion is another question.
    await tracking.setAlias(model, 'champion', '2');
    expect((await look('new-1')).look?.looks).toBe(3);
    // That the candidate was champion before spares nothing.
    expect((await look(one)).look?.looks).toBe(4);
  });

  test('a fresh window has the full level', async () => {
    const { tracking, model, look } = await begin();
    await tracking.setAlias(model, 'champion', '1');
    await look('new-1');
    const part = {
      ...PART,
      dataset_version: 'ds-2',
      starts_at: '2026-02-02T00:00:00.000Z',
      ends_at: '2026-03-01T00:00:00.000Z',
    };
    expect((await look('new-2', { part })).look).toMatchObject({ looks: 1, confidence: 0.95 });
  });

  test('spends nothing where nothing is compared', async () => {
    const { tracking, model, one, look } = await begin();
    expect(await look('new-1')).toEqual({ comparedWith: null, look: null });
    await tracking.setAlias(model, 'champion', '1');
    expect(await look(one)).toEqual({ comparedWith: '1', look: null });
    expect(await readLooks(tracking, model)).toEqual([]);
    expect(await look('new-1', { modelName: 'nobody' })).toEqual({ comparedWith: null, look: null });
  });

  test('a preview is what the look is given then, before and after it is taken, and counts nothing', async () => {
    const { tracking, model, look } = await begin();
    await tracking.setAlias(model, 'champion', '1');
    await look('new-1');
    const taken = await readLooks(tracking, model);
    const asked = { modelName: model, championVersion: '1', runId: 'new-2', relevanceThreshold: 0.5, part: PART };
    const preview = () => previewLook(tracking, { ...asked, statedConfidence: 0.95, at: '2026-11-30T08:00:00.000Z' });
    const before = await preview();
    expect(before.looks).toBe(2);
    expect(await readLooks(tracking, model)).toEqual(taken);
    expect((await look('new-2')).look).toEqual(before);
    expect(await preview()).toEqual(before);
  });

  test('looks that somebody edited are refused, not forgotten', async () => {
    const { tracking, model, look } = await begin();
    await tracking.setAlias(model, 'champion', '1');
    await look('new-1');
    const experimentId = (await tracking.findExperiment(LEDGER_EXPERIMENT)) ?? '';
    const [run] = await tracking.findRuns({ experimentId, tags: { [TAG.registeredModel]: model } });
    await tracking.putArtifactText(run?.runId ?? '', ARTIFACT.looks, '[{}]');
    await expect(look('new-2')).rejects.toMatchObject({ code: 'LEDGER_BROKEN' });
  });
};
