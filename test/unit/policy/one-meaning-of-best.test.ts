/** Every screen, page and report of a sweep must name the trial that selection promotes. */

import { expect, test } from 'vitest';
import { ANALYSIS } from '../../../bin/cli/analysis.ts';
import type { ExperimentView, SweepFacts } from '../../../contracts/experiment.ts';
import type { Direction, Objective, ObjectiveName } from '../../../contracts/objective.ts';
import type { TrialStatus, TrialView } from '../../../contracts/trial.ts';
import { describeProgress } from '../../../policy/describe-progress.ts';
import { pickBestTrial } from '../../../policy/selection.ts';
import { explainTrial } from '../../../policy/sweep/explain-trial.ts';
import { replaySweep } from '../../../policy/sweep/replay-sweep.ts';
import { parentSummary } from '../../../reports/parent-summary.ts';
import { createSweepPages } from '../../../reports/sweep-pages.ts';
import { NOTHING_TOLD, tellEvents } from '../../../ui-cli/display/events.ts';
import { runCli } from '../../../ui-cli/main.ts';
import { humanSummary } from '../../../ui-cli/run/human-summary.ts';
import { driveDashboard } from '../../support/drive-dashboard.ts';
import { sweepSettings, trainingResult } from '../../support/experiment-fixtures.ts';
import { EXPERIMENT_ID, STARTED_AT_MS, trialView, viewOf } from '../../support/experiment-views.ts';
import { ADDRESSES } from '../../support/fake-cli/fake-platform.ts';
import { createScriptedRuntime } from '../../support/fake-cli/scripted-runtime.ts';
import { SMALL_CONFIG } from '../../support/small-sweep.ts';

/** NDCG@10 says the opposite of the objective. */
const trial = (index: number, status: TrialStatus, metric: ObjectiveName, value: number): TrialView => {
  const result = trainingResult(1 - value);
  return trialView(index, {
    status,
    value,
    result: { ...result, validation: { ...result.validation, [metric]: value } },
    reports: [{ epoch: 1, value, sequence: index }],
    reason: status === 'pruned' ? 'it was slow' : null,
  });
};

const sweepOf = (objective: Objective, trials: readonly TrialView[]): ExperimentView =>
  viewOf('train', {
    objective,
    trials,
    bestTrialId: pickBestTrial(trials, objective.direction)?.trialId ?? null,
    mlflowExperimentId: '3',
    sweep: { isPaused: false, maxParallel: 2, halt: null, trialCount: trials.length },
  });

