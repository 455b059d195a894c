/** What a ledger promises on every tracking server: MLflow, and the fake in the place of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { GATE_NOT_RUN, type GateVerdict } from '../../contracts/gate.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { PromoteRequest, RegistryRequest } from '../../contracts/registry-owner.ts';
import { changeRegistry, type KnownLedger } from '../../registry/ledger/change-registry.ts';
import { readLedger, recordPath } from '../../registry/ledger/read-ledger.ts';
import type { LedgerReader, LedgerWriter } from '../../registry/ports.ts';
import { putModelArtifacts } from '../support/model-artifacts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { TrackingUnderTest } from './tracking-suite.ts';

export interface LedgerUnderTest {
  readonly tracking: TrackingUnderTest['tracking'] & Pick<LedgerReader, 'findExperiment'>;
  /** As somebody does who uses the server by other means. */
  readonly server: {
    deleteVersion(model: string, version: string): Promise<void>;
    deleteRun(runId: string): Promise<void>;
  };
}

const promote = (candidate: string, comparedWith: string | null, request: string): PromoteRequest => ({
  ...{ kind: 'promote', candidate, comparedWith, request, supersedes: false },
  ...{ actor: 'ana', reason: `better than ${comparedWith}`, evidence: { ndcg_at_10: Number(candidate) / 10 } },
});

const look = (request: string): RegistryRequest => ({
  ...{ kind: 'reconcile', request, actor: 'tt-exp', reason: 'to look', evidence: {} },
});

