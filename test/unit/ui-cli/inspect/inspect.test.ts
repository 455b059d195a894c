import { describe, expect, test } from 'vitest';
import { ANALYSIS } from '../../../../bin/cli/analysis.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ExperimentFacts } from '../../../../contracts/experiment-facts.ts';
import { GATE_NOT_RUN } from '../../../../contracts/gate.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import {
  blessingView,
  changed,
  DATASET,
  EXPERIMENT_ID,
  trainingView,
  trialView,
} from '../../../support/experiment-views.ts';
import type { FakeScript } from '../../../support/fake-cli/fake-platform.ts';
import { createScriptedRuntime, type ScriptedRuntime } from '../../../support/fake-cli/scripted-runtime.ts';
import { comparedVerdict } from '../../../support/gate-verdicts.ts';
import { SMALL_FACTS } from '../../../support/small-sweep.ts';

/** Streams hand their text on in a later turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const cli = async (
  args: readonly string[],
  script: Partial<FakeScript> = { facts: SMALL_FACTS },
): Promise<ScriptedRuntime & { exitCode: number }> => {
  const fake = createScriptedRuntime({ views: [], ...script }, { analysis: async () => ANALYSIS });
  const exitCode = await runCli(args, fake.runtime);
  await settle();
  return { ...fake, exitCode };
};

const changeTrial = (index: number, change: object): ExperimentFacts => ({
  ...SMALL_FACTS,
  snapshot: {
    ...SMALL_FACTS.snapshot,
    trials: SMALL_FACTS.snapshot.trials.map((trial, place) => (place === index ? { ...trial, ...change } : trial)),
  },
});

describe('why', () => {
  test('why does not say of an early trial of tpe that it rests on outcomes', async () => {
    const { sweep } = SMALL_FACTS.config;
    const config = { ...SMALL_FACTS.config, sweep: sweep === null ? null : { ...sweep, sampler: 'tpe' as const } };
    const { stdout } = await cli(['why', EXPERIMENT_ID, 'trial-003'], { facts: { ...SMALL_FACTS, config } });
    // 10 startup trials; but 4 outcomes must lie 8 trials back, which is first so for trial 12.
    expect(stdout()).toContain(
      '  It is one of the first 11 trials, which are spread evenly; TPE uses outcomes from trial 12 on.\n',
    );
  });

  test('why tells how a pruned trial was proposed, compared and ended', async () => {
    const { exitCode, stdout } = await cli(['why', EXPERIMENT_ID, 'trial-003']);
    expect(exitCode).toBe(0);
    expect(stdout()).toBe(`trial-003 of ${EXPERIMENT_ID}: pruned (learning_rate 0.4)

Why it ran
  Sampler grid proposed it as point 4: outcomes of other trials play no part.

At its rungs
  Epoch 1: went on. 0.25 at epoch 1 is number 2 of 4 trials at this rung; the best 2 go on.
  Epoch 2: ended. 0.24 at epoch 2 is number 3 of 3 trials at this rung; only the best 1 (1/2) go on.

How it ended
  It was pruned after 2 epochs, the best being epoch 2: 0.24 at epoch 2 is number 3 of 3 trials at this rung; only the best 1 (1/2) go on.

Where it stands
  It was not chosen: validation ndcg_at_10 0.24 is number 3 of 4; trial-002 has 0.4, 0.16 more.
`);
  });

  test('show says what the experiment waits for, as text and as JSON', async () => {
    const { steps = [] } = blessingView(2);
    const facts = {
      ...SMALL_FACTS,
      snapshot: changed(SMALL_FACTS.snapshot, { phase: 'gate', status: 'running' }),
      steps,
    };
    const text = 'gate: blessing, attempt 3 of 10; last error: DISK_FULL: no room for a bundle';
    expect((await cli(['show', EXPERIMENT_ID], { facts })).stdout()).toContain(`${EXPERIMENT_ID}: gate\n${text}\n`);
    const json = JSON.parse((await cli(['show', EXPERIMENT_ID, '--json'], { facts })).stdout());
    expect(json.steps[0]).toEqual({
      ...{ name: 'blessing', attempt: 3, most_attempts: 10, last_error: 'DISK_FULL: no room for a bundle' },
    });
  });

  test('show says what was read and what was left out, as text and as JSON', async () => {
    const leftOut = { rows: 5, reasons: [{ reason: 'no time', rows: 5 }] };
    const source = { host: 'db.example', port: 5432, database: 'app', user: 'reader', options: null };
    const facts = { ...SMALL_FACTS, snapshot: changed(SMALL_FACTS.snapshot, { dataset: DATASET, leftOut, source }) };
    const { stdout } = await cli(['show', EXPERIMENT_ID], { facts });
    expect(stdout()).toContain(
      '\nData\n  source: Postgres at db.example:5432, database app, user reader\n  5 rows left out: 5 × no time\n' +
        '  dataset ds-0123456789abcdef: 20,000 samples of 350 users and 250 items\n',
    );
    const json = await cli(['show', EXPERIMENT_ID, '--json'], { facts });
    expect(JSON.parse(json.stdout())).toMatchObject({
      dataset: { version: DATASET.version, source, left_out: leftOut },
    });
  });

  test('why names the run that a cached trial was taken from, and its margin where it was chosen', async () => {
    const runTags = {
      'tt.experiment_id': 'old-0123456789',
      'tt.trial_id': 'trial-007',
      'tt.trial_digest': 'abcdef0123456789',
    };
    const { stdout } = await cli(['why', `${EXPERIMENT_ID}/trial-002`], { facts: SMALL_FACTS, runTags });
    expect(stdout()).toContain('Its result is that of trial-007 of old-0123456789 (run run-of-old)');
    expect(stdout()).toContain('have the same digest abcdef012345');
    expect(stdout()).toContain('Nothing was trained: run run-of-old has the result of an identical trial.');
    expect(stdout()).toContain(
      'It was chosen: validation ndcg_at_10 0.4 is the highest of 4; next is trial-000 with 0.3, 0.1 less.',
    );
  });

  test.each([
    [
      { status: 'failed', error: { code: 'TRAINING_DIVERGED', message: 'loss is NaN' }, attempt: 2 },
      'It failed after 2 epochs, the best being epoch 2: TRAINING_DIVERGED: loss is NaN. This was attempt 2.',
    ],
    [
      { status: 'failed', error: { code: 'TRAINING_DIVERGED', message: 'loss is NaN' }, result: null },
      'It failed: TRAINING_DIVERGED: loss is NaN.',
    ],
    [
      {
        ...{ status: 'failed', error: { code: 'TRAINING_DIVERGED', message: 'loss is NaN' } },
        logged: { epochs: 7, bestEpoch: 5, validation: { ndcg_at_10: 0.9 } },
      },
      'It failed after 7 epochs, the best being epoch 5: TRAINING_DIVERGED: loss is NaN.',
    ],
    [
      { status: 'cancelled', reason: 'cancelled on request' },
      'cancelled after 2 epochs, the best being epoch 2: cancelled on',
    ],
    [
      {
        status: 'cancelled',
        reason: 'cancelled on request',
        result: { ...trainingResult(0.1), epochs: 1, bestEpoch: 1 },
      },
      'It was cancelled after 1 epoch, the best being epoch 1: cancelled on',
    ],
    [{ status: 'pending', reports: [], value: null, result: null }, 'It was not started: the experiment ended before'],
  ])('why gives the cause of another end (case %#)', async (change, text) => {
    const { stdout } = await cli(['why', EXPERIMENT_ID, 'trial-003'], { facts: changeTrial(3, change) });
    expect(stdout()).toContain(text);
  });

  test('show has how far a failed trial came, below all that can be chosen', async () => {
    const error = { code: 'TRAINING_DIVERGED', message: 'loss is NaN' } as const;
    const logged = { epochs: 7, bestEpoch: 5, validation: { ndcg_at_10: 0.9 } };
    const facts = changeTrial(0, { status: 'failed', error, result: null, value: null, reports: [], logged });
    const { stdout } = await cli(['show', EXPERIMENT_ID], { facts });
    expect(stdout()).toMatch(/\n {2}4 {4}trial-000 +0\.9000 +5\/7 +– +failed\n/);
    expect(stdout()).toMatch(/\nBest so far\n {2}trial-001 /);
  });

  test('why says of a replicate that nothing was decided about it, and names its trial', async () => {
    for (const named of [[EXPERIMENT_ID, 'trial-003-replicate-2'], [`${EXPERIMENT_ID}/trial-003-replicate-2`]]) {
      const { exitCode, stderr } = await cli(['why', ...named]);
      expect(exitCode).toBe(64);
      expect(stderr()).toContain('trial-003-replicate-2 is a replicate: the gate trained the settings of trial-003');
      expect(stderr()).toContain(`tt-exp why ${EXPERIMENT_ID} trial-003`);
    }
  });

  test('why --json prints one object', async () => {
    const { stdout } = await cli(['why', EXPERIMENT_ID, 'trial-001', '--json']);
    expect(JSON.parse(stdout())).toMatchObject({
      experiment_id: EXPERIMENT_ID,
      trial_id: 'trial-001',
      status: 'pruned',
      params: { 'training.learning_rate': 0.2 },
      proposal: { by: 'sampler', sampler: 'grid', from: [] },
      rungs: [{ epoch: 1, value: 0.1, decision: 'prune' }],
      standing: { place: 4, of: 4, is_best: false, other: { trial_id: 'trial-002' } },
      differences: [],
      reused: null,
    });
  });

  test('why says where the facts about the trial do not agree', async () => {
    const { stdout } = await cli(['why', EXPERIMENT_ID, 'trial-001'], { facts: changeTrial(1, { reason: 'made up' }) });
    expect(stdout()).toContain('rung: recorded prune: made up, replayed prune: 0.1 at epoch 1 is number 2 of 2');
  });

  test.each([
    [['why', EXPERIMENT_ID], 'the id of a trial is missing'],
    [['why', EXPERIMENT_ID, '3'], 'trial: got "3", expected an id such as trial-003\nhint: Did you mean trial-003?\n'],
    [['why', EXPERIMENT_ID, 'best'], 'expected an id such as trial-003\nhint: `tt-exp show <id>` lists the trials'],
  ])('%j ends with 64', async (args, text) => {
    const { exitCode, stderr } = await cli(args);
    expect(exitCode).toBe(64);
    expect(stderr()).toContain(text);
  });

  test('show of a trial says which command explains one', async () => {
    const { exitCode, stderr } = await cli(['show', `${EXPERIMENT_ID}/trial-001`]);
    expect(exitCode).toBe(66);
    expect(stderr()).toContain(
      `error: experiment: got the trial ${EXPERIMENT_ID}/trial-001, expected an experiment\n` +
        `hint: \`tt-exp why ${EXPERIMENT_ID}/trial-001\` explains a trial.`,
    );
  });

  test('an experiment that nobody knows ends with 66, and so does a trial that it does not have', async () => {
    expect((await cli(['show', EXPERIMENT_ID], {})).exitCode).toBe(66);
    const { exitCode, stderr } = await cli(['why', EXPERIMENT_ID, 'trial-009']);
    expect(exitCode).toBe(66);
    expect(stderr()).toContain('got trial-009, expected one of its trials');
  });
});

describe('replay', () => {
  test('replay agrees with what has happened', async () => {
    const { exitCode, stdout } = await cli(['replay', EXPERIMENT_ID]);
    expect(exitCode).toBe(0);
    expect(stdout()).toBe(`${EXPERIMENT_ID}: every decision follows from the recorded facts

decisions  agree  differ  unknown
proposal       4       0        0
report         4       0        0
rung           7       0        0
count          1       0        0
best           1       0        0
gate           1       0        0
`);
  });

  test('replay names the first difference and ends with 1', async () => {
    const facts = changeTrial(3, { reports: [{ epoch: 1, value: 0.05, sequence: 9 }], value: 0.05 });
    const { exitCode, stdout } = await cli(['replay', EXPERIMENT_ID], { facts });
    expect(exitCode).toBe(1);
    expect(stdout()).toContain('a decision does not follow from the recorded facts');
    expect(stdout()).toContain('first difference: report trial-003: recorded 0.05, replayed 0.24');
  });

  test('replay --json prints every step', async () => {
    const { stdout } = await cli(['replay', EXPERIMENT_ID, '--json']);
    const { agrees, counts, first_difference: first, steps } = JSON.parse(stdout()) as Record<string, unknown>;
    expect([agrees, first]).toEqual([true, null]);
    expect(counts).toMatchObject({ rung: { agrees: 7, differs: 0, unknown: 0 } });
    expect(steps).toHaveLength(18);
  });

  test('replay --set says what would have been, and what nobody can know', async () => {
    const { exitCode, stdout } = await cli(['replay', EXPERIMENT_ID, '--set', 'sweep.scheduler.type=none']);
    expect(exitCode).toBe(0);
    expect(stdout()).toMatch(
      /trial-001 +unknown +0 +– +pruned, 1 +learning_rate 0\.2: trial-001 was pruned before epoch 4/,
    );
    expect(stdout()).toContain('epochs trained: 8 to 16, recorded 11');
    expect(stdout()).toContain('best trial: trial-002 with 0.4000 of the known ones; an unknown one may be better');
  });

  test('replay --set --json has the same', async () => {
    const args = ['replay', EXPERIMENT_ID, '--set', 'sweep.scheduler.reduction=4', '--json'];
    const json = JSON.parse((await cli(args)).stdout()) as { trials: object[] };
    // Rungs at epochs 1 and 4: of 0.2 alone, 0.1, 0.3 and 0.25 one goes on at a time, the best so far.
    expect(json).toMatchObject({
      experiment_id: EXPERIMENT_ID,
      epochs: { least: 10, most: 10 },
      recorded_epochs: 11,
      best: { trial_id: 'trial-002', value: 0.4 },
      is_best_certain: true,
    });
    expect(json.trials).toMatchObject([
      { outcome: 'completed', epochs: 4 },
      { outcome: 'pruned', epochs: 1 },
      { outcome: 'completed', epochs: 4 },
      { outcome: 'pruned', epochs: 1, recorded: { status: 'pruned', epochs: 2 } },
    ]);
  });

  test('replay --set says that it leaves failures out where a trial failed', async () => {
    const args = ['replay', EXPERIMENT_ID, '--set', 'sweep.max_failures=1', '--json'];
    const notesOf = async (facts: ExperimentFacts): Promise<readonly string[]> =>
      (JSON.parse((await cli(args, { facts })).stdout()) as { notes: readonly string[] }).notes;
    expect(await notesOf(SMALL_FACTS)).toEqual([]);
    expect(await notesOf(changeTrial(3, { status: 'failed' }))).toEqual([
      'sweep.max_failures is ignored: whether a trial that failed would fail again is not known',
    ]);
  });

  test('replay --set refuses a setting that does not exist', async () => {
    const { exitCode, stderr } = await cli(['replay', EXPERIMENT_ID, '--set', 'sweep.schedular.type=asha']);
    expect(exitCode).toBe(78);
    expect(stderr()).toContain('scheduler');
  });
});

describe('show', () => {
  test.each(['running', 'cancelled'] as const)(
    'show and why of a %s experiment that has chosen no trial call the best one the best so far',
    async (status) => {
      const facts = {
        ...SMALL_FACTS,
        snapshot: changed(SMALL_FACTS.snapshot, { status, test: null, gate: GATE_NOT_RUN }),
      };
      const shown = await cli(['show', EXPERIMENT_ID], { facts });
      expect(shown.stdout()).toContain('Leaderboard by validation NDCG@10 (* best so far)');
      const whyOf = async (trial: string) => (await cli(['why', EXPERIMENT_ID, trial], { facts })).stdout();
      expect(await whyOf('trial-002')).toContain(
        '  It is the best so far: validation ndcg_at_10 0.4 is the highest of 4',
      );
      expect(await whyOf('trial-003')).toContain(
        '  It is not the best so far: validation ndcg_at_10 0.24 is number 3 of 4',
      );
    },
  );

  test('show, why and watch of a cancelled experiment explain no star that no trial has, and call what never ran not started', async () => {
    const trials = [
      trialView(0, { status: 'cancelled', result: trainingResult(0.61), value: 0.61, reason: 'cancelled on request' }),
      trialView(1, { status: 'pending' }),
    ];
    const end = { status: 'cancelled', test: null, gate: GATE_NOT_RUN, trials, bestTrialId: null } as const;
    const facts = { ...SMALL_FACTS, snapshot: changed(SMALL_FACTS.snapshot, end) };
    const shown = (await cli(['show', EXPERIMENT_ID], { facts })).stdout();
    expect(shown).toContain('\nLeaderboard by validation NDCG@10\n');
    expect(shown).toContain('2 trials: 1 not started, 1 cancelled;');
    expect(shown).toMatch(/ trial-001 .* not started\n/);
    const why = (await cli(['why', EXPERIMENT_ID, 'trial-001'], { facts })).stdout();
    expect(why).toContain(`trial-001 of ${EXPERIMENT_ID}: not started (`);
    expect(why).toContain('It was not started: the experiment ended before its turn.');
    const watched = (await cli(['watch', EXPERIMENT_ID], { views: [trainingView(end)] })).stdout();
    expect(watched).toContain('\nTrials\n');
    expect(watched).toMatch(/ trial-001 +not started\b/);
    const running = { ...facts, snapshot: changed(facts.snapshot, { status: 'running' }) };
    expect((await cli(['show', EXPERIMENT_ID], { facts: running })).stdout()).toContain('1 pending');
    const waits = (await cli(['why', EXPERIMENT_ID, 'trial-001'], { facts: running })).stdout();
    expect(waits).toContain('It is waiting for a slot.');
  });

  test('show prints leaderboard, best so far, budgets and links', async () => {
    const { exitCode, stdout } = await cli(['show', EXPERIMENT_ID, '--limit', '2']);
    expect(exitCode).toBe(0);
    expect(stdout()).toBe(`${EXPERIMENT_ID}: completed
4 trials: 1 completed, 2 pruned, 1 cached; 7 epochs trained

Leaderboard by validation NDCG@10 (* chosen)
     trial         value  epoch   time  status     parameters
  1  * trial-002  0.4000    4/4  1.0 s  cached     learning_rate 0.3
  2    trial-000  0.3000    4/4  1.0 s  completed  learning_rate 0.1
  and 2 more: --limit 4

Best so far
  trial-000  0.3000
  trial-002  0.4000

Parameter importances
  unknown: 2 trials completed with a value, at least 4 are needed

Budgets
  trials  4, no limit
  failures  0 of 3
  seconds  60, no limit

Gate
  promoted
  Test NDCG@10 0.400 reaches the minimum 0.100.
  Promoted: there is no champion to compare with.

Links
  MLflow    http://127.0.0.1:5000/#/experiments/3?workflowType=machine_learning
  Temporal  http://127.0.0.1:8233/namespaces/default/workflows/tt-exp%2Fdemo%2F0123456789
  why       tt-exp why ${EXPERIMENT_ID} trial-002
`);
  });

  test('show sets the best value beside the target that ends the sweep', async () => {
    const { sweep } = SMALL_FACTS.config;
    const config = { ...SMALL_FACTS.config, sweep: sweep === null ? null : { ...sweep, target: 0.6 } };
    const { stdout } = await cli(['show', EXPERIMENT_ID], { facts: { ...SMALL_FACTS, config } });
    expect(stdout()).toContain('  target  0.6, best so far 0.4\n');
  });

  test("show gives the gate's reasons, how sure they are, and the rules, failed ones first", async () => {
    const snapshot = { ...SMALL_FACTS.snapshot, gate: comparedVerdict() };
    const { stdout } = await cli(['show', EXPERIMENT_ID], { facts: { ...SMALL_FACTS, snapshot } });
    expect(stdout()).toContain(`
Gate
  rejected
  Test NDCG@10 0.310 reaches the minimum 0.100.
  Not promoted: the gain of 0.010 may be chance.
  NDCG@10: candidate 0.3100, champion 0.3000, difference +0.0100 (95 % interval
  -0.0050 to +0.0250).
  1200 test users: p 0.1900, smallest lift found 80 % of the time 0.0215
  Seed noise is not in the interval, which is over users alone: another seed may
  move the mean by more (gate.replicates measures it).
          rule      measure                value  must be
  failed  superior  low end of interval  -0.0050  > 0.0000
  passed  minimum   NDCG@10               0.3100  ≥ 0.1000
`);
  });

  test('show gives each guard a row, and one that fails the tolerance that its users can show', async () => {
    const guard = {
      ...{ metric: 'recall_at_10' as const, slice: null, candidate: 0.4, champion: 0.5, users: 1200 },
      ...{ standard_error: 0.02, p_value: 0.3, problem: null, tolerance: 0.05, value: 0.3, bound: 0.025 },
      ...{ adjusted_p: 0.3, provable_tolerance: 0.0561, passed: false },
    };
    const reason = 'guard recall_at_10: a fall is not ruled out';
    const rule = { name: 'guard:recall_at_10' as const, passed: false, value: 0.3, bound: 0.025, reason };
    const { rules } = comparedVerdict();
    const gate = comparedVerdict({ guards: [guard], rules: [...rules, rule] });
    const { stdout } = await cli(['show', EXPERIMENT_ID], {
      facts: { ...SMALL_FACTS, snapshot: { ...SMALL_FACTS.snapshot, gate } },
    });
    expect(stdout()).toContain(`
  failed  superior            low end of interval  -0.0050  > 0.0000
  failed  guard:recall_at_10  adjusted p            0.3000  ≤ 0.0250
  passed  minimum             NDCG@10               0.3100  ≥ 0.1000
  guard recall_at_10: 1200 users can show a tolerance of 0.0561, not 0.05: raise
  it, or test on more users
`);
  });

  test('show says what the gate knows of seed noise where it was measured', async () => {
    const gate = comparedVerdict({ seed_noise: { replicates: 3, sd: 0.0123 } });
    const { stdout } = await cli(['show', EXPERIMENT_ID], {
      facts: { ...SMALL_FACTS, snapshot: { ...SMALL_FACTS.snapshot, gate } },
    });
    expect(stdout()).toContain('  Seed noise is in the interval, which is over users and over 3 trainings');
    expect(stdout()).not.toContain('not in the interval');
  });

  test('show repeats nothing of the seed that the reasons say', async () => {
    const note = 'Seed noise is not in the interval, as the reasons say.';
    const gate = comparedVerdict({ reasons: [note, 'Not promoted: the gain of 0.010 may be chance.'] });
    const { stdout } = await cli(['show', EXPERIMENT_ID], {
      facts: { ...SMALL_FACTS, snapshot: { ...SMALL_FACTS.snapshot, gate } },
    });
    expect(stdout().split('Seed noise is')).toHaveLength(2);
  });

  test('show of a candidate that awaited approval has the answer that was given since, as text and as JSON', async () => {
    const gate = comparedVerdict({ decision: 'awaiting_approval', reasons: ['Awaits approval: it is better.'] });
    const model = { name: 'ranker', version: '4', aliases: ['challenger'] };
    const snapshot = { ...SMALL_FACTS.snapshot, gate, model } as ExperimentFacts['snapshot'];
    const facts = { ...SMALL_FACTS, snapshot };
    const answered = {
      ...gate,
      ...({ decision: 'promoted', was_promoted: true } as const),
      reasons: [...gate.reasons, 'Approved by ana: looks good'],
    };
    const shown = async (verdictSince: NonNullable<FakeScript['verdictSince']>, ...options: readonly string[]) => {
      const { exitCode, stdout, stderr } = await cli(['show', EXPERIMENT_ID, ...options], { facts, verdictSince });
      expect(exitCode).toBe(0);
      return { text: stdout(), note: stderr() };
    };
    const since = async () => answered;
    const unanswered = async () => null;
    expect((await shown(since)).text).toContain(
      'Gate\n  awaiting approval\n  since then: promoted. Approved by ana: looks good\n  Awaits approval',
    );
    expect(JSON.parse((await shown(since, '--json')).text)).toMatchObject({
      gate: { decision: 'awaiting_approval' },
      gate_since: { decision: 'promoted', reasons: answered.reasons },
    });
    expect((await shown(unanswered)).text).not.toContain('since then');
    expect(JSON.parse((await shown(since, '--json')).text).model).toEqual({
      ...{ name: 'ranker', version: '4', aliases: ['challenger'] },
    });
    expect(JSON.parse((await shown(unanswered, '--json')).text)).toMatchObject({ gate_since: null });

    const { text, note } = await shown(() => Promise.reject(new TtExpError('SERVICE_UNREACHABLE', 'MLflow is gone')));
    expect(text).toContain('Gate\n  awaiting approval\n  Awaits approval');
    expect(note).toBe('note: what became of the candidate since is not known: MLflow is gone\n');
  });

  /** The value is the rate, whatever the width; a forest of few trials still gives the width a little. */
  const COMPLETED = [0.1, 0.2, 0.3, 0.4].flatMap((rate, place) =>
    [32, 64].map((width, column) =>
      trialView(place * 2 + column, {
        status: 'completed',
        params: { 'training.learning_rate': rate, 'model.embedding_dim': width },
        reports: [{ epoch: 4, value: rate, sequence: place * 2 + column }],
        value: rate,
      }),
    ),
  );
  const MEASURED = { ...SMALL_FACTS, snapshot: { ...SMALL_FACTS.snapshot, trials: COMPLETED } };

  test('show draws how much each parameter mattered', async () => {
    const { stdout } = await cli(['show', EXPERIMENT_ID, '--limit', '1'], { facts: MEASURED });
    expect(stdout()).toContain(`Parameter importances (fANOVA, 8 completed trials)
  parameter                                          share
  training.learning_rate  ████████████████████████  99.0 %
  model.embedding_dim     ░░░░░░░░░░░░░░░░░░░░░░░░   1.0 %
`);
  });

  test('show --json has the shares, or why there are none', async () => {
    const importancesOf = async (facts: ExperimentFacts): Promise<unknown> => {
      const { stdout } = await cli(['show', EXPERIMENT_ID, '--json'], { facts });
      return (JSON.parse(stdout()) as { importances: unknown }).importances;
    };
    expect(await importancesOf(MEASURED)).toEqual({
      kind: 'measured',
      trials: 8,
      shares: [
        { key: 'training.learning_rate', share: expect.closeTo(0.99, 2) },
        { key: 'model.embedding_dim', share: expect.closeTo(0.01, 2) },
      ],
    });
    expect(await importancesOf(SMALL_FACTS)).toEqual({
      kind: 'unknown',
      reason: '2 trials completed with a value, at least 4 are needed',
    });
    const single = { ...SMALL_FACTS, config: { ...SMALL_FACTS.config, sweep: null } };
    expect(await importancesOf(single)).toBeNull();
  });

  test('show --json ranks what has a value before what has none', async () => {
    const facts = { ...changeTrial(0, { status: 'failed' }), origin: 'mlflow', extends: 'old-0123456789' } as const;
    const json = JSON.parse((await cli(['show', EXPERIMENT_ID, '--json'], { facts })).stdout()) as object;
    expect(json).toMatchObject({
      source: 'mlflow',
      extends: 'old-0123456789',
      counts: { failed: 1, pruned: 2, cached: 1, total: 4, epochs_trained: 7 },
      leaderboard: [
        { place: 1, trial_id: 'trial-002', value: 0.4, reused: true },
        { trial_id: 'trial-003' },
        { trial_id: 'trial-001' },
        { trial_id: 'trial-000', status: 'failed' },
      ],
      budgets: { failures: { used: 1, limit: 3 } },
      sweep: { paused: false, max_parallel: 2, halt: null, trial_count: 4 },
    });
  });

  test('show says that a running experiment is paused, or takes no further trial', async () => {
    const { snapshot } = SMALL_FACTS;
    const sweep = { isPaused: true, maxParallel: 2, halt: 'target', trialCount: 4 } as const;
    const facts = { ...SMALL_FACTS, snapshot: changed(snapshot, { status: 'running', phase: 'train', sweep }) };
    const { stdout } = await cli(['show', EXPERIMENT_ID], { facts });
    expect(stdout()).toContain(`${EXPERIMENT_ID}: train, paused, no more trials start: target\n`);
  });
});
