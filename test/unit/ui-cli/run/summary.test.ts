import { describe, expect, test } from 'vitest';
import type { GateRule } from '../../../../contracts/gate.ts';
import { humanSummary } from '../../../../ui-cli/run/human-summary.ts';
import { type SummaryFrame, summarise } from '../../../../ui-cli/run/summary.ts';
import { evaluationSummary } from '../../../support/experiment-fixtures.ts';
import {
  completedView,
  EXPERIMENT_ID,
  progressAt,
  replicateViews,
  trainingView,
  trialView,
  WORKFLOW_ID,
} from '../../../support/experiment-views.ts';
import { ADDRESSES } from '../../../support/fake-cli/fake-platform.ts';

const LEFT_OUT = {
  rows: 1203,
  reasons: [
    { reason: 'ignored type (data.ignored_types)', rows: 1200 },
    { reason: 'no time', rows: 3 },
  ],
};
const DATABASE = { host: 'db.example', port: 5432, database: 'app', user: 'reader', options: null };

const frame = (change: Partial<SummaryFrame> = {}): SummaryFrame => ({
  experimentId: EXPERIMENT_ID,
  workflowId: WORKFLOW_ID,
  status: 'completed',
  addresses: ADDRESSES,
  error: null,
  ...change,
});

describe('ui-cli/summary', () => {
  test('has exactly the keys of the contract', () => {
    const summary = summarise(completedView(), frame());
    expect(Object.keys(summary)).toEqual([
      'experiment_id',
      'workflow_id',
      'status',
      'dataset',
      'trials',
      'replicates',
      'sweep',
      'best',
      'test',
      'gate',
      'gate_since',
      'model',
      'urls',
      'timings',
      'tensorflow',
      'error',
      'problems',
    ]);
    expect(Object.keys(summary.dataset ?? {})).toEqual([
      'version',
      'samples',
      'splits',
      'label_distribution',
      'embedding_coverage',
      'feature_dims',
      'source',
      'left_out',
      'warnings',
    ]);
  });

  test('rows left out are said with their reasons, as text and as JSON', () => {
    const view = completedView({ leftOut: LEFT_OUT, source: DATABASE });
    expect(summarise(view, frame()).dataset).toMatchObject({ left_out: LEFT_OUT, source: DATABASE });
    const text = humanSummary(view, ADDRESSES).join('\n');
    expect(text).toContain('  1,203 rows left out: 1,200 × ignored type (data.ignored_types), 3 × no time\n');
    expect(text).toContain('  source: Postgres at db.example:5432, database app, user reader\n');
    expect(humanSummary(completedView(), ADDRESSES).join('\n')).not.toContain('left out');
    const warned = completedView({ dataWarnings: ['early-times: Interactions lie before 1990: 3 of 9'] });
    expect(humanSummary(warned, ADDRESSES)).toContain('  warning: early-times: Interactions lie before 1990: 3 of 9');
    expect(summarise(warned, frame()).dataset?.warnings).toEqual(warned.dataWarnings);
  });

  test('gives each trial its figures, and nulls before there are any', () => {
    const { trials } = summarise(completedView(), frame());
    expect(trials[0]).toEqual({
      trial_id: 'trial-000',
      run_id: 'run-0',
      status: 'completed',
      params: { 'training.learning_rate': 0.001, 'model.hidden_dims': [64, 32] },
      best_epoch: 2,
      epochs: 2,
      val: { ...evaluationSummary(0.31), loss: 0.5 },
      seconds: 1,
      resumed_from_epoch: null,
      reports: [],
      reason: null,
      reused: false,
      attempt: 1,
      error: null,
    });
    expect(trials[2]).toMatchObject({
      status: 'failed',
      best_epoch: null,
      epochs: 0,
      val: {},
      seconds: null,
      error: { code: 'TRAINING_DIVERGED' },
    });
  });

  test('best, test, gate, model, addresses and timings of a completed experiment', () => {
    expect(summarise(completedView(), frame())).toMatchObject({
      best: { trial_id: 'trial-000', run_id: 'run-0' },
      test: { model: { ndcg_at_10: 0.4 }, baselines: { oracle: { ndcg_at_10: 0.6 } } },
      gate: { decision: 'promoted' },
      model: { name: 'two-tower', version: '3', aliases: ['champion'] },
      urls: { mlflow: 'http://127.0.0.1:5000', temporal: 'http://127.0.0.1:8233' },
      // 0.5 + 1 + 0.4 + 0.2 + 2 for the data, 60 + 3 + 1 + 0.5 for the rest.
      timings: { prepare: 0.5, train: 60, total: 68.6 },
      tensorflow: { backend: 'native', library: 'libtensorflow 2.21.0' },
    });
  });

  test('one that ended early counts the time in the phase that it ended in', () => {
    // 4.1 s for the data, the rest of the three minutes in training, which has no timing of its own.
    const cancelled = trainingView({ status: 'cancelled' });
    const view = { ...cancelled, endedAtMs: cancelled.startedAtMs + 180_000 };
    expect(summarise(view, frame({ status: 'cancelled' })).timings).toEqual({ ...view.timings, total: 180 });
    expect(humanSummary(view, ADDRESSES)[0]).toContain(': cancelled after 3 min');
  });

  test('tells how a sweep is steered, and of each trial what it reported and why it ended', () => {
    const reports = [{ epoch: 3, value: 0.1, sequence: 4 }];
    const sweep = { isPaused: true, maxParallel: 3, halt: 'target', trialCount: 9 } as const;
    const trials = [trialView(0, { status: 'pruned', reports, reason: 'too low', isReused: true, attempt: 2 })];
    expect(summarise(trainingView({ sweep, trials }), frame())).toMatchObject({
      sweep: { paused: true, max_parallel: 3, halt: 'target', trial_count: 9 },
      trials: [{ status: 'pruned', reports, reason: 'too low', reused: true, attempt: 2 }],
    });
  });

  test('a detached watcher reports running trials as far as it saw them', () => {
    const view = trainingView({ progress: { 'trial-001': progressAt(4, { resumedFromEpoch: 2 }) } });
    expect(summarise(view, frame({ status: 'detached' }))).toMatchObject({
      status: 'detached',
      trials: [{}, { status: 'running', epochs: 4, resumed_from_epoch: 2 }, { status: 'pending', epochs: 0 }],
    });
  });

  test('without a view every key is there, empty', () => {
    const outside = { ...ADDRESSES, temporal: { ...ADDRESSES.temporal, uiUrl: null } };
    expect(summarise(null, frame({ status: 'detached', addresses: outside }))).toEqual({
      experiment_id: EXPERIMENT_ID,
      workflow_id: WORKFLOW_ID,
      status: 'detached',
      dataset: null,
      trials: [],
      replicates: [],
      sweep: null,
      best: null,
      test: null,
      gate: {
        decision: 'not_run',
        reasons: [],
        candidate: null,
        champion: null,
        ci: null,
        compared_with: null,
        champion_problem: null,
        champion_stand_in: null,
        rules: [],
        users: null,
        p_value: null,
        margin_p_value: null,
        effect_size: null,
        power: null,
        seed_noise: null,
        dcg: null,
        ancestor: null,
        guards: [],
        looks: null,
        alpha_spent: null,
        shelf_life: null,
        is_used_up: null,
      },
      gate_since: null,
      model: null,
      urls: { mlflow: 'http://127.0.0.1:5000', temporal: '127.0.0.1:7233' },
      timings: {},
      tensorflow: null,
      error: null,
      problems: [],
    });
  });
});