/** @param open asked in each test; may give the same server again */
export const describeLedger = (open: () => LedgerUnderTest): void => {
  let count = 0;

  /** A model of its own with the versions 1 to 3, and the one who owns it. */
  const begin = async () => {
    const { tracking, server } = open();
    count += 1;
    const model = `ledger-suite-${count}`;
    const experimentId = await tracking.ensureExperiment('ledger suite');
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'manifest.json'), '{}');
    for (const runKey of ['one', 'two', 'three'].map((key) => `${model} ${key}`)) {
      const spec = { experimentId, runKey, runName: runKey, user: 'u', gitCommit: null, tags: {}, startTimeMs: 1 };
      const runId = await tracking.ensureRun(spec);
      await putModelArtifacts(tracking, runId);
      const logged = { experimentId, runId, name: 'm', folder, params: {}, tags: {}, step: 1 };
      const { modelId } = await tracking.ensureLoggedModel({ ...logged, signature: { userDim: 1, itemDim: 1 } });
      await tracking.ensureModelVersion({ name: model, runId, modelId, tags: {} });
    }
    let clockMs = Date.parse('2026-11-30T08:00:00Z');
    let known: KnownLedger | null = null;
    const ask = async (request: RegistryRequest, writer: LedgerWriter = tracking) => {
      clockMs += 1000;
      const at = new Date(clockMs).toISOString();
      const changed = await changeRegistry(writer, { modelName: model, request, at, known });
      known = changed.known;
      return changed.answer;
    };
    const forget = (): void => {
      known = null;
    };
    const reading = async () => {
      const read = await readLedger(tracking, model);
      if (read === null) {
        throw new Error(`${model} has no ledger`);
      }
      return read;
    };
    const aliases = async () => (await tracking.findModel(model))?.aliases;
    return { tracking, server, model, ask, forget, reading, aliases };
  };

  test('registry/ledger: no move rests on a record that was edited, also where the owner knew it before', async () => {
    const { tracking, ask, reading, aliases } = await begin();
    await ask(promote('1', null, 'a'));
    await ask(promote('2', '1', 'b'));
    const { runId, entries } = await reading();
    await tracking.putArtifactText(runId, recordPath(1), canonicalJson({ ...entries[0], reason: 'edited' }));
    await expect(ask(promote('3', '2', 'c'))).rejects.toMatchObject({ code: 'LEDGER_BROKEN' });
    expect(await aliases()).toMatchObject({ champion: '2', previous: '1' });
  });

  test('registry/ledger: what was decided about a run moves no version of another run', async () => {
    const { ask, aliases } = await begin();
    await ask(promote('1', null, 'a'));
    const other = { ...promote('2', '1', 'b'), evidence: { run_id: 'the run of a model that was deleted' } };
    expect(await ask(other)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('by now') });
    expect(await aliases()).toMatchObject({ champion: '1' });
  });

  const actions = (entries: readonly LedgerEntry[]) =>
    entries.map(({ seq, action, from, to }) => [seq, action, from, to]);

  test('each move is a record in a chain, and the aliases, the head and the model say what it came to', async () => {
    const { tracking, model, ask, reading, aliases } = await begin();
    expect(await ask(promote('1', null, 'a'))).toMatchObject({ kind: 'done', entry: { seq: 1, to: '1' } });
    expect(await ask(promote('2', '1', 'b'))).toMatchObject({ kind: 'done', entry: { seq: 2, from: '1', to: '2' } });
    expect(await aliases()).toEqual({ champion: '2', previous: '1' });
    const { entries, broken, runId } = await reading();
    expect(broken).toBeNull();
    expect(entries.map(({ at, actor, reason }) => [at, actor, reason])).toEqual([
      ['2026-11-30T08:00:01.000Z', 'ana', 'better than null'],
      ['2026-11-30T08:00:02.000Z', 'ana', 'better than 1'],
    ]);
    expect(entries[1]?.previous_digest).toBe(entries[0]?.digest);
    expect((await tracking.getRun(runId)).status).toBe('FINISHED');
    expect((await tracking.getRun(runId)).tags).toMatchObject({
      'tt.kind': 'registry',
      'tt.registered_model': model,
      'tt.ledger_head': `2 ${entries[1]?.digest}`,
      'tt.ledger_applied': '2',
    });
    expect((await tracking.findModel(model))?.tags).toEqual({ 'tt.champion': '2', 'tt.ledger_run': runId });
  });

  test('a champion from before the ledger is its first record', async () => {
    const { tracking, model, ask, reading, aliases } = await begin();
    await tracking.setAlias(model, 'champion', '1');
    expect(await ask(promote('2', '1', 'a'))).toMatchObject({ kind: 'done', entry: { seq: 2 } });
    const { entries } = await reading();
    expect(actions(entries)).toEqual([
      [1, 'adopt', null, '1'],
      [2, 'promote', '1', '2'],
    ]);
    expect(entries[0]?.reason).toBe('Version 1 was champion in MLflow before this ledger began');
    expect(await aliases()).toEqual({ champion: '2', previous: '1' });
  });

  test('a request asked again, by an owner that knows nothing any more, is answered with its record', async () => {
    const { ask, forget, reading } = await begin();
    const first = await ask(promote('1', null, 'a'));
    forget();
    expect(await ask(promote('1', null, 'a'))).toEqual(first);
    expect((await reading()).entries).toHaveLength(1);
  });

  test('a move by hand is adopted, or taken back where the last experiment says so', async () => {
    const { tracking, model, ask, reading, aliases } = await begin();
    await ask({ ...promote('1', null, 'a'), manualMoves: 'revert' });
    await tracking.setAlias(model, 'champion', '3');
    await ask(look('b'));
    expect(await aliases()).toEqual({ champion: '1' });
    await ask({ ...promote('2', '1', 'c'), manualMoves: 'accept' });
    await tracking.setAlias(model, 'champion', '3');
    await ask(look('d'));
    expect(await aliases()).toEqual({ champion: '3', previous: '2' });
    expect(actions((await reading()).entries).slice(1)).toEqual([
      [2, 'adopt', '1', '3'],
      [3, 'revert', '3', '1'],
      [4, 'promote', '1', '2'],
      [5, 'adopt', '2', '3'],
    ]);
    expect((await tracking.findModel(model))?.tags).toMatchObject({ 'tt.champion': '3', 'tt.manual_moves': 'accept' });
  });

  test('the same verdict on the same evidence is recorded once; other evidence and a later decision anew', async () => {
    const { ask, reading } = await begin();
    await ask(promote('1', null, 'a'));
    const verdict = { ...GATE_NOT_RUN, decision: 'rejected', reasons: ['too low'] } as const;
    const reject = (request: string, change: Partial<GateVerdict> = {}): RegistryRequest => ({
      ...{ kind: 'reject', candidate: '2', comparedWith: '1', request, actor: 'demo-0123456789', reason: 'too low' },
      ...{ evidence: { compared_with: '1' }, verdict: { ...verdict, ...change } },
    });
    const first = await ask(reject('b'));
    expect(await ask(reject('c'))).toEqual(first);
    expect((await reading()).entries).toHaveLength(2);
    await ask(reject('d', { reasons: ['lower still'] }));
    await ask(promote('2', '1', 'e'));
    await ask(promote('1', '2', 'f'));
    await ask(reject('g'));
    expect(actions((await reading()).entries).map(([seq, action]) => [seq, action])).toEqual([
      ...[
        [1, 'promote'],
        [2, 'reject'],
        [3, 'reject'],
        [4, 'promote'],
        [5, 'promote'],
        [6, 'reject'],
      ],
    ]);
  });

  test('a promotion that rests on another champion moves nothing', async () => {
    const { ask, aliases } = await begin();
    await ask(promote('1', null, 'a'));
    expect(await ask(promote('2', null, 'b'))).toEqual({ kind: 'outdated', champion: '1' });
    expect(await aliases()).toEqual({ champion: '1' });
  });

  test('killed before any of its writes, a promotion that is asked again ends as one would', async () => {
    for (let writes = 0, isDone = false; !isDone; writes += 1) {
      const { tracking, ask, forget, reading, aliases } = await begin();
      await ask(promote('1', null, 'a'));
      let left = writes;
      const dying = tracking.guardedBy(async () => {
        left -= 1;
        if (left < 0) {
          throw new Error('killed');
        }
      });
      isDone = await ask(promote('2', '1', 'b'), dying).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ message: 'killed' });
          return false;
        },
      );
      // What serves is one of the two, and what a rollback returns to is never the candidate.
      expect(['1', '2']).toContain((await aliases())?.champion);
      expect((await aliases())?.previous).not.toBe('2');
      forget();
      expect(await ask(promote('2', '1', 'b'))).toMatchObject({ kind: 'done', entry: { seq: 2, to: '2' } });
      const { entries, broken, runId } = await reading();
      expect([broken, ...actions(entries)], `${writes} writes`).toEqual([
        null,
        [1, 'promote', null, '1'],
        [2, 'promote', '1', '2'],
      ]);
      expect(await aliases()).toEqual({ champion: '2', previous: '1' });
      expect((await tracking.getRun(runId)).tags['tt.ledger_applied']).toBe('2');
      expect(writes).toBeLessThan(30);
    }
  });

  test('a record written by somebody else in between is read first', async () => {
    const { tracking, ask, reading } = await begin();
    await ask(promote('1', null, 'a'));
    let isFirst = true;
    const late: LedgerWriter = {
      ...tracking,
      getArtifactText: async (runId, path) => {
        if (path === recordPath(2) && isFirst) {
          isFirst = false;
          await ask(promote('3', '1', 'other'));
        }
        return tracking.getArtifactText(runId, path);
      },
    };
    expect(await ask(promote('2', '1', 'b'), late)).toEqual({ kind: 'outdated', champion: '3' });
    expect(actions((await reading()).entries)).toEqual([
      [1, 'promote', null, '1'],
      [2, 'promote', '1', '3'],
    ]);
  });

  test('a record that was edited, removed or replaced is named, and no further move rests on it', async () => {
    const { tracking, ask, forget, reading } = await begin();
    await ask(promote('1', null, 'a'));
    await ask(promote('2', '1', 'b'));
    await ask(promote('3', '2', 'c'));
    const { runId, entries } = await reading();
    const second = entries[1] as LedgerEntry;
    const restore = (): Promise<void> => tracking.putArtifactText(runId, recordPath(2), canonicalJson(second));

    await tracking.putArtifactText(runId, recordPath(2), canonicalJson({ ...second, reason: 'another' }));
    expect((await reading()).broken).toEqual({
      seq: 2,
      reason: 'was edited: its digest is not that of its content',
    });
    forget();
    await expect(ask(promote('1', '3', 'd'))).rejects.toMatchObject({ code: 'LEDGER_BROKEN' });
    await tracking.putArtifactText(runId, recordPath(2), '{');
    expect((await reading()).broken).toEqual({ seq: 2, reason: 'cannot be read' });
    await tracking.deleteArtifact(runId, recordPath(2));
    expect((await reading()).broken).toEqual({ seq: 2, reason: 'is missing' });
    await restore();
    expect((await reading()).broken).toBeNull();
    await tracking.deleteArtifact(runId, recordPath(3));
    expect((await reading()).broken).toEqual({ seq: 3, reason: 'is missing: the ledger had 3 records' });
    const { entries: kept } = await reading();
    expect(actions(kept)).toHaveLength(2);
  });

  test('newest records that were removed are named, whatever became of the tag that names the last one', async () => {
    const { tracking, ask, forget, reading } = await begin();
    await ask(promote('1', null, 'a'));
    await ask(promote('2', '1', 'b'));
    await ask(promote('3', '2', 'c'));
    const { runId, entries } = await reading();
    const [, second, third] = entries as [LedgerEntry, LedgerEntry, LedgerEntry];
    const setHead = (text: string): Promise<void> => tracking.setTags(runId, { 'tt.ledger_head': text });
    const brokenWith = async (text: string) => {
      await setHead(text);
      return (await reading()).broken;
    };
    const unreadable = {
      seq: 3,
      reason:
        'may have been replaced, or one after it removed: the tag that names the last record (tt.ledger_head of its run) cannot be read',
    };
    for (const text of ['', 'hello', '3 deadbeef']) {
      expect(await brokenWith(text)).toEqual(unreadable);
    }
    forget();
    await expect(ask(promote('1', '3', 'd'))).rejects.toMatchObject({ code: 'LEDGER_BROKEN' });
    expect(await brokenWith(`3 ${second.digest}`)).toEqual({
      seq: 3,
      reason: 'was replaced: the ledger ended with another digest',
    });
    expect(await brokenWith(`3 ${third.digest}`)).toBeNull();
    await tracking.deleteArtifact(runId, recordPath(3));
    for (const text of ['', 'hello', '3 deadbeef', `2 ${second.digest}`, `3 ${third.digest}`]) {
      expect(await brokenWith(text)).toEqual({ seq: 3, reason: 'is missing: the ledger had 3 records' });
    }
  });

  test('once the run of a broken ledger is deleted, a new one begins with the champion of now', async () => {
    const { tracking, server, ask, reading, aliases } = await begin();
    await ask(promote('1', null, 'a'));
    const { runId } = await reading();
    await tracking.putArtifactText(runId, recordPath(1), '{');
    await server.deleteRun(runId);
    expect(await ask(promote('2', '1', 'b'))).toMatchObject({ kind: 'done', entry: { seq: 2 } });
    const read = await reading();
    expect(read.runId).not.toBe(runId);
    expect(actions(read.entries)).toEqual([
      [1, 'adopt', null, '1'],
      [2, 'promote', '1', '2'],
    ]);
    expect(await aliases()).toEqual({ champion: '2', previous: '1' });
  });

  test('a champion whose version was deleted is none, and another one is promoted', async () => {
    const { tracking, server, model, ask, reading } = await begin();
    await ask(promote('1', null, 'a'));
    await ask(promote('2', '1', 'b'));
    await server.deleteVersion(model, '2');
    expect(await tracking.versionsOf(model)).toEqual(expect.arrayContaining(['1', '3']));
    expect(await ask(promote('3', null, 'c'))).toMatchObject({ kind: 'done' });
    expect(actions((await reading()).entries).slice(2)).toEqual([
      [3, 'repair', '2', null],
      [4, 'promote', null, '3'],
    ]);
    expect((await tracking.findByAlias(model, 'champion'))?.version).toBe('3');
    expect((await tracking.findByAlias(model, 'previous'))?.version).toBe('1');
  });

  test('what has lost a file is neither promoted nor rolled back to nor asked about, and a move by hand is recorded all the same', async () => {
    const { tracking, model, ask, reading, aliases } = await begin();
    await ask(promote('1', null, 'a'));
    await ask(promote('2', '1', 'b'));
    const { runId: first } = await tracking.getVersion(model, '1');
    const { runId: third } = await tracking.getVersion(model, '3');
    await tracking.deleteArtifact(first, 'model/manifest.json');
    const rollback = { kind: 'rollback', request: 'c', actor: 'ana', reason: 'worse', evidence: {} } as const;
    const refusal = (version: string, run: string, file: string) => ({
      ...{ kind: 'refused', reason: `Version ${version} cannot be loaded: its run ${run} has no artifact ${file}.` },
      hint: 'Restore the artifacts of its run from a backup, or promote another version.',
    });
    expect(await ask(rollback)).toEqual(refusal('1', first, 'model/manifest.json'));
    await tracking.setAlias(model, 'champion', '1');
    await tracking.deleteArtifact(third, 'model/weights.bin');
    expect(await ask(promote('3', '1', 'd'))).toEqual(refusal('3', third, 'model/weights.bin'));
    await putModelArtifacts(tracking, third);
    await tracking.deleteArtifact(third, 'encoder.json');
    expect(await ask(promote('3', '2', 'e'))).toEqual(refusal('3', third, 'encoder.json'));
    expect(actions((await reading()).entries).slice(2)).toEqual([[3, 'adopt', '2', '1']]);
    await putModelArtifacts(tracking, third);
    expect(await ask(promote('3', '1', 'f'))).toMatchObject({ kind: 'done' });
    // What is recorded is answered as it was, whatever became of its files since.
    await tracking.deleteArtifact(third, 'encoder.json');
    expect(await ask(promote('3', '1', 'f'))).toMatchObject({ kind: 'done', entry: { seq: 4 } });
    expect(await aliases()).toMatchObject({ champion: '3', previous: '1' });
  });

  test('a model that is not there is refused', async () => {
    const { tracking } = await begin();
    const change = { modelName: 'nobody', manualMoves: 'accept', at: '2026-11-30T08:00:00Z', known: null } as const;
    expect(await changeRegistry(tracking, { ...change, request: promote('1', null, 'a') })).toMatchObject({
      answer: { kind: 'refused', reason: 'There is no registered model nobody in MLflow.' },
    });
  });
};
