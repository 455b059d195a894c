import { describe, expect, it } from 'vitest';
import type { ConfidenceInterval, GateVerdict, PairedTest } from '../../../../contracts/gate.ts';
import { decideGate, needsBlessing } from '../../../../policy/gate/decide-gate.ts';
import type { GateEvidence } from '../../../../policy/gate/gate-evidence.ts';
import { replayGate } from '../../../../policy/sweep/replay-gate.ts';
import { blessed } from '../../../support/blessed.ts';
import { gateConfig } from '../../../support/experiment-fixtures.ts';

const config = gateConfig({ model_name: 'm', min_ndcg_at_10: 0.3, min_improvement: 0.01 });
const candidate = { version: '2', run_id: 'new', ndcg_at_10: 0.45 };
const champion = { version: '1', run_id: 'old', ndcg_at_10: 0.4 };

const alone: GateEvidence = {
  candidate,
  champion: null,
  ci: null,
  pairedTest: null,
  dcg: null,
  guards: [],
  ancestor: null,
  comparedWith: null,
  championProblem: null,
};
const interval = (low: number, mean: number, high: number): ConfidenceInterval => ({
  mean,
  low,
  high,
  confidence: 0.95,
});
const beside = (ci: ConfidenceInterval): GateEvidence => ({ ...alone, champion, ci, comparedWith: '1' });

