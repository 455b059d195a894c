import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createModelCatalogue } from '../../../client/models/model-catalogue.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import { GATE_NOT_RUN, type GateVerdict } from '../../../contracts/gate.ts';
import type { OnlineDecision } from '../../../contracts/online-report.ts';
import type { OpenQuestion } from '../../../contracts/registry-owner.ts';
import { readBundleManifest } from '../../../registry/bundle/read-manifest.ts';
import { keptReport } from '../../../registry/kept-report.ts';
import { ensureLedger } from '../../../registry/ledger/find-ledger.ts';
import { keepQuestion } from '../../../registry/ledger/kept-question.ts';
import { readLedger, recordPath } from '../../../registry/ledger/read-ledger.ts';
import { recordLook } from '../../../registry/ledger/record-look.ts';
import { createTracking, type Tracking } from '../../../tracking/index.ts';
import { createMlflowReader } from '../../support/mlflow-rest.ts';
import { ONE_TEST_PART } from '../../support/one-test-part.ts';
import { measuredOnline, onlineExperiment } from '../../support/online-experiments.ts';
import { startTestMlflow, type TestMlflow } from '../../support/provisioned.ts';
import { addVersion, MANIFEST, move, promotion, rejection, WEIGHTS } from '../../support/registered-model.ts';
import { writeSmallBundle } from '../../support/small-bundle.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let mlflow: TestMlflow;
let tracking: Tracking;
let catalogue: ReturnType<typeof createModelCatalogue>;

beforeAll(async () => {
  mlflow = await startTestMlflow();
  tracking = createTracking({ trackingUri: mlflow.address });
  catalogue = createModelCatalogue(tracking);
});

afterAll(async () => {
  await tracking?.close();
  await mlflow?.dispose();
});

const errorOf = async (work: Promise<unknown>): Promise<TtExpError> => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TtExpError)) {
    throw new Error(`expected a TtExpError, got ${error}`);
  }
  return error;
};

/** Without its ledger: versions 1 to `count` of a model. */
const versions = async (model: string, count: number): Promise<readonly string[]> => {
  const runIds: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    runIds.push((await addVersion(tracking, { model, key: String(number), ndcgAt10: number / 10 })).runId);
  }
  return runIds;
};

const find = async (name: string, asOf: string | null = null) => {
  const [model] = await catalogue.list({ name, asOfMs: asOf === null ? null : Date.parse(asOf) });
  if (model === undefined) {
    throw new Error(`${name} is not listed`);
  }
  return model;
};

const unblessed = (version: string): string =>
  `version ${version}: not blessed: no server was asked whether it answers as the model was evaluated`;

