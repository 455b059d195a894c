import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../contracts/runs.ts';
import { ledgerAmong } from '../../../registry/ledger/find-ledger.ts';
import { readLedgerOf } from '../../../registry/ledger/read-ledger.ts';

const MODEL = { name: 'two-tower', createdAtMs: 1, aliases: {}, tags: { 'tt.ledger_run': 'r' } };

/** What is broken of a ledger without any record. */
const brokenOf = async (tags: RunRecord['tags']) => {
  const run: RunRecord = {
    ...{ runId: 'r', experimentId: '1', status: 'FINISHED', startTimeMs: 0, endTimeMs: 1, tags },
  };
  const ledger = ledgerAmong([run], MODEL);
  if (ledger === null) {
    throw new Error('expected the ledger');
  }
  const none = { listArtifacts: async () => [], getArtifactText: async () => null };
  return { problem: ledger.headProblem, broken: (await readLedgerOf(none, ledger)).broken };
};

describe('registry/ledger/find-ledger', () => {
  it('records that were carried out were there, also where the tag of the last one was removed', async () => {
    expect(await brokenOf({ 'tt.ledger_applied': '21' })).toEqual({
      problem: '(tt.ledger_head of its run) is missing',
      broken: { seq: 1, reason: 'is missing: the ledger had 21 records' },
    });
  });

  it('a ledger that was killed before its first tag, or has no record yet, is intact', async () => {
    expect(await brokenOf({})).toEqual({ problem: null, broken: null });
    expect(await brokenOf({ 'tt.ledger_applied': '0' })).toEqual({ problem: null, broken: null });
  });

  it('a count that is none hides no tag that cannot be read', async () => {
    expect((await brokenOf({ 'tt.ledger_head': 'hello', 'tt.ledger_applied': 'none' })).broken).toEqual({
      seq: 1,
      reason: expect.stringContaining('(tt.ledger_head of its run) cannot be read'),
    });
  });
});