const found = (text: string, pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;

const shown = async (facts: Omit<SweepFacts, 'format'>): Promise<Readonly<Record<string, unknown>>> => {
  const fake = createScriptedRuntime(
    { views: [], facts: { ...facts, origin: 'mlflow', extends: null } },
    { analysis: async () => ANALYSIS },
  );
  await runCli(['show', EXPERIMENT_ID, '--json'], fake.runtime);
  await new Promise((resolve) => setImmediate(resolve));
  return JSON.parse(fake.stdout());
};

/** Where a trial is called the best, and which one. */
const bestByScreen = async (view: ExperimentView, metric: ObjectiveName) => {
  const { progress: _, ...snapshot } = view;
  const facts: SweepFacts = { format: 1, config: { ...SMALL_CONFIG, sweep: sweepSettings({ metric }) }, snapshot };
  const pages = createSweepPages().render(facts);
  const page = (name: string): string => pages.find(({ path }) => path === name)?.text ?? '';
  const screen = driveDashboard(
    { screen: 'experiment', experimentId: EXPERIMENT_ID },
    { nowMs: STARTED_AT_MS, columns: 200 },
  ).answer('experiment', EXPERIMENT_ID, view);
  const json = await shown(facts);
  const best = { leaderboard: json.leaderboard, improvements: json.best_so_far } as {
    readonly leaderboard: readonly { readonly trial_id: string }[];
    readonly improvements: readonly { readonly trial_id: string }[];
  };
  return {
    chosen: view.bestTrialId,
    temporal: found(describeProgress(snapshot), /Best so far: (trial-\d+)/),
    page: found(page('sweep.html'), /<tr class="best">.*?(trial-\d+)/),
    firstOnPage: found(page('sweep.html'), /<tbody><tr[^>]*><td class="number">1<\/td><td>(trial-\d+)/),
    history: found(page('plots/history.svg'), /Best: (trial-\d+)/),
    parallel: found(page('plots/parallel_coordinates.svg'), /(trial-\d+), the best/),
    parent: found(parentSummary(facts).note, /\*\*\[(trial-\d+)\]/),
    events: found(
      tellEvents(NOTHING_TOLD, view)
        .events.flatMap(({ lines }) => lines)
        .join('\n'),
      /best so far: (trial-\d+)/,
    ),
    summary: found(humanSummary(view, ADDRESSES).join('\n'), /\* (trial-\d+)/),
    screen: found(screen.text(), /; best (trial-\d+)/),
    marked: found(screen.text(), /(trial-\d+) best/),
    leaderboard: best.leaderboard[0]?.trial_id,
    improvements: best.improvements.at(-1)?.trial_id,
    why: view.trials.find((trial) => explainTrial(facts, trial).standing?.place === 1)?.trialId,
    replay: replaySweep(facts).steps.find(({ subject }) => subject === 'best')?.derived,
  };
};

type Case = readonly [string, ObjectiveName, Direction, string, readonly [TrialStatus, number][]];

const CASES: readonly Case[] = [
  [
    'another metric than NDCG',
    'recall_at_10',
    'maximise',
    'trial-001',
    [
      ['completed', 0.3],
      ['completed', 0.4],
    ],
  ],
  [
    'a pruned trial in the lead',
    'ndcg_at_10',
    'maximise',
    'trial-000',
    [
      ['pruned', 0.4],
      ['completed', 0.3],
    ],
  ],
  [
    'a reused trial in the lead',
    'map',
    'maximise',
    'trial-001',
    [
      ['pruned', 0.3],
      ['cached', 0.4],
    ],
  ],
  [
    'ties',
    'recall_at_10',
    'maximise',
    'trial-001',
    [
      ['completed', 0.2],
      ['pruned', 0.4],
      ['completed', 0.4],
    ],
  ],
  [
    'a failed one that had been better',
    'map',
    'maximise',
    'trial-001',
    [
      ['failed', 0.9],
      ['completed', 0.4],
    ],
  ],
  [
    'an objective to minimise',
    'map',
    'minimise',
    'trial-001',
    [
      ['completed', 0.3],
      ['pruned', 0.2],
      ['cached', 0.2],
    ],
  ],
];

test.each(CASES)(
  'policy/ranking: with %s all screens call the trial the best that selection promotes',
  async (...one) => {
    const [, metric, direction, expected, trials] = one;
    const objective = { metric, direction };
    const view = sweepOf(
      objective,
      trials.map(([status, value], index) => trial(index, status, metric, value)),
    );
    const screens = await bestByScreen(view, metric);
    expect(screens).toEqual(Object.fromEntries(Object.keys(screens).map((screen) => [screen, expected])));
  },
);

test('policy/ranking: screens say what they compare by, and show its value', () => {
  const objective: Objective = { metric: 'recall_at_10', direction: 'maximise' };
  const view = sweepOf(objective, [trial(0, 'completed', 'recall_at_10', 0.3)]);
  const screen = driveDashboard(
    { screen: 'experiment', experimentId: EXPERIMENT_ID },
    { nowMs: STARTED_AT_MS, columns: 200 },
  ).answer('experiment', EXPERIMENT_ID, view);
  expect(screen.text()).toContain('; best trial-000 recall@10 0.3000');
  const lines = tellEvents(NOTHING_TOLD, view).events.flatMap((event) => event.lines);
  expect(lines).toContain('trial-000: completed, recall@10 0.3000 at its best epoch 2 of 2, 1.0 s');
  expect(lines).toContain('best so far: trial-000, recall@10 0.3000');
  const summary = humanSummary(view, ADDRESSES).join('\n');
  expect(summary).toContain('\nTrials (* best by validation recall@10)\n');
  expect(summary).toMatch(/trial +status +recall@10 .*\n +\* trial-000 +completed +0\.3000 /);
});
