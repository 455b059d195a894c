import { describe, expect, test } from 'vitest';
import type { SweepFacts } from '../../../contracts/experiment.ts';
import { parentSummary } from '../../../reports/parent-summary.ts';
import { evaluationSummary } from '../../support/experiment-fixtures.ts';
import { changed, type ViewFields } from '../../support/experiment-views.ts';
import { SMALL_CONFIG, SMALL_FACTS } from '../../support/small-sweep.ts';

const facts = (change: Partial<ViewFields> = {}, config: Partial<SweepFacts['config']> = {}): SweepFacts => ({
  format: 1,
  config: { ...SMALL_CONFIG, ...config },
  snapshot: changed(SMALL_FACTS.snapshot, { parentRunId: 'parent', ...change }),
});

describe('reports/parent-summary', () => {
  test("the best trial's value and parameters are the parent's metrics and parameters", () => {
    const test = { model: evaluationSummary(0.31), baselines: {} };
    expect(parentSummary(facts({ test }))).toMatchObject({
      params: { 'training.learning_rate': '0.3' },
      metrics: { best_val_ndcg_at_10: 0.4, best_epoch: 4, test_ndcg_at_10: 0.31 },
    });
    // Of another objective both are there; every fixture's MAP is 0.3.
    const { metrics } = parentSummary(facts({ objective: { metric: 'map', direction: 'maximise' } }));
    expect(metrics).toEqual({ best_val_ndcg_at_10: 0.4, best_val_map: 0.3, best_epoch: 4 });
  });

  test('the note links the best trial, the sorted trials and the reused runs', () => {
    const { note } = parentSummary(facts({}, { description: 'Which rate?' }));
    const trials =
      '[Its trials, best first](#/experiments/3/runs?workflowType=machine_learning' +
      '&searchFilter=tags.mlflow.parentRunId%20%3D%20%22parent%22' +
      '&orderByKey=metrics.%60best_val_ndcg_at_10%60&orderByAsc=false)';
    expect(note.split('\n\n')).toEqual([
      `The best of 4 trials is **[trial-002](#/experiments/3/runs/run-of-old)**: validation NDCG@10 0.4000. ${trials}`,
      'Parameters: training.learning_rate 0.3. Gate: promoted.',
      'Which rate?',
      'Results of earlier runs that were reused: [trial-002](#/experiments/3/runs/run-of-old).',
    ]);
    const byMap = parentSummary(facts({ objective: { metric: 'map', direction: 'maximise' } })).note;
    expect(byMap).toContain('**: validation MAP 0.4000. [Its trials');
    expect(byMap).toContain('&orderByKey=metrics.%60best_val_map%60&orderByAsc=false)');
    const all = SMALL_FACTS.snapshot.trials.map((trial) => ({ ...trial, isReused: true }));
    expect(parentSummary(facts({ trials: all })).note).not.toContain('best first');
  });

  test('of a sweep without a best trial it says what went wrong', () => {
    const error = { code: 'ALL_TRIALS_FAILED' as const, message: 'all trials failed' };
    const failed = facts({ status: 'failed', bestTrialId: null, trials: [], error });
    expect(parentSummary(failed)).toMatchObject({
      note: expect.stringMatching(/^It failed: all trials failed\n\n/),
      params: {},
      metrics: {},
    });
  });

  test('of many reused trials fifty are linked, and the rest counted', () => {
    const [trial] = SMALL_FACTS.snapshot.trials;
    const trials = Array.from({ length: 53 }, (_, index) => ({
      ...(trial as NonNullable<typeof trial>),
      ...{ trialId: `trial-${index}`, runId: `run-${index}`, isReused: true },
    }));
    const line =
      parentSummary(facts({ trials, bestTrialId: null }))
        .note.split('\n\n')
        .at(-1) ?? '';
    expect(line.match(/\]\(#/g)).toHaveLength(50);
    expect(line).toMatch(/, and 3 more in sweep.json\.$/);
  });
});
