import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry, LedgerEvidence } from '../../../../contracts/ledger.ts';
import { recordedNote } from '../../../../policy/gate/rules/recorded-note.ts';
import { changedEvidence, type EvidenceReader } from '../../../../registry/ledger/check-evidence.ts';
import { digestOfVerdict } from '../../../../registry/ledger/digest.ts';
import { createFakeTracking } from '../../../support/fake-tracking.ts';
import { comparedVerdict } from '../../../support/gate-verdicts.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const VERDICT = comparedVerdict();
const EVIDENCE = {
  run_id: 'candidate',
  test_metrics_digest: sha256('metrics'),
  gate_users_digest: sha256('users'),
  verdict_digest: digestOfVerdict(VERDICT),
};

const entry = (seq: number, evidence: LedgerEvidence): LedgerEntry => ({
  ...{ seq, at: '2026-11-01T12:00:00.000Z', actor: 'ana', action: 'reject', alias: 'challenger', from: '4', to: null },
  ...{ reason: 'why', request: 'r', previous_digest: null, digest: 'd', evidence },
});

/** A candidate's run as its evaluation and its verdict have left it. */
const judged = () => {
  const fake = createFakeTracking();
  fake.addRun('candidate');
  const reader: EvidenceReader = {
    getArtifactFile: fake.tracking.getArtifactFile,
    measuredRuns: async (runIds) => {
      const record = (runId: string) => ({
        ...{ runId, experimentId: '1', isDeleted: false, artifactUri: '', metrics: {}, tags: fake.runOf(runId).tags },
      });
      return new Map(runIds.filter((id) => id === 'candidate').map((runId) => [runId, record(runId)]));
    },
  };
  const put = (path: string, text: string) => fake.tracking.putArtifactText('candidate', path, text);
  const whole = async (): Promise<void> => {
    await put('test_metrics.json', 'metrics');
    await put('gate_users.parquet', 'users');
    await put('gate.json', JSON.stringify(VERDICT));
  };
  return { ...fake, reader, put, whole };
};

const NOTHING = { problems: [], notes: [] };

describe('registry/ledger/check-evidence', () => {
  it('is silent where the files are those that the last record about their run rests on', async () => {
    const { reader, whole, put } = judged();
    await whole();
    const older = { ...EVIDENCE, test_metrics_digest: sha256('older'), gate_users_digest: sha256('older') };
    // A move by hand has no digests: the record before it has.
    const entries = [entry(1, older), entry(2, EVIDENCE), entry(3, { run_id: 'candidate' })];
    expect(await changedEvidence(reader, entries)).toEqual(NOTHING);
    const again = { ...VERDICT, reasons: [recordedNote('ranker', 2), ...VERDICT.reasons] };
    await put('gate.json', JSON.stringify(again));
    expect(await changedEvidence(reader, entries)).toEqual(NOTHING);
    const answered = { ...VERDICT, decision: 'promoted', reasons: [...VERDICT.reasons, 'Approved by ana: good'] };
    await put('gate.json', JSON.stringify(answered));
    const question = { ...EVIDENCE, verdict_digest: digestOfVerdict({ ...VERDICT, decision: 'awaiting_approval' }) };
    expect(await changedEvidence(reader, [entry(1, question)])).toEqual(NOTHING);
  });

  it.each([
    ['test_metrics.json', 'metric5'],
    ['gate_users.parquet', 'other users'],
    ['gate.json', JSON.stringify({ ...VERDICT, decision: 'promoted' })],
    ['gate.json', 'no JSON'],
  ])('names a %s that was changed, and one that is missing', async (path, text) => {
    const { reader, whole, put, tracking } = judged();
    await whole();
    await put(path, text);
    const named = `${path} of run candidate, which record 2 rests on,`;
    const entries = [entry(2, EVIDENCE)];
    const changed = `${named} was changed: its digest is another one`;
    expect(await changedEvidence(reader, entries)).toEqual({ problems: [changed], notes: [] });
    await tracking.deleteArtifact('candidate', path);
    expect(await changedEvidence(reader, entries)).toEqual({ problems: [`${named} is missing`], notes: [] });
  });

  it('notes a run that was judged again since, of which nothing was recorded; an edit after that is named', async () => {
    const { reader, whole, put, tracking } = judged();
    await whole();
    const later = { 'test_metrics.json': 'metrics 2', 'gate_users.parquet': 'users 2', 'gate.json': '{"reasons":[]}' };
    for (const [path, text] of Object.entries(later)) {
      await put(path, text);
    }
    await tracking.setTags('candidate', {
      'tt.test_metrics_digest': sha256(later['test_metrics.json']),
      'tt.gate_users_digest': sha256(later['gate_users.parquet']),
      'tt.gate_digest': sha256(later['gate.json']),
    });
    const files = 'test_metrics.json, gate_users.parquet, gate.json';
    const note = `run candidate was judged again since record 1, so that its ${files} cannot be compared with it`;
    const entries = [entry(1, EVIDENCE)];
    expect(await changedEvidence(reader, entries)).toEqual({ problems: [], notes: [note] });
    await put('gate_users.parquet', 'users 3');
    expect((await changedEvidence(reader, entries)).problems).toEqual([
      'gate_users.parquet of run candidate, which record 1 rests on, was changed: its digest is another one',
    ]);
  });

  it('says that a run is gone for good, and how many were recorded without digests', async () => {
    const { reader } = judged();
    const old = { run_id: 'old', verdict_digest: 'x' };
    const entries = [entry(1, old), entry(2, { ...EVIDENCE, run_id: 'gone' }), entry(3, old), entry(4, {})];
    expect(await changedEvidence(reader, entries)).toEqual({
      problems: ['run gone, whose evaluation record 2 rests on, was deleted for good'],
      notes: [
        "test_metrics.json, gate_users.parquet and gate.json of 1 candidate's run were recorded without their digests: nobody can tell whether they were edited",
      ],
    });
  });
});