describe('client/models/model-catalogue', () => {
  test('lists versions newest first with aliases, metric, size and verdict, whatever the name holds', async () => {
    const name = `it's a "model"`;
    const [first = ''] = await versions(name, 1);
    await addVersion(tracking, { model: name, key: '2', ndcgAt10: 0.2, decision: 'promoted' });
    await addVersion(tracking, { model: name, key: '3', ndcgAt10: 0.3, decision: 'rejected' });
    await addVersion(tracking, { model: name, key: '4', ndcgAt10: 0.4, decision: 'awaiting_approval' });
    await tracking.setAlias(name, 'champion', '1');
    await tracking.setAlias(name, 'challenger', '4');
    await tracking.setAlias(name, 'shadow', '2');
    const model = await find(name);
    expect(model.aliases).toEqual({ champion: '1', challenger: '4', previous: null });
    expect(
      model.versions.map(({ version, aliases, ndcgAt10, verdict }) => [version, aliases, ndcgAt10, verdict]),
    ).toEqual([
      ['4', ['challenger'], 0.4, 'awaiting_approval'],
      ['3', [], 0.3, 'rejected'],
      ['2', ['shadow'], 0.2, 'superseded'],
      ['1', ['champion'], 0.1, 'promoted'],
    ]);
    const oldest = model.versions.at(-1);
    expect(oldest).toMatchObject({ runId: first, run: 'active', datasetVersion: 'ds-0123456789abcdef' });
    expect(oldest?.bytes).toBe(WEIGHTS.length + MANIFEST.length);
  });

  test('what the gate said of the same run for another model is not said of a version of this one', async () => {
    const run = async (key: string, model: string, decision: string) => {
      const { runId } = await addVersion(tracking, { model: 'shared', key, decision, reasons: ['of the other one'] });
      await tracking.setTags(runId, { 'tt.gate_model': model });
    };
    await run('1', 'another', 'promoted');
    await run('2', 'another', 'promoted');
    await run('3', 'shared', 'rejected');
    await tracking.setAlias('shared', 'challenger', '2');
    const { versions: listed } = await find('shared');
    expect(listed.map(({ version, verdict }) => [version, verdict])).toEqual([
      ['3', 'rejected'],
      ['2', 'awaiting_approval'],
      ['1', 'none'],
    ]);
    const show = (version: string) => catalogue.show({ reference: `shared/${version}`, asOfMs: null });
    expect(await show('1')).toMatchObject({ gateDecision: null, reasons: [], gatePath: null });
    expect(await show('3')).toMatchObject({ gateDecision: 'rejected', reasons: ['of the other one'] });
    expect((await catalogue.plan('shared/1')).verdict).toBe('none');
  });

  test('a model that was renamed keeps versions, ledger and what its gate said, and says what it was called', async () => {
    const [before, now, later] = ['two towers', 'three towers', 'four towers'];
    const { renameModel } = createMlflowReader(mlflow.address);
    await versions(before, 1);
    const { runId } = await addVersion(tracking, { model: before, key: '2', decision: 'rejected', reasons: ['worse'] });
    await tracking.setTags(runId, { 'tt.gate_model': before });
    await move(tracking, before, promotion('1', null));
    await renameModel(before, now);
    const gone = await errorOf(catalogue.history(before));
    expect([gone.code, gone.hint]).toEqual(['MODEL_NOT_FOUND', `It was renamed in MLflow: it is called ${now} now.`]);
    // Recorded under the new name, so that the one after that knows both.
    await move(tracking, now, rejection('2'));
    await renameModel(now, later);
    expect(await catalogue.show({ reference: `${later}/2`, asOfMs: null })).toMatchObject({
      ...{ verdict: 'rejected', reasons: ['worse'], gateDecision: 'rejected' },
    });
    const note = `${later} was called ${before}, then ${now} before it was renamed in MLflow; its ledger is the same`;
    const history = await catalogue.history(later);
    expect([history.entries.map(({ action }) => action), history.notes]).toEqual([['promote', 'reject'], [note]]);
    await move(tracking, later, promotion('2', '1'));
    expect((await find(later)).aliases).toEqual({ champion: '2', challenger: null, previous: '1' });
    const verified = await catalogue.verify({ name: later, isAll: false, count: () => {} });
    expect([verified.records, verified.broken, verified.problems]).toEqual([3, null, []]);
    expect(verified.notes).toEqual([note, unblessed('2'), unblessed('1')]);
    // Another model under the old name is another model.
    await addVersion(tracking, { model: before, key: 'new' });
    const other = await catalogue.history(before);
    expect([other.entries, other.notes]).toEqual([
      [],
      [`${later} was called ${before} before it was renamed in MLflow: versions and ledger of before are there`],
    ]);
    expect((await catalogue.show({ reference: `${later}/2`, asOfMs: null })).reasons).toEqual([]);
    expect((await catalogue.plan(`${before}/1`)).notes).toEqual(other.notes);
  });

  test('a move of a version whose trial another experiment trained rests on the verdict of the one that asked', async () => {
    const name = 'taken again';
    const { runId } = await addVersion(tracking, { model: name, key: '1' });
    const parent = async (id: string, reason: string): Promise<string> => {
      const experimentId = await tracking.ensureExperiment(id.split('-')[0] ?? '');
      const run = { experimentId, runKey: id, runName: id, user: 'u', gitCommit: null, startTimeMs: Date.now() };
      const parentId = await tracking.ensureRun({ ...run, tags: { 'tt.kind': 'experiment', 'tt.experiment_id': id } });
      const candidate = { version: '1', run_id: runId, ndcg_at_10: 0.5 };
      const verdict: GateVerdict = { ...GATE_NOT_RUN, decision: 'rejected', candidate, reasons: [reason] };
      await tracking.putArtifactText(parentId, 'gate.json', JSON.stringify(verdict));
      return parentId;
    };
    const trained = await parent('training-0123456789', 'of the one that trained it');
    await tracking.setTags(runId, { 'mlflow.parentRunId': trained, 'tt.experiment_id': 'training-0123456789' });
    expect(await catalogue.plan(`${name}/1`)).toMatchObject({ gate: null });
    // As `addVersion` names it.
    const asking = await parent('sweep-0123456789', 'of the one that asked');
    const { gate, evidence } = await catalogue.plan(`${name}/1`);
    expect([gate?.reasons, evidence.verdict_run_id]).toEqual([['of the one that asked'], asking]);
  });

  test('a move of a version that was tried online rests on what its last experiment had shown', async () => {
    const [champion = '', candidate = ''] = await versions('tried', 2);
    await tracking.setAlias('tried', 'champion', '1');
    const keep = (id: string, version: string, decision: OnlineDecision) => {
      const experiment = onlineExperiment({
        ...{ id, model: 'tried' },
        ...{ champion: { version: '1', run_id: champion }, challenger: { version, run_id: candidate } },
      });
      const { path, text } = keptReport(experiment, measuredOnline(experiment, decision));
      return tracking.putArtifactText(candidate, path, text);
    };
    expect((await catalogue.plan('tried/2')).evidence).not.toHaveProperty('online');
    await keep('ab-20260101T000000-aaaa', '2', 'clear');
    await keep('ab-20260201T000000-bbbb', '2', 'promote');
    await keep('ab-20260301T000000-cccc', '7', 'invalid');
    await tracking.putArtifactText(candidate, 'online_experiments/ab-20260401T000000-dddd.json', '{');
    expect((await catalogue.plan('tried/2')).evidence.online).toEqual({
      ...{ experiment_id: 'ab-20260201T000000-bbbb', decision: 'promote', users: 200 },
      ...{ mean: 0.02, low: 0.01, high: 0.03 },
    });
  });

  test('a model as it was: who served then, by the ledger, and only versions that there were', async () => {
    const name = 'as-of';
    const runs = await versions(name, 3);
    const [first, second] = ['2099-01-01T10:00:00.000Z', '2099-01-01T12:00:00.000Z'];
    await move(tracking, name, promotion('1', null), first);
    await move(tracking, name, promotion('3', '1'), second);
    await move(tracking, name, rejection('2'), '2099-01-01T13:00:00.000Z');
    const served = async (at: string) => (await find(name, at)).aliases;
    expect(await served('2099-01-01T09:59:59.999Z')).toEqual({ champion: null, challenger: null, previous: null });
    expect(await served(first)).toEqual({ champion: '1', challenger: null, previous: null });
    expect(await served('2099-01-01T11:59:59.999Z')).toEqual({ champion: '1', challenger: null, previous: null });
    expect(await served(second)).toEqual({ champion: '3', challenger: null, previous: '1' });
    const then = await find(name, second);
    expect(then.versions.map(({ version, verdict }) => [version, verdict])).toEqual([
      ['3', 'promoted'],
      ['2', 'none'],
      ['1', 'superseded'],
    ]);
    expect((await find(name, '2099-01-01T13:00:00.000Z')).versions[1]?.verdict).toBe('rejected');
    expect(await find(name, '2001-01-01')).toMatchObject({ versions: [], hasRecords: false });
    expect(await catalogue.show({ reference: `${name}@champion`, asOfMs: Date.parse(first) })).toMatchObject({
      version: '1',
      records: [{ seq: 1 }],
    });
    // What the run says now was not said then.
    await tracking.setTags(runs[1] ?? '', { 'tt.gate_reasons': '["rejected in the evening"]' });
    const reasons = async (at: string) =>
      (await catalogue.show({ reference: `${name}/2`, asOfMs: Date.parse(at) })).reasons;
    expect(await reasons(second)).toEqual([]);
    expect(await reasons('2099-01-01T13:00:00.000Z')).toEqual([rejection('2').reason]);
    await tracking.setVersionTags(name, '3', { 'tt.gate_by_hand': 'would have been promoted: why' });
    expect(await catalogue.show({ reference: `${name}@champion`, asOfMs: null })).toMatchObject({
      ...{ version: '3', gateByHand: 'would have been promoted: why' },
    });
    expect(await catalogue.show({ reference: `${name}/2`, asOfMs: null })).toMatchObject({ gateByHand: null });
  });

  test('what a move makes of the aliases is foreseen, as the owner then does it', async () => {
    const name = 'foreseen';
    await versions(name, 3);
    const promote = { kind: 'promote', candidate: '1', comparedWith: null, supersedes: false } as const;
    const asked = { actor: 'ana', reason: 'why', evidence: {} };
    expect(await catalogue.foreseeMove(name, { ...promote, ...asked, request: 'r1' })).toEqual({
      before: { champion: null, challenger: null, previous: null },
      after: { champion: '1', challenger: null, previous: null },
    });
    await move(tracking, name, promotion('1', null));
    await move(tracking, name, promotion('2', '1'));
    const challenge = { kind: 'challenge', candidate: '3', comparedWith: '2', request: 'r3' } as const;
    await move(tracking, name, { ...challenge, ...asked });
    const foreseen = await catalogue.foreseeMove(name, { kind: 'archive', version: '3', ...asked, request: 'r4' });
    const before = { champion: '2', challenger: '3', previous: '1' };
    expect(foreseen).toEqual({ before, after: { ...before, challenger: null } });
    await move(tracking, name, { kind: 'archive', version: '3', ...asked, request: 'r4' });
    expect(await catalogue.aliases(name)).toEqual(foreseen?.after);
    await expect(
      catalogue.foreseeMove(name, { kind: 'archive', version: '2', ...asked, request: 'r5' }),
    ).rejects.toMatchObject({ code: 'MOVE_REFUSED' });
    expect(await catalogue.foreseeMove(name, { kind: 'archive', version: '3', ...asked, request: 'r6' })).toBeNull();
    await tracking.setAlias(name, 'champion', '1');
    const late = await catalogue.foreseeMove(name, { kind: 'archive', version: '2', ...asked, request: 'r7' });
    expect(late).toEqual({ before: { ...before, champion: '1', challenger: null }, after: null });
  });

  test('what is not there is named, with what is nearest', async () => {
    await versions('two-tower', 2);
    await tracking.setAlias('two-tower', 'champion', '2');
    const show = (reference: string) => errorOf(catalogue.show({ reference, asOfMs: null }));
    expect(await errorOf(find('two-towr'))).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      hint: expect.stringContaining('two-tower?'),
    });
    expect((await show('two-tower/7')).message).toBe('model two-tower: there is no version 7');
    expect(await show('two-tower@champ')).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      hint: 'Did you mean two-tower@champion?',
    });
    expect(await show('0123456789abcdef0123456789abcdef')).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: 'run 0123456789abcdef0123456789abcdef: no registered version comes from it',
    });
  });

  test('a version is found by its run, and shown also when that run is deleted', async () => {
    const [runId = ''] = await versions('of-run', 1);
    expect(await catalogue.show({ reference: runId, asOfMs: null })).toMatchObject({ name: 'of-run', version: '1' });
    await createMlflowReader(mlflow.address).deleteRun(runId);
    expect(await catalogue.show({ reference: 'of-run/1', asOfMs: null })).toMatchObject({
      run: 'deleted',
      ndcgAt10: 0.1,
      mlflowPath: null,
    });
  });

  test('a ledger and files that are as they were written verify; a record and a file that were changed are named', async () => {
    const name = 'verified';
    const [runId = ''] = await versions(name, 2);
    await move(tracking, name, promotion('1', null));
    await move(tracking, name, promotion('2', '1'));
    const verify = () => catalogue.verify({ name, isAll: false, count: () => undefined });
    expect(await verify()).toMatchObject({
      records: 2,
      broken: null,
      problems: [],
      notes: [unblessed('2'), unblessed('1')],
      versions: [
        { version: '2', aliases: ['champion'], problem: null },
        { version: '1', aliases: ['previous'], problem: null },
      ],
      ledgerChampion: { version: '2' },
    });
    await tracking.putArtifactText(runId, 'model/weights.bin', `${WEIGHTS}!`);
    expect((await verify()).versions[1]?.problem).toBe(
      `run ${runId} has an artifact model/weights.bin that differs from the digest in its manifest`,
    );
    await tracking.deleteArtifact(runId, 'model/weights.bin');
    expect((await verify()).versions[1]?.problem).toContain('has no artifact model/weights.bin');
    const ledger = await readLedger(tracking, name);
    const [record] = ledger?.entries ?? [];
    await tracking.putArtifactText(ledger?.runId ?? '', recordPath(1), JSON.stringify({ ...record, reason: 'better' }));
    const broken = await verify();
    expect(broken.broken).toEqual({ seq: 1, reason: 'was edited: its digest is not that of its content' });
    // Whoever is champion by a record that was edited was moved by nobody.
    expect(broken.ledgerChampion).toBeNull();
    expect((await catalogue.history(name)).broken?.seq).toBe(1);
  });

  test('nothing is claimed of versions whose ledger lacks its last record or has one that was edited', async () => {
    const name = 'unreliable';
    await versions(name, 3);
    await move(tracking, name, promotion('1', null));
    await move(tracking, name, rejection('2'));
    await move(tracking, name, promotion('3', '1'));
    const show = () => catalogue.show({ reference: `${name}/3`, asOfMs: null });
    const claimed = async () => {
      const { versions: found, ledgerProblem } = await find(name);
      const judged = found.map(({ verdict, decidedBy, isArchived }) => [verdict, decidedBy, isArchived]);
      return { judged: [...new Set(judged.map((one) => one.join(' ')))], ledgerProblem };
    };
    expect(await find(name)).toMatchObject({ ledgerProblem: null });
    expect((await find(name)).versions.map(({ verdict }) => verdict)).toEqual(['promoted', 'rejected', 'superseded']);
    const { runId = '', entries = [] } = (await readLedger(tracking, name)) ?? {};
    const unreliable = (why: string) =>
      `the ledger of ${name} cannot be relied on: ${why} (\`tt-exp models verify ${name}\`)`;
    await tracking.deleteArtifact(runId, recordPath(3));
    const missing = unreliable('record 3 is missing: the ledger had 3 records');
    expect(await claimed()).toEqual({ judged: ['unknown  false'], ledgerProblem: missing });
    expect(await show()).toMatchObject({ verdict: 'unknown', ledgerProblem: missing });
    expect((await catalogue.plan(`${name}/3`)).notes).toEqual([missing]);
    await tracking.putArtifactText(runId, recordPath(3), JSON.stringify({ ...entries[2], reason: 'other' }));
    expect(await claimed()).toEqual({
      ...{ judged: ['unknown  false'] },
      ledgerProblem: unreliable('record 3 was edited: its digest is not that of its content'),
    });
  });

  test('an open question about a version that was deleted is a finding of its own, beside a ledger without records', async () => {
    const name = 'asked';
    await versions(name, 2);
    const model = await tracking.findModel(name);
    if (model === null) {
      throw new Error(`${name} is not registered`);
    }
    const { runId } = await ensureLedger(tracking, model, { actor: 'ana', startTimeMs: 0 });
    const question = { candidate: '2', experimentId: 'sweep-0123456789' } as OpenQuestion;
    await keepQuestion(tracking, runId, { seq: 0, question });
    const verify = () => catalogue.verify({ name, isAll: false, count: () => undefined });
    expect(await verify()).toMatchObject({ problems: [], deletedQuestion: null, unchecked: 2 });
    await createMlflowReader(mlflow.address).deleteVersion(name, '2');
    const deletedQuestion = expect.stringContaining('Version 2 awaited approval and was deleted');
    expect(await verify()).toMatchObject({
      ...{ problems: [deletedQuestion], deletedQuestion, records: 0, ledgerChampion: { version: null }, unchecked: 1 },
    });
  });

  test('the bundle that the run of a version keeps is held against what was blessed', async () => {
    const name = 'blessed';
    const [runId = ''] = await versions(name, 1);
    const { folder, digest } = await writeSmallBundle(await temporaryFolder());
    await tracking.setAlias(name, 'champion', '1');
    await tracking.setVersionTags(name, '1', { 'tt.bundle': digest });
    const verify = () => catalogue.verify({ name, isAll: false, count: () => undefined });
    expect(await verify()).toMatchObject({
      ...{ notes: ['version 1: its run keeps no copy of the bundle that was blessed'], versions: [{ problem: null }] },
    });
    for (const path of ['manifest.json', ...Object.keys((await readBundleManifest(folder)).manifest.files)]) {
      await tracking.putArtifactFile(runId, `bundle/${path}`, join(folder, path));
    }
    expect(await verify()).toMatchObject({ notes: [], versions: [{ problem: null }], unchecked: 0 });
    await tracking.putArtifactText(runId, 'bundle/items.f32', 'other vectors');
    expect((await verify()).versions[0]?.problem).toBe(
      'the bundle that its run keeps, bundle/, has another items.f32 than its manifest says',
    );
  });

  test('the copy that MLflow serves is held against the manifest of the run, and named where it differs', async () => {
    const name = 'served';
    const { runId, modelId } = await addVersion(tracking, { model: name, key: '1' });
    await tracking.setAlias(name, 'champion', '1');
    const server = createMlflowReader(mlflow.address);
    const problem = async () =>
      (await catalogue.verify({ name, isAll: false, count: () => undefined })).versions[0]?.problem;
    expect(await problem()).toBeNull();
    const copy = `the copy that MLflow serves, models:/${modelId},`;
    await server.putModelFile(modelId, 'weights.bin', 'other weights');
    expect(await problem()).toBe(`${copy} has a weights.bin that differs from the digest in its manifest`);
    await server.putModelFile(modelId, 'manifest.json', '{}');
    expect(await problem()).toBe(`${copy} has another manifest.json than its run`);
    await server.putModelFile(modelId, 'manifest.json', MANIFEST);
    await server.deleteModelFile(modelId, 'weights.bin');
    expect(await problem()).toBe(`${copy} has no weights.bin`);
    await tracking.deleteArtifact(runId, 'model/weights.bin');
    expect(await problem()).toMatch(/^run .* has no artifact model\/weights\.bin; the copy .* has no weights\.bin$/);
  });

  test('an encoder that was changed at the run is named and not pulled; one without a recorded digest is a note', async () => {
    const name = 'encoded';
    const [runId = ''] = await versions(name, 1);
    await tracking.setAlias(name, 'champion', '1');
    const folder = join(await temporaryFolder(), 'copy');
    const verify = () => catalogue.verify({ name, isAll: false, count: () => undefined });
    const pull = () => catalogue.pull({ reference: name, folder, isForced: true, keeps: [] });
    expect(await verify()).toMatchObject({ notes: [unblessed('1')], versions: [{ problem: null }] });
    expect(await pull()).toMatchObject({ isEncoderVerified: true });
    await tracking.putArtifactText(runId, 'encoder.json', '{ }');
    const changed = `run ${runId}: its artifact encoder.json differs from the digest recorded in its manifest`;
    expect((await verify()).versions).toMatchObject([{ version: '1', problem: changed }]);
    expect(await errorOf(pull())).toMatchObject({ exitCode: 66, message: `Model not loading: ${changed}` });
    expect(await readFile(join(folder, 'encoder.json'), 'utf8')).toBe('{}');
    const { encoder_sha256: _recorded, ...older } = JSON.parse(MANIFEST);
    await tracking.putArtifactText(runId, 'model/manifest.json', JSON.stringify(older));
    expect((await verify()).notes).toEqual([
      "version 1: its encoder's digest was not recorded, so nobody can tell whether its encoder.json was edited",
      unblessed('1'),
    ]);
    expect(await pull()).toMatchObject({ isEncoderVerified: false });
  });

  test('a verdict and looks that were changed are named; looks older than their digest are a note', async () => {
    const name = 'rested';
    await versions(name, 2);
    const parent = (await addVersion(tracking, { model: 'parents', key: '1' })).runId;
    const verdict: GateVerdict = { ...GATE_NOT_RUN, decision: 'promoted', reasons: ['better'] };
    const put = (one: object) => tracking.putArtifactText(parent, 'gate.json', JSON.stringify(one, null, 2));
    await put(verdict);
    await move(tracking, name, { ...promotion('1', null), verdict, evidence: { verdict_run_id: parent } });
    const verify = () => catalogue.verify({ name, isAll: false, count: () => undefined });
    expect((await verify()).problems).toEqual([]);
    await put({ ...verdict, reasons: ['much better'] });
    const changed = `gate.json of run ${parent}, which record 1 rests on,`;
    expect((await verify()).problems).toEqual([`${changed} was changed: its digest is another one`]);
    await tracking.deleteArtifact(parent, 'gate.json');
    expect((await verify()).problems).toEqual([`${changed} is missing`]);
    await put(verdict);
    await recordLook(tracking, {
      ...{ modelName: name, runId: 'new', statedConfidence: 0.95, relevanceThreshold: 0.5, actor: 'ana' },
      ...{ part: await ONE_TEST_PART.readTestPart('ds-1'), at: '2026-11-30T08:00:00.000Z' },
    });
    expect(await verify()).toMatchObject({ problems: [], notes: [unblessed('1')] });
    const ledger = (await readLedger(tracking, name))?.runId ?? '';
    const looks = (await tracking.getArtifactText(ledger, 'looks.json')) ?? '';
    await tracking.putArtifactText(ledger, 'looks.json', '[]');
    expect((await verify()).problems).toEqual([`looks.json of MLflow run ${ledger} has 0 looks, but there were 1`]);
    await tracking.putArtifactText(ledger, 'looks.json', looks);
    await tracking.setTags(ledger, { 'tt.looks_head': '' });
    expect(await verify()).toMatchObject({
      ...{ problems: [], notes: [expect.stringContaining('written before its digest was kept'), unblessed('1')] },
    });
  });

  test('a version is copied to a folder, whole and verified, and replaces nothing unasked', async () => {
    const [runId = ''] = await versions('pulled', 1);
    await tracking.setAlias('pulled', 'champion', '1');
    const parent = await temporaryFolder();
    const folder = join(parent, 'copy');
    const pull = (isForced: boolean) => catalogue.pull({ reference: 'pulled@champion', folder, isForced, keeps: [] });
    expect(await pull(false)).toEqual({ name: 'pulled', version: '1', runId, folder, isEncoderVerified: true });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual([
      'encoder.json',
      'model',
      'model/manifest.json',
      'model/weights.bin',
    ]);
    expect(await errorOf(pull(false))).toMatchObject({ code: 'USAGE', message: `--to: ${folder} holds a model` });
    await writeFile(join(folder, 'model', 'weights.bin'), 'spoilt');
    await pull(true);
    expect(await readFile(join(folder, 'model', 'weights.bin'), 'utf8')).toBe(WEIGHTS);
    const other = join(parent, 'other');
    await writeFile(other, 'a file');
    const intoFile = catalogue.pull({ reference: 'pulled@champion', folder: other, isForced: true, keeps: [] });
    expect((await errorOf(intoFile)).message).toBe(`--to: ${other} exists and is not a folder`);
    await tracking.putArtifactText(runId, 'model/weights.bin', 'changed');
    expect((await errorOf(pull(true))).code).toBe('MODEL_NOT_LOADING');
    expect(await readFile(join(folder, 'model', 'weights.bin'), 'utf8')).toBe(WEIGHTS);
    expect((await readdir(parent)).sort()).toEqual(['copy', 'other']);
  });

  test('a model from before there was a ledger has no records, and that is no error', async () => {
    await versions('old', 1);
    expect(await catalogue.history('old')).toEqual({ name: 'old', entries: [], broken: null, notes: [] });
    expect(await catalogue.verify({ name: 'old', isAll: true, count: () => undefined })).toMatchObject({
      records: 0,
      broken: null,
      versions: [{ version: '1', problem: null }],
      ledgerChampion: null,
    });
  });

  test('where the ledgers lie is asked once, and each ledger is read once', async () => {
    for (const name of ['read once a', 'read once b']) {
      await versions(name, 2);
      await move(tracking, name, promotion('1', null));
      await move(tracking, name, promotion('2', '1'));
    }
    const counting = (counts: Record<string, number>): Tracking =>
      new Proxy(tracking, {
        get: (target, key) => {
          const own: unknown = Reflect.get(target, key);
          if (typeof own !== 'function' || typeof key !== 'string') {
            return own;
          }
          return (...args: readonly unknown[]) => {
            const what = key === 'listArtifacts' || key === 'getArtifactText' ? `${key} ${args[1]}` : key;
            counts[what] = (counts[what] ?? 0) + 1;
            return Reflect.apply(own, target, args);
          };
        },
      });
    const verifying: Record<string, number> = {};
    await createModelCatalogue(counting(verifying)).verify({ name: 'read once a', isAll: false, count: () => {} });
    const once = { registeredModels: 1, findRuns: 1, 'listArtifacts ledger': 1 };
    expect(verifying).toMatchObject({
      ...once,
      [`getArtifactText ${recordPath(1)}`]: 1,
      [`getArtifactText ${recordPath(2)}`]: 1,
    });
    expect(verifying.findModel).toBeUndefined();
    const listing: Record<string, number> = {};
    const listed = await createModelCatalogue(counting(listing)).list({ name: null, asOfMs: null });
    const withRecord = await Promise.all(listed.map(({ name }) => catalogue.history(name)));
    const ledgers = withRecord.filter(({ entries }) => entries.length > 0).length;
    expect(listing).toMatchObject({ registeredModels: 1, findRuns: 1, [`getArtifactText ${recordPath(1)}`]: ledgers });
    expect(listing.findModel).toBeUndefined();
  });
});
