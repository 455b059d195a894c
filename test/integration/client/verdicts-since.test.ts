import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renamedTo } from '../../../client/models/known-models.ts';
import { readVerdictsSince } from '../../../client/verdicts-since.ts';
import type { GateDecision } from '../../../contracts/gate.ts';
import { RUN_KIND, TAG } from '../../../contracts/names.ts';
import { findLedger } from '../../../registry/ledger/find-ledger.ts';
import { recordPath } from '../../../registry/ledger/read-ledger.ts';
import { createTracking, type Tracking } from '../../../tracking/index.ts';
import { comparedVerdict } from '../../support/gate-verdicts.ts';
import { createMlflowReader } from '../../support/mlflow-rest.ts';
import { startTestMlflow, type TestMlflow } from '../../support/provisioned.ts';
import { addVersion, move, promotion, rejection } from '../../support/registered-model.ts';

let mlflow: TestMlflow;
let tracking: Tracking;

beforeAll(async () => {
  mlflow = await startTestMlflow();
  tracking = createTracking({ trackingUri: mlflow.address });
});

afterAll(async () => {
  await tracking?.close();
  await mlflow?.dispose();
});

/** An experiment that has ended with a verdict about a new version. */
const ended = async (model: string, decision: Exclude<GateDecision, 'not_run'>, key: string) => {
  const { runId, version } = await addVersion(tracking, { model, key, ndcgAt10: 0.4 });
  const parentRunId = await tracking.ensureRun({
    ...{ experimentId: await tracking.ensureExperiment('asked'), runKey: `${model}/${key}`, runName: key, user: 'u' },
    ...{ gitCommit: null, startTimeMs: 0, tags: { [TAG.kind]: RUN_KIND.parent, [TAG.gateModel]: model } },
  });
  const candidate = { version, run_id: runId, ndcg_at_10: 0.4 };
  const verdict = comparedVerdict({ candidate, decision, reasons: ['as it ended: a test'] });
  await tracking.putArtifactText(parentRunId, 'gate.json', JSON.stringify(verdict));
  const evidence = { run_id: runId, verdict_run_id: parentRunId };
  return { gate: { decision }, parentRunId, evidence };
};

const decisionsOf = async (...of: Parameters<typeof readVerdictsSince>[1]) =>
  (await readVerdictsSince(tracking, of)).map(({ verdict, error }) =>
    error === null ? [verdict?.decision ?? null, verdict?.reasons.at(-1)?.split(' on 2')[0]] : error,
  );

describe('client/verdicts-since', () => {
  test('what became of versions is told, also after their model was renamed', async () => {
    const { renameModel, deleteVersion } = createMlflowReader(mlflow.address);
    const [before, now] = ['since then', 'since now'];
    const first = await ended(before, 'promoted', '1');
    const second = await ended(before, 'rejected', '2');
    const third = await ended(before, 'awaiting_approval', '3');
    const fourth = await ended(before, 'awaiting_approval', '4');
    await move(tracking, before, { ...promotion('1', null), evidence: first.evidence });
    await move(tracking, before, { ...rejection('2'), evidence: second.evidence });
    const all = [first, second, third, fourth];
    const nothing = [null, undefined];
    expect(await decisionsOf(...all)).toEqual([nothing, nothing, nothing, nothing]);
    expect(await renamedTo(tracking, before)).toBeNull();
    await renameModel(before, now);
    expect(await renamedTo(tracking, before)).toBe(now);
    expect(await decisionsOf(...all)).toEqual([nothing, nothing, nothing, nothing]);
    await move(tracking, now, { ...promotion('3', '1'), actor: 'ana', evidence: third.evidence });
    await deleteVersion(now, '4');
    expect(await decisionsOf(...all)).toEqual([
      ['superseded', 'Version 3 took its place. Promoted by ana'],
      nothing,
      ['promoted', 'Promoted by ana'],
      ['deleted', 'Version 4 was deleted from MLflow.'],
    ]);
  });

  test('nothing is said by a ledger that lacks its last record, or ends with another champion than the alias', async () => {
    const name = 'without a record';
    const first = await ended(name, 'promoted', '1');
    const second = await ended(name, 'promoted', '2');
    await move(tracking, name, { ...promotion('1', null), evidence: first.evidence });
    await move(tracking, name, { ...promotion('2', '1'), evidence: second.evidence });
    await tracking.setAlias(name, 'champion', '1');
    const unreliable = (why: string) => ({
      ...{ code: 'LEDGER_BROKEN' },
      message: `the ledger of ${name} cannot be relied on: ${why} (\`tt-exp models verify ${name}\`)`,
    });
    const other = unreliable('it ends with version 2, and the alias champion names version 1');
    expect(await decisionsOf(first, second)).toMatchObject([other, other]);
    await tracking.setAlias(name, 'champion', '2');
    expect(await decisionsOf(first, second)).toMatchObject([
      ['superseded', expect.any(String)],
      [null, undefined],
    ]);
    const model = await tracking.findModel(name);
    const ledger = model === null ? null : await findLedger(tracking, model);
    await tracking.deleteArtifact(ledger?.runId ?? '', recordPath(2));
    const missing = unreliable('record 2 is missing: the ledger had 2 records');
    expect(await decisionsOf(first, second)).toMatchObject([missing, missing]);
  });

  test('a champion that was deleted, and that no record tells of yet, leaves the rest known', async () => {
    const name = 'without its champion';
    const first = await ended(name, 'promoted', '1');
    const second = await ended(name, 'promoted', '2');
    await move(tracking, name, { ...promotion('1', null), evidence: first.evidence });
    await move(tracking, name, { ...promotion('2', '1'), evidence: second.evidence });
    await createMlflowReader(mlflow.address).deleteVersion(name, '2');
    expect(await decisionsOf(first, second)).toMatchObject([
      ['superseded', expect.any(String)],
      ['deleted', 'Version 2 was deleted from MLflow.'],
    ]);
  });
});