describe('policy/gate/decide-gate', () => {
  it('promotes the first model that reaches the minimum', () => {
    const verdict = decideGate(config, alone);
    expect(verdict.decision).toBe('promoted');
    expect(verdict.reasons).toEqual([
      'Test NDCG@10 0.450 reaches the minimum 0.300.',
      'Promoted: there is no champion to compare with.',
    ]);
    expect(verdict.compared_with).toBeNull();
  });

  it('promotes only what a server of its bundle answers as evaluated, and decides the same again', () => {
    const good = decideGate(config, { ...alone, blessing: blessed() });
    expect([good.decision, good.blessing?.bundle]).toEqual(['promoted', 'ab'.repeat(32)]);
    expect(good.reasons).toEqual([
      'Test NDCG@10 0.450 reaches the minimum 0.300.',
      'Blessed: a server answers 80 test users as evaluated.',
      'Promoted: there is no champion to compare with.',
    ]);
    const off = blessed({ outcome: 'stale_index', reason: 'the index finds 10.0 %', difference: 0.2 });
    const bad = decideGate(config, { ...alone, blessing: off });
    expect([bad.decision, bad.reasons.at(-1)]).toEqual([
      'rejected',
      'Not promoted: its bundle does not serve what was judged (stale_index): the index finds 10.0 %.',
    ]);
    expect(bad.rules.at(-1)).toEqual({
      ...{
        name: 'blessing',
        passed: false,
        value: 0.2,
        comparison: '<=',
        bound: 1e-6,
        reason: 'the index finds 10.0 %',
      },
    });
    const slow = blessed({ outcome: 'too_slow', reason: 'late', p99_ms: 300 });
    const late = decideGate(config, { ...alone, blessing: slow });
    expect(late.rules.at(-1)).toMatchObject({ value: 300, bound: 250 });
    expect(late.reasons.at(-1)).toBe('Not promoted: its bundle is served too slowly (too_slow): late.');
    for (const verdict of [good, bad, late]) {
      expect(replayGate(config, verdict)).toMatchObject([{ verdict: 'agrees' }]);
    }
  });

  it('asks for a blessing where an alias would move, and configs of earlier versions ask for none', () => {
    const passing = decideGate(config, alone);
    expect(needsBlessing(config, passing)).toBe(true);
    expect(needsBlessing({ ...config, blessing: 'off' }, passing)).toBe(false);
    expect(needsBlessing({}, passing)).toBe(false);
    expect(needsBlessing(config, { ...passing, decision: 'rejected' })).toBe(false);
    expect(needsBlessing(config, { ...passing, champion: candidate })).toBe(false);
  });

  it('rejects below the minimum even without a champion', () => {
    const verdict = decideGate(config, { ...alone, candidate: { ...candidate, ndcg_at_10: 0.29 } });
    expect(verdict.decision).toBe('rejected');
    expect(verdict.reasons).toEqual(['Not promoted: test NDCG@10 0.290 is below the minimum 0.300.']);
  });

  it('a figure just below the minimum is written with the digits that show it', () => {
    const verdict = decideGate(config, { ...alone, candidate: { ...candidate, ndcg_at_10: 0.29996 } });
    expect(verdict.reasons).toEqual(['Not promoted: test NDCG@10 0.29996 is below the minimum 0.30000.']);
  });

  it('promotes only when the lower end of the interval lies above the required improvement', () => {
    const decision = (low: number): string => decideGate(config, beside(interval(low, 0.05, 0.09))).decision;
    expect(decision(0.0101)).toBe('promoted');
    expect(decision(0.01)).toBe('rejected');
    expect(decision(-0.01)).toBe('rejected');
  });

  it.each([
    [
      0,
      interval(-0.011, 0.016, 0.043),
      'Not promoted: the gain of 0.016 over version 1 may be chance (95 % interval -0.011 to 0.043 includes 0).',
    ],
    [
      0,
      interval(0.01, 0.05, 0.09),
      'Promoted: the gain of 0.050 over version 1 is larger than chance at a level of 2.5 % (95 % interval 0.010 to 0.090 lies above 0).',
    ],
    [
      0,
      interval(-0.09, -0.05, -0.01),
      'Not promoted: the difference of -0.050 to version 1 is a loss (95 % interval -0.090 to -0.010 lies below 0).',
    ],
    [
      0,
      interval(-0.09, -0.03, 0.01),
      'Not promoted: the difference of -0.030 to version 1 is not shown to exceed 0 (95 % interval -0.090 to 0.010 includes 0).',
    ],
    [
      0,
      interval(0, 0, 0),
      'Not promoted: the difference of 0 to version 1 is not shown to exceed 0 (95 % interval 0 to 0 includes 0).',
    ],
    // With three digits both ends would stand on the wrong side: 0.000 and 0.010.
    [
      0,
      interval(-0.0004, 0.016, 0.043),
      'Not promoted: the gain of 0.0160 over version 1 may be chance (95 % interval -0.0004 to 0.0430 includes 0).',
    ],
    [
      0.01,
      interval(0.0101, 0.05, 0.09),
      'Promoted: the gain of 0.0500 over version 1 is shown to exceed 0.0100 at a level of 2.5 % (95 % interval 0.0101 to 0.0900 lies above 0.0100).',
    ],
    [
      0.01,
      interval(0.004, 0.016, 0.043),
      'Not promoted: the gain of 0.016 over version 1 is not shown to exceed 0.010 (95 % interval 0.004 to 0.043 includes 0.010).',
    ],
    [
      0.01,
      interval(0.002, 0.005, 0.008),
      'Not promoted: the gain of 0.005 over version 1 is below the required 0.010 (95 % interval 0.002 to 0.008 lies below 0.010).',
    ],
  ])('says what the interval shows, and at what level: %f required, %o', (min_improvement, ci, sentence) => {
    const { reasons } = decideGate({ ...config, min_improvement }, beside(ci));
    expect(reasons).toEqual([
      'Test NDCG@10 0.450 reaches the minimum 0.300.',
      'Seed noise is not in the interval, which is over users alone: another seed may move the mean by more (gate.replicates measures it).',
      sentence,
    ]);
  });

  it('names the trainings that the interval is over, and a replay of a verdict that does not agrees', () => {
    const seedNoise = { replicates: 3, sd: 0.0123 };
    const verdict = decideGate({ ...config, min_improvement: 0 }, { ...beside(interval(0.01, 0.05, 0.09)), seedNoise });
    expect(verdict.reasons.slice(1)).toEqual([
      "Seed noise is in the interval, which is over users and over 3 trainings of the candidate's settings: the standard deviation of their NDCG@10 is 0.0123.",
      'Promoted: the gain of 0.050 over version 1 is larger than chance at a level of 2.5 % (95 % interval over users and 3 trainings 0.010 to 0.090 lies above 0).',
    ]);
    const earlier = { ...verdict, reasons: verdict.reasons.filter((reason) => !reason.startsWith('Seed noise')) };
    expect(replayGate({ ...config, min_improvement: 0 }, earlier)).toMatchObject([{ verdict: 'agrees' }]);
  });

  it.each([
    [
      'superior',
      'the gain of 0.050 over the stand-in for version 1 (run in-place) is shown to exceed 0.010 at a level of 2.5 %',
    ],
    ['non_inferior', 'a loss of 0.010 or more to the stand-in for version 1 (run in-place) is ruled out'],
  ] as const)('by the rule %s names what stood in for the champion, in the outcome too', (rule, outcome) => {
    const championStandIn = { run_id: 'in-place', reason: 'other texts' };
    const evidence = { ...beside(interval(0.02, 0.05, 0.09)), champion: { ...champion, ndcg_at_10: 0.2 } };
    const { reasons } = decideGate({ ...config, rule }, { ...evidence, championStandIn });
    expect(reasons.slice(1, 3)).toEqual([
      'Version 1 cannot be compared with: other texts. Its recorded settings, trained on this data in run in-place, stand in for it.',
      'Note: the stand-in for version 1 is below the minimum itself.',
    ]);
    expect(reasons.at(-1)).toContain(`Promoted: ${outcome} (`);
  });

  it.each([false, true])(
    'a candidate that is the champion already is promoted, with approval required: %s',
    (require_approval) => {
      const verdict = decideGate(
        { ...config, require_approval },
        { ...alone, candidate: { ...candidate, run_id: 'old' }, champion, comparedWith: '1' },
      );
      expect(verdict.decision).toBe('promoted');
      expect(verdict.reasons).toEqual(['Version 1 is the champion already.']);
    },
  );

  it('a champion that misses a raised minimum is rejected, and stays champion', () => {
    const verdict = decideGate(
      { ...config, min_ndcg_at_10: 0.95 },
      { ...alone, candidate: { ...candidate, run_id: 'old' }, champion, comparedWith: '1' },
    );
    expect(verdict.decision).toBe('rejected');
    expect(verdict.reasons).toEqual([
      'Not promoted: test NDCG@10 0.450 is below the minimum 0.950. Version 1 stays champion until another takes its place.',
    ]);
  });

  it('awaits approval instead of promoting where the config says so', () => {
    const verdict = decideGate({ ...config, require_approval: true }, alone);
    expect(verdict.decision).toBe('awaiting_approval');
    expect(verdict.reasons.at(-1)).toBe('Awaits approval: there is no champion to compare with.');
  });

  it.each([
    [
      { unreadable_champion: 'keep' },
      'rejected',
      'Not promoted: the champion, version 1, cannot be compared with: other texts.',
    ],
    [
      { unreadable_champion: 'retrain' },
      'awaiting_approval',
      'Awaits approval, which would supersede it: the champion, version 1, cannot be compared with: other texts.',
    ],
    [
      { unreadable_champion: 'supersede', supersede_reason: 'new texts' },
      'promoted',
      'Promoted: the champion, version 1, cannot be compared with: other texts; it is superseded: new texts.',
    ],
    [
      { unreadable_champion: 'supersede', supersede_reason: 'new texts', require_approval: true },
      'awaiting_approval',
      'Awaits approval: the champion, version 1, cannot be compared with: other texts; it is superseded: new texts.',
    ],
  ] as const)('a champion that cannot be compared with has a verdict too: %j', (gate, decision, reason) => {
    const asked = { ...config, ...gate };
    const verdict = decideGate(asked, { ...alone, comparedWith: '1', championProblem: 'other texts' });
    expect(verdict.decision).toBe(decision);
    expect(verdict.reasons.at(-1)).toBe(reason);
    expect(verdict.compared_with).toBe('1');
    expect(replayGate(asked, verdict)).toMatchObject([{ verdict: 'agrees' }]);
  });

  it('an experiment of an earlier version keeps such a champion', () => {
    const { unreadable_champion: _, ...earlier } = config;
    const verdict = decideGate(earlier, { ...alone, comparedWith: '1', championProblem: 'other texts' });
    expect(verdict.decision).toBe('rejected');
  });

  it('a champion that fails the minimum itself is compared with all the same, and the verdict says so', () => {
    const weak = { ...champion, ndcg_at_10: 0.2 };
    const { decision, reasons } = decideGate(config, { ...beside(interval(0.02, 0.05, 0.09)), champion: weak });
    expect([decision, reasons[1]]).toEqual(['promoted', 'Note: version 1 is below the minimum itself.']);
    expect(decideGate(config, { ...beside(interval(-0.02, 0.05, 0.09)), champion: weak }).decision).toBe('rejected');
  });

  it('below 200 users the permutation test must agree with the interval, and a replay sees it', () => {
    const ask = (users: number, p_value: number, ask_config = config) =>
      decideGate(ask_config, {
        ...beside(interval(0.02, 0.05, 0.09)),
        pairedTest: { users, p_value, effect_size: 0.2, smallest_lift: 0.04 },
      });
    const refused = ask(199, 0.0504);
    expect(refused.decision).toBe('rejected');
    expect(refused.reasons.at(-1)).toBe(
      'Not promoted: the gain of 0.050 over version 1 is shown to exceed 0.010 at a level of 2.5 % (95 % interval 0.020 to 0.090 lies above 0.010), but with fewer than 200 test users (199) the permutation test must agree: p 0.0504 is above 0.0500.',
    );
    expect(replayGate(config, refused)).toMatchObject([{ verdict: 'agrees' }]);
    expect(refused.rules.map(({ name, passed }) => [name, passed])).toEqual([
      ['minimum', true],
      ['superior', true],
      ['permutation', false],
    ]);
    expect(ask(199, 0.05).decision).toBe('promoted');
    expect(ask(200, 0.0504).decision).toBe('promoted');
    // A loss of 0.01 is allowed: no question of a difference from 0.
    expect(ask(199, 0.5, { ...config, min_improvement: -0.01 }).decision).toBe('promoted');
  });

  it('where few users differ the permutation test must agree, however many there are', () => {
    const ask = (differing_users: number | undefined, p_value: number) =>
      decideGate(config, {
        ...beside(interval(0.02, 0.05, 0.09)),
        pairedTest: { users: 900, differing_users, p_value, effect_size: 0.2, smallest_lift: 0.04 } as PairedTest,
      });
    const refused = ask(31, 0.0504);
    expect(refused).toMatchObject({ decision: 'rejected', users: 900, differing_users: 31 });
    expect(refused.reasons.at(-1)).toContain(
      'but with fewer than 200 test users for whom the models differ (31 of 900) the permutation test must agree: p 0.0504 is above 0.0500.',
    );
    expect(replayGate(config, refused)).toMatchObject([{ verdict: 'agrees' }]);
    expect(ask(31, 0.05).decision).toBe('promoted');
    expect(ask(200, 0.0504).decision).toBe('promoted');
    // A verdict of an earlier version, which did not count them.
    expect(ask(undefined, 0.0504).decision).toBe('promoted');
  });

  it('a permutation test of a loss does not pass, however small its p-value is', () => {
    const { rules, reasons } = decideGate(config, {
      ...beside(interval(-0.09, -0.05, -0.02)),
      pairedTest: { users: 150, p_value: 0.0003, effect_size: -0.2, smallest_lift: 0.04 },
    });
    expect(rules.find(({ name }) => name === 'permutation')).toMatchObject({
      ...{ passed: false, value: 0.0003, bound: 0.05 },
      reason:
        'with fewer than 200 test users (150) the permutation test must agree: p 0.0003, of no gain, is at most 0.0500',
    });
    // The interval has said no already.
    expect(reasons.at(-1)).not.toContain('permutation');
  });

  it.each([
    // [min_improvement, p of it, lower end and mean of the interval, passed, what the reason says of p]
    [0.01, 0.06, 0.02, 0.05, false, 'p 0.0600 of a difference from 0.01 is above 0.0500'],
    [0.01, 0.04, 0.02, 0.05, true, 'p 0.0400 of a difference from 0.01 is at most 0.0500'],
    [0.06, 0.0003, 0.02, 0.05, false, 'p 0.0003 of a difference from 0.06, below it, is at most 0.0500'],
    [-0.01, 0.06, -0.005, 0.02, false, 'p 0.0600 of a difference from -0.01 is above 0.0500'],
  ])('with an improvement of %f required, p %f of it must agree', (bound, p, low, mean, passed, says) => {
    const asked = { ...config, min_improvement: bound };
    const verdict = decideGate(asked, {
      ...beside(interval(low, mean, 0.09)),
      pairedTest: { users: 150, p_value: 0.0001, improvement_p_value: p, effect_size: 0.2, smallest_lift: 0.04 },
    });
    const rule = verdict.rules.find(({ name }) => name === 'permutation');
    expect(rule).toMatchObject({ passed, value: p, bound: 0.05 });
    expect(rule?.reason).toContain(says);
    expect([verdict.p_value, verdict.improvement_p_value]).toEqual([0.0001, p]);
    expect(replayGate(asked, verdict)).toMatchObject([{ verdict: 'agrees' }]);
  });

  it('a candidate that passes on few users is said to rest on few', () => {
    const note = (pairedTest: Partial<PairedTest>, change: Partial<typeof config> = {}) =>
      decideGate(
        { ...config, ...change },
        {
          ...beside(interval(0.02, 0.05, 0.09)),
          pairedTest: { users: 900, p_value: 0.01, effect_size: 0.2, smallest_lift: 0.04, ...pairedTest },
        },
      ).reasons.filter((reason) => reason.startsWith('Few users'));
    expect(note({ users: 88 })).toEqual([
      'Few users (88 test users): 2.5 % holds for chance alone; more pass that gain a little for many users and lose much for few.',
    ]);
    expect(note({ differing_users: 31 })[0]).toContain('Few users (31 of 900 test users differ): 2.5 % holds');
    // No permutation test where a loss is accepted.
    expect(note({ users: 88 }, { min_improvement: -0.01 })).toEqual([
      'Few users (88 test users): the interval alone lets more than 2.5 % pass by chance.',
    ]);
    expect(note({ users: 200 })).toEqual([]);
    expect(note({ users: 88, p_value: 0.06 })).toEqual([]);
  });

  it('a verdict has the numbers of its comparison, and one without a p-value is replayed without', () => {
    const pairedTest = { users: 300, p_value: 0.01, effect_size: 0.2, smallest_lift: 0.04 };
    const verdict = decideGate(config, { ...beside(interval(0.02, 0.05, 0.09)), pairedTest });
    expect(verdict).toMatchObject({ users: 300, p_value: 0.01, effect_size: 0.2, seed_noise: 'not measured' });
    expect(verdict.power?.smallest_lift).toBeCloseTo(0.05, 12);
    const { users: _, p_value: __, effect_size: ___, power: ____, rules: _____, ...old } = verdict;
    expect(replayGate(config, old as GateVerdict)).toMatchObject([{ verdict: 'agrees' }]);
  });

  it('replicates that are left out are told, and where none is left only a person may promote; replays agree', () => {
    const evidence = beside(interval(0.02, 0.05, 0.09));
    const leftOutReplicates = [{ trial_id: 'trial-003-replicate-2', reason: 'TRAINING_DIVERGED: loss: got NaN' }];
    const some = decideGate(config, { ...evidence, leftOutReplicates, seedNoise: { replicates: 4, sd: 0.01 } });
    expect([some.decision, some.left_out_replicates]).toEqual(['promoted', leftOutReplicates]);
    expect(some.reasons.slice(1, 3)).toEqual([
      'Left out: trial-003-replicate-2 (TRAINING_DIVERGED: loss: got NaN).',
      'The interval rests on 4 of 5 trainings: it holds for seeds that train to the end.',
    ]);
    const none = decideGate(config, { ...evidence, leftOutReplicates });
    expect([none.decision, none.seed_noise]).toEqual(['awaiting_approval', 'not measured']);
    const alone = decideGate(config, { ...evidence, champion: null, ci: null, comparedWith: null, leftOutReplicates });
    expect(alone.decision).toBe('promoted');
    expect(alone.reasons.slice(1)).toEqual([
      'Left out: trial-003-replicate-2 (TRAINING_DIVERGED: loss: got NaN).',
      'Promoted: there is no champion to compare with.',
    ]);
    expect(decideGate(config, evidence)).not.toHaveProperty('left_out_replicates');
    for (const verdict of [some, none, alone]) {
      expect(replayGate(config, verdict)).toMatchObject([{ verdict: 'agrees' }]);
    }
  });

  it('a replay compares decision, rules and numbers, and notes where the words alone differ', () => {
    const pairedTest = { users: 150, p_value: 0.01, effect_size: 0.2, smallest_lift: 0.04 };
    const verdict = decideGate(config, { ...beside(interval(0.02, 0.05, 0.09)), pairedTest });
    expect(replayGate(config, verdict)[0]).not.toHaveProperty('note');
    const earlier = { ...verdict, reasons: ['Promoted: the gain of 0.050 over version 1 is certain.'] };
    expect(replayGate(config, earlier)).toMatchObject([
      { verdict: 'agrees', note: expect.stringContaining('words the reasons differently') },
    ]);
    const withRule = (name: string, change: Partial<GateVerdict['rules'][number]>) => ({
      ...verdict,
      rules: verdict.rules.map((rule) => (rule.name === name ? { ...rule, ...change } : rule)),
    });
    const [failed] = replayGate(config, withRule('superior', { passed: false }));
    expect(failed).toMatchObject({ verdict: 'differs' });
    expect(failed?.recorded).toContain('superior failed with 0.02 against 0.01');
    expect(failed?.derived).toContain('superior passed with 0.02 against 0.01');
    expect(replayGate(config, withRule('permutation', { value: 0.02 }))).toMatchObject([{ verdict: 'differs' }]);
    expect(replayGate(config, { ...verdict, rules: verdict.rules.slice(1) })).toMatchObject([{ verdict: 'differs' }]);
    expect(replayGate(config, { ...verdict, decision: 'rejected' })).toMatchObject([{ verdict: 'differs' }]);
    // Earlier versions called the permutation test of a loss passed: it decided nothing.
    const loss = decideGate(config, { ...beside(interval(-0.09, -0.05, -0.02)), pairedTest });
    const called = { ...loss, rules: loss.rules.map((rule) => ({ ...rule, passed: rule.name !== 'superior' })) };
    expect(replayGate(config, called)).toMatchObject([{ verdict: 'agrees' }]);
  });

  it('a replay looks at the decision that was made last, before it was answered', () => {
    const asking = { ...config, require_approval: true };
    const verdict = decideGate(asking, beside(interval(0.02, 0.05, 0.09)));
    const changed = 'The champion changed from none to version 1 before this took effect: evaluated and decided again.';
    const earlier = ['Awaits approval: there is no champion to compare with.', 'Approved by ana: fine', changed];
    const answered = { ...verdict, decision: 'rejected' as const, reasons: [...earlier, ...verdict.reasons] };
    const replayed = (answer: string) => replayGate(asking, { ...answered, reasons: [...answered.reasons, answer] });
    expect(replayed('Rejected by ana: no')).toMatchObject([{ verdict: 'agrees' }]);
    expect(replayed('Withdrawn: the experiment failed')).toMatchObject([{ verdict: 'agrees' }]);
    expect(replayed('Because.')).toMatchObject([{ verdict: 'differs' }]);
  });
});
