import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../../contracts/ledger.ts';
import type { OpenQuestion } from '../../../contracts/registry-owner.ts';
import {
  type AskedLedger,
  deletedQuestion,
  keepQuestion,
  lostQuestion,
  questionProblem,
  readQuestion,
} from '../../../registry/ledger/kept-question.ts';
import { gateConfig } from '../../support/experiment-fixtures.ts';
import { comparedVerdict } from '../../support/gate-verdicts.ts';

const QUESTION = {
  candidate: '4',
  experimentId: 'sweep-0123456789',
  verdict: { ...comparedVerdict(), decision: 'awaiting_approval' },
  gate: gateConfig(),
} as unknown as OpenQuestion;

/** Artifacts and the tag of one run. */
const kept = async () => {
  let text: string | null = null;
  const tags: Record<string, string> = {};
  const tracking = {
    getArtifactText: async () => text,
    putArtifactText: async (_run: string, _path: string, content: string) => {
      text = content;
    },
    setTags: async (_run: string, changed: Readonly<Record<string, string>>) => {
      Object.assign(tags, changed);
    },
  };
  await keepQuestion(tracking, 'run', { seq: 2, question: QUESTION });
  const read = () =>
    readQuestion(tracking, 'run', [], {
      modelName: QUESTION.gate.model_name,
      request: { kind: 'reconcile', request: 'r', actor: 'tt-exp', reason: 'to look', evidence: {} },
    });
  const edit = (change: (content: string) => string | null) => {
    text = change(text ?? '');
  };
  const [seq, digest = ''] = (tags['tt.question_head'] ?? '').split(' ');
  const questionHead = { seq: Number(seq), digest };
  const ledger: AskedLedger = { runId: 'run', modelName: 'm', questionHead, entries: [], challenger: '4' };
  return { tracking, read, edit, ledger };
};

test('registry/ledger/kept-question: what was kept is read again', async () => {
  const { tracking, read, ledger } = await kept();
  expect(await read()).toEqual(QUESTION);
  expect(await questionProblem(tracking, ledger)).toBeNull();
  expect(await lostQuestion(tracking, ledger)).toBeNull();
});

test.each([
  ['another candidate', (text: string) => text.replace('"candidate": "4"', '"candidate": "5"'), 'was edited'],
  ['another place in the ledger', (text: string) => text.replace('"seq": 2', '"seq": 9'), 'was edited'],
  ['a beginning alone', (text: string) => text.slice(0, 40), 'cannot be read'],
])('registry/ledger/kept-question: %s is refused, and named by verify', async (_, change, problem) => {
  const { tracking, read, edit, ledger } = await kept();
  edit(change);
  await expect(read()).rejects.toMatchObject({ code: 'LEDGER_BROKEN', message: expect.stringContaining(problem) });
  expect(await questionProblem(tracking, ledger)).toContain(`question.json of the ledger, MLflow run run, ${problem}`);
});

test('registry/ledger/kept-question: one that was deleted is noticed while its version awaits approval', async () => {
  const { tracking, read, edit, ledger } = await kept();
  edit(() => null);
  expect(await read()).toBeNull();
  const problem = await questionProblem(tracking, ledger);
  expect(problem).toContain('Version 4 awaits approval, and its question is gone (question.json of the ledger');
  expect(problem).toContain('`tt-exp models promote m/4 --reason …`');
  expect(await lostQuestion(tracking, ledger)).toBe(problem);
  // A later record has settled it; nothing awaits approval; or it was asked by a version that kept none.
  const entry = { seq: 3, from: '4', to: null } as LedgerEntry;
  for (const settled of [{ entries: [entry] }, { challenger: null }, { questionHead: null }]) {
    expect(await questionProblem(tracking, { ...ledger, ...settled })).toBeNull();
  }
  expect(await lostQuestion(tracking, { ...ledger, entries: [{ ...entry, seq: 2 }] })).toBe(problem);
});

test('registry/ledger/kept-question: an earlier one in its place is named', async () => {
  const { tracking, ledger } = await kept();
  await keepQuestion(tracking, 'run', { seq: 1, question: { ...QUESTION, candidate: '3' } });
  expect(await questionProblem(tracking, ledger)).toContain('is another one than was asked last');
});

test('registry/ledger/kept-question: a version that was deleted while it awaited approval is named, with the way out', async () => {
  const { tracking, ledger } = await kept();
  expect(await deletedQuestion(tracking, ledger, ['3'])).toBe(
    'Version 4 awaited approval and was deleted, so nobody can approve it; its question stays open: `tt-exp reject m --reason …` settles it.',
  );
  expect(await deletedQuestion(tracking, ledger, ['3', '4'])).toBeNull();
  const settled = { seq: 3, from: '4', to: null } as LedgerEntry;
  expect(await deletedQuestion(tracking, { ...ledger, entries: [settled] }, ['3'])).toBeNull();
  expect(await deletedQuestion(tracking, { ...ledger, questionHead: null }, ['3'])).toBeNull();
});
