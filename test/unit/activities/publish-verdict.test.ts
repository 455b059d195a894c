import { expect, test } from 'vitest';
import { publishVerdict } from '../../../activities/publish-verdict.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { DecidedVerdict } from '../../../contracts/gate.ts';
import { createReports } from '../../../reports/create-reports.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';
import { comparedVerdict } from '../../support/gate-verdicts.ts';

const DETAILS = { users: 3, better: 1, worse: 1, equal: 1, differences: [-0.5, 0, 0.5], slices: [] };

/** Version 1 of a model, whose run was evaluated; what a verdict on it leaves behind. */
const publish = async (verdict: DecidedVerdict, evaluated: object | null, refused?: string) => {
  const fake = createFakeTracking({
    beforeWrite: (method, runId) => {
      if (method === 'putArtifactText' && runId === refused) {
        throw new TtExpError('UPSTREAM_REJECTED', 'refused');
      }
    },
  });
  fake.addRun('parent', { tags: { 'tt.experiment_id': 'demo-0123456789' } });
  const { artifacts } = fake.addRun('candidate', { experimentId: '7', tags: { 'tt.dataset_version': 'v-1' } });
  if (evaluated !== null) {
    artifacts.set('test_metrics.json', Buffer.from(JSON.stringify(evaluated)));
  }
  fake.addVersion('model', 'candidate', {}, 'as described');
  const deps = { tracking: fake.tracking, reports: createReports() };
  const published = { parentRunId: 'parent', runId: 'candidate', modelName: 'model', verdict };
  const outcome = await publishVerdict(deps, published).then(() => 'published', String);
  const textOf = (runId: string, path: string) => fake.runOf(runId).artifacts.get(path)?.toString() ?? null;
  return { outcome, textOf, description: () => fake.modelOf('model').versions[0]?.description };
};

const verdictOn1 = (change: Partial<DecidedVerdict> = {}): DecidedVerdict =>
  comparedVerdict({ candidate: { version: '1', run_id: 'candidate', ndcg_at_10: 0.31 }, ...change });

const LINK = '[Gate: not promoted](#/experiments/7/runs/candidate/artifacts/gate.html?workflowType=machine_learning)';

test('verdict and page lie on both runs, and the version links to the page', async () => {
  const verdict = verdictOn1();
  const { textOf, description, outcome } = await publish(verdict, { ci: verdict.ci, details: DETAILS });
  expect(outcome).toBe('published');
  for (const run of ['candidate', 'parent']) {
    expect(JSON.parse(textOf(run, 'gate.json') ?? '')).toEqual(verdict);
    expect(textOf(run, 'gate.html')).toContain('Experiment demo-0123456789, on the test part of dataset version v-1.');
    expect(textOf(run, 'gate.html')).toContain('Difference of each user, sorted');
  }
  expect(description()).toBe(`as described\n\n${LINK}`);
});

test.each([
  ['of another comparison', { ci: { mean: 0, low: 0, high: 0, confidence: 0.95 }, details: DETAILS }],
  ['that are not there', null],
])('a page shows no per-user figures %s', async (_, evaluated) => {
  const { textOf } = await publish(verdictOn1(), evaluated);
  expect(textOf('candidate', 'gate.html')).toContain('A later evaluation has replaced the per-user figures');
});

test('the run and the version of a champion keep the verdict that made it so', async () => {
  const side = { version: '1', run_id: 'candidate', ndcg_at_10: 0.31 };
  const { textOf, description } = await publish(verdictOn1({ champion: side, ci: null }), null);
  expect(textOf('parent', 'gate.html')).not.toBeNull();
  expect(textOf('candidate', 'gate.html')).toBeNull();
  expect(description()).toBe('as described');
});

test('what can be written is written where one run refuses, and the refusal is told', async () => {
  const { outcome, textOf, description } = await publish(verdictOn1(), null, 'parent');
  expect(outcome).toContain('refused');
  expect(textOf('candidate', 'gate.html')).not.toBeNull();
  expect(description()).toContain(LINK);
  const other = await publish(verdictOn1(), null, 'candidate');
  // A link to a page that is not there helps nobody.
  expect(other.description()).toBe('as described');
});
