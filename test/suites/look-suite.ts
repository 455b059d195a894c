/** How looks at test parts are counted on every tracking server: MLflow, and the fake in the place of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ARTIFACT, LEDGER_EXPERIMENT, TAG } from '../../contracts/names.ts';
import type { Look } from '../../contracts/test-part-looks.ts';
import { lookShare } from '../../policy/gate/alpha-ledger.ts';
import { readLooks } from '../../registry/ledger/read-looks.ts';
import { previewLook, recordLook } from '../../registry/ledger/record-look.ts';
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
    const look = (
      runId: string,
      change: Partial<Parameters<typeof recordLook>[1]> = {},
      writer: Parameters<typeof recordLook>[0] = tracking,
    ) =>
      recordLook(writer, {
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

  test("with other replicates of the candidate's settings it is another look; with the same ones, in any order, the same", async () => {
    const { tracking, model, look } = await begin();
    await tracking.setAlias(model, 'champion', '1');
    const looks = async (...replicateRunIds: readonly string[]) =>
      (await look('new-1', { replicateRunIds })).look?.looks;
    expect([await looks(), await looks('a'), await looks('a', 'b'), await looks('b', 'a')]).toEqual([1, 2, 3, 3]);
    expect((await look('new-1')).look?.looks).toBe(1);
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

  /** Two looks, and how to change what is kept of them. */
  const counted = async () => {
    const { tracking, model, look } = await begin();
    await tracking.setAlias(model, 'champion', '1');
    await look('new-1');
    await look('new-2');
    const experimentId = (await tracking.findExperiment(LEDGER_EXPERIMENT)) ?? '';
    const [run] = await tracking.findRuns({ experimentId, tags: { [TAG.registeredModel]: model } });
    const runId = run?.runId ?? '';
    const looks = (await readLooks(tracking, model)) as Look[];
    const put = (kept: readonly unknown[]) => tracking.putArtifactText(runId, ARTIFACT.looks, JSON.stringify(kept));
    return { tracking, model, look, runId, looks, put };
  };

  test('looks that somebody edited, cut or added are refused with what was done, not forgotten', async () => {
    const { tracking, model, look, runId, looks, put } = await counted();
    const [first, second] = looks;
    const broken = async (message: string) => {
      await expect(look('new-3')).rejects.toMatchObject({
        ...{ code: 'LEDGER_BROKEN', message: `looks.json of the ledger, MLflow run ${runId}, ${message}` },
      });
      await expect(readLooks(tracking, model)).rejects.toMatchObject({ code: 'LEDGER_BROKEN' });
    };
    await put([{}]);
    await broken('cannot be read');
    await put([first]);
    await broken('has 1 looks, but there were 2');
    await put([{ ...first, spent: 0 }, second]);
    await broken('was edited: its digest is another one');
    await put([first, second, second, second]);
    await broken('has 4 looks, but there were only 2');
    await tracking.deleteArtifact(runId, ARTIFACT.looks);
    await broken('has 0 looks, but there were 2');
    await put(looks);
    expect((await look('new-3')).look?.looks).toBe(3);
  });

  test('looks from before their digest was kept count, and are covered from the next one on', async () => {
    const { tracking, model, look, runId, looks, put } = await counted();
    await tracking.setTags(runId, { [TAG.looksHead]: '' });
    expect(await readLooks(tracking, model)).toEqual(looks);
    await look('new-3');
    await put(looks);
    await expect(look('new-4')).rejects.toMatchObject({ code: 'LEDGER_BROKEN' });
  });

  test('killed before any of its writes, a look that is asked again is the same, and the next one follows', async () => {
    for (let writes = 0, isDone = false; !isDone; writes += 1) {
      const { tracking, model, look, looks } = await counted();
      let left = writes;
      const dying = tracking.guardedBy(async () => {
        left -= 1;
        if (left < 0) {
          throw new Error('killed');
        }
      });
      isDone = await look('new-3', {}, dying).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ message: 'killed' });
          return false;
        },
      );
      expect((await look('new-3')).look?.looks, `${writes} writes`).toBe(3);
      expect((await look('new-4')).look?.looks).toBe(4);
      expect((await readLooks(tracking, model)).slice(0, 2)).toEqual(looks);
      expect(writes).toBeLessThan(10);
    }
  });
};