describe('ui-cli/human-summary', () => {
  test('ui-cli/run/human-summary: a completed experiment', () => {
    expect(humanSummary(completedView(), ADDRESSES).join('\n')).toMatchSnapshot();
  });

  test('ui-cli/run/human-summary: names what could not be recorded or closed, in JSON too', () => {
    const problems = ["The experiment's MLflow run parent is not closed: it was deleted"];
    const view = { ...completedView(), problems };
    expect(humanSummary(view, ADDRESSES)).toEqual(
      expect.arrayContaining([
        'Not recorded or closed in MLflow',
        "  The experiment's MLflow run parent is not closed: it was deleted",
        '  Some runs are still open: `tt-exp doctor --repair` closes them.',
      ]),
    );
    expect(summarise(view, frame()).problems).toEqual(problems);
  });

  test('ui-cli/run/human-summary: has a table of the replicates, with the error of the one that failed', () => {
    const view = completedView({ replicates: { of: 5, trials: replicateViews() } });
    const text = humanSummary(view, ADDRESSES).join('\n');
    expect(text).toContain('Replicates of trial-000: other seeds, for the gate');
    expect(text).toMatch(/ {3}trial-000-replicate-2 +completed/);
    expect(text.replaceAll(/\s+/g, ' ')).toMatch(/trial-000-replicate-4 failed .*loss: got NaN in epoch 1/);
    expect(text).not.toContain('Not recorded or closed');
    expect(summarise(view, frame()).replicates).toMatchObject([
      { trial_id: 'trial-000-replicate-2', status: 'completed', error: null },
      { status: 'running' },
      { trial_id: 'trial-000-replicate-4', status: 'failed', error: { code: 'TRAINING_DIVERGED' } },
      { status: 'pending' },
    ]);
  });

  test('ui-cli/run/human-summary: says how sure a comparison is beside its interval', () => {
    const { gate } = completedView();
    const view = completedView({ gate: { ...gate, users: 150, p_value: 0.012, power: { smallest_lift: 0.03 } } });
    expect(humanSummary(view, ADDRESSES)).toContain(
      '  150 test users: p 0.0120, smallest lift found 80 % of the time 0.0300',
    );
  });

  test('ui-cli/run/human-summary: names both p-values where a loss is to be ruled out, and what passes', () => {
    const { gate } = completedView();
    const paired = { users: 150, p_value: 0.4, margin_p_value: 0.00001, power: { smallest_lift: -0.18 } };
    const text = humanSummary(completedView({ gate: { ...gate, ...paired } }), ADDRESSES).join('\n');
    expect(text.replaceAll(/\n */g, ' ')).toContain(
      '150 test users: p 0.4000 of no difference, < 0.0001 of a loss of the margin or more; 80 % of the time a true difference of -0.1800 or more passes',
    );
  });

  test('ui-cli/run/human-summary: has a line for each rule of the gate, failed ones first, within 80 columns', () => {
    const rule = (name: GateRule['name'], passed: boolean) => ({
      name,
      passed,
      value: 0.5,
      bound: 0.05,
      reason: 'why',
    });
    const rules = [
      rule('minimum', true),
      rule('superior', false),
      rule('permutation', true),
      rule('permutation', false),
    ];
    const gate = { ...completedView().gate, rules };
    const lines = humanSummary(completedView({ gate }), ADDRESSES);
    expect(lines.flatMap((line) => /^ {2}(passed|failed) {2}(\w+)/.exec(line)?.slice(1).join(' ') ?? [])).toEqual([
      ...['failed superior', 'failed permutation', 'passed minimum', 'passed permutation'],
    ]);
  });

  test('ui-cli/run/human-summary: warns of a model that does not beat popularity', () => {
    const linesOf = (popularity: number): string => {
      const test = { model: evaluationSummary(0.2), baselines: { popularity: evaluationSummary(popularity) } };
      return humanSummary(completedView({ test }), ADDRESSES).join('\n');
    };
    expect(linesOf(0.2)).toContain('warning: the model does not beat popularity');
    // The config is not known here: the advice must hold where it is followed already, too.
    expect(linesOf(0.2).replace(/\s+/g, ' ')).toContain(
      'with model.user_history learns better, unless it is already set',
    );
    expect(linesOf(0.1)).not.toContain('warning');
  });

  test('ui-cli/run/human-summary: warns of any baseline that the model does not beat, the best first; nobody beats the oracle', () => {
    const baselines = {
      oracle: evaluationSummary(0.9),
      popularity: evaluationSummary(0.1),
      item_knn: evaluationSummary(0.3),
      content: evaluationSummary(0.4),
      random: evaluationSummary(0.01),
    };
    const textOf = (model: number): string =>
      humanSummary(completedView({ test: { model: evaluationSummary(model), baselines } }), ADDRESSES)
        .map((line) => line.trim())
        .join(' ');
    expect(textOf(0.25)).toContain(
      'warning: by NDCG@10 the model (0.2500) does not beat content (0.4000), item_knn (0.3000)',
    );
    expect(textOf(0.3)).toContain('does not beat content (0.4000), item_knn (0.3000)');
    expect(textOf(0.41)).not.toContain('warning');
  });

  test('ui-cli/run/human-summary: everything but addresses fits 80 columns, and on a wide terminal a trial is one line', () => {
    const params = Object.fromEntries(
      Array.from({ length: 9 }, (_, place) => [`training.parameter_${place}`, 0.123456]),
    );
    const base = completedView();
    const trials = base.trials.map((trial) => ({ ...trial, params, reason: `https://${'x'.repeat(90)} is no reason` }));
    const test = {
      model: evaluationSummary(0.05),
      baselines: { ...base.test?.baselines, item_knn: evaluationSummary(0.2) },
    };
    const gate = { ...base.gate, reasons: ['A reason that is long enough to be broken. '.repeat(4)] };
    const view = completedView({ trials, test, gate });
    const isAddress = (line: string): boolean => /^ {2}(MLflow|Temporal) /.test(line);
    expect(humanSummary(view, ADDRESSES).filter((line) => line.length > 80 && !isAddress(line))).toEqual([]);
    const trialLines = humanSummary(view, ADDRESSES, { width: 400 }).filter((line) => line.includes('trial-00'));
    expect(trialLines).toHaveLength(3);
    expect(trialLines[0]).toContain('parameter_8 0.123456');
  });

  test('ui-cli/run/human-summary: one that failed before it had data says what to do next', () => {
    const lines = humanSummary(trainingView({ status: 'failed', dataset: null, trials: [] }), ADDRESSES);
    expect(lines[0]).toMatch(/^demo-0123456789: failed after 4\.1 s/);
    expect(lines.join('\n')).not.toContain('Trials');
    expect(lines.at(-1)).toBe(`  retry it: tt-exp retry ${EXPERIMENT_ID}`);
  });

  test('the page of the verdict is linked where there is one', () => {
    const base = completedView();
    const view = { ...base, mlflowExperimentId: '3', parentRunId: 'parent' };
    const page = 'http://127.0.0.1:5000/#/experiments/3/runs/parent/artifacts/gate.html?workflowType=machine_learning';
    expect(humanSummary(view, ADDRESSES)).toContain(`  gate      ${page}`);
    const unjudged = { ...view, gate: { ...base.gate, decision: 'not_run' } } as const;
    expect(humanSummary(unjudged, ADDRESSES).join('\n')).not.toContain('gate.html');
  });

  test('a candidate that awaits approval: both answers, each a command that can be copied however narrow it is', () => {
    const view = completedView();
    const gate = { ...view.gate, decision: 'awaiting_approval' } as const;
    expect(humanSummary({ ...view, gate }, ADDRESSES, { width: 40 }).slice(-3)).toEqual([
      'Next',
      `  approve it: tt-exp approve ${EXPERIMENT_ID} --reason "…"`,
      `  reject it:  tt-exp reject ${EXPERIMENT_ID} --reason "…"`,
    ]);
    const rejected = { decision: 'rejected', reasons: ['Rejected by ana: no.'], was_promoted: false } as const;
    const since = { ...gate, ...rejected };
    const answered = humanSummary({ ...view, gate }, ADDRESSES, { since }).join('\n');
    expect(answered).toContain('  since then: rejected. Rejected by ana: no.\n');
    expect(answered).not.toContain('tt-exp approve');
  });
});
