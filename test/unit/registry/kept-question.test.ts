import { expect, test } from 'vitest';
import type { OpenQuestion } from '../../../contracts/registry-owner.ts';
import { keepQuestion, questionProblem, readQuestion } from '../../../registry/ledger/kept-question.ts';
import { gateConfig } from '../../support/experiment-fixtures.ts';
import { comparedVerdict } from '../../support/gate-verdicts.ts';

const QUESTION = {
  candidate: '4',
  experimentId: 'sweep-0123456789',
  verdict: { ...comparedVerdict(), decision: 'awaiting_approval' },
  gate: gateConfig(),
} as unknown as OpenQuestion;

/** Artifacts of one run. */
const kept = async () => {
  let text: string | null = null;
  const tracking = {
    getArtifactText: async () => text,
    putArtifactText: async (_run: string, _path: string, content: string) => {
      text = content;
    },
  };
  await keepQuestion(tracking, 'run', { seq: 2, question: QUESTION });
  const read = () =>
    readQuestion(tracking, 'run', [], {
      modelName: QUESTION.gate.model_name,
      request: { kind: 'reconcile', request: 'r', actor: 'tt-exp', reason: 'to look', evidence: {} },
    });
  const edit = (change: (content: string) => string) => {
    text = change(text ?? '');
  };
  return { tracking, read, edit };
};

test('registry/ledger/kept-question: what was kept is read again', async () => {
  const { tracking, read } = await kept();
  expect(await read()).toEqual(QUESTION);
  expect(await questionProblem(tracking, 'run')).toBeNull();
});

test.each([
  ['another candidate', (text: string) => text.replace('"candidate": "4"', '"candidate": "5"'), 'was edited'],
  ['another place in the ledger', (text: string) => text.replace('"seq": 2', '"seq": 9'), 'was edited'],
  ['a beginning alone', (text: string) => text.slice(0, 40), 'cannot be read'],
])('registry/ledger/kept-question: %s is refused, and named by verify', async (_, change, problem) => {
  const { tracking, read, edit } = await kept();
  edit(change);
  await expect(read()).rejects.toMatchObject({ code: 'LEDGER_BROKEN', message: expect.stringContaining(problem) });
  expect(await questionProblem(tracking, 'run')).toContain(`question.json of the ledger, MLflow run run, ${problem}`);
});
