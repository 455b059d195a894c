import { describe, expect, it } from 'vitest';
import { createConfigSource } from '../../../config/config-source.ts';
import { checkConfig } from '../../../config/load.ts';
import type { ConfigProblem } from '../../../config/problem.ts';
import { TtExpError } from '../../../contracts/errors.ts';

const SOURCE = {
  type: 'files',
  users: {
    path: 'users.csv',
    id: 'id',
    features: { id: { kind: 'id' }, country: { kind: 'categorical', column: 'c' } },
  },
  items: { features: { id: { kind: 'id' } } },
  interactions: { path: 'events.csv', type: 'type', time: 'at' },
};

const check = (gate: object, data: object = {}) => {
  const value = { name: 'x', data, gate };
  return checkConfig(createConfigSource({ file: 'x.json', value, duplicates: [], position: () => null }, []), {
    trains: null,
  }).gate;
};

/** `path: found | expected` of each problem. */
const problemsOf = (...given: Parameters<typeof check>): readonly string[] => {
  try {
    check(...given);
  } catch (error) {
    expect(error).toBeInstanceOf(TtExpError);
    const problems = (error as TtExpError).details.problems as readonly ConfigProblem[];
    return problems.map(({ path, found, expected, suggestion }) =>
      [path, found, expected, ...(suggestion === null ? [] : [suggestion])].join(' | '),
    );
  }
  return [];
};

const guard = (metric: string, tolerance = 0.02, more: object = {}) => ({ metric, tolerance, ...more });

describe('config/check-gate', () => {
  it('a gate without rules asks for superiority and has no guards', () => {
    expect(check({})).toMatchObject({ rule: 'superior', margin: 0.01, guards: [] });
  });

  it('takes every metric, with the slice that one of them needs', () => {
    const guards = [
      guard('recall_at_10'),
      guard('cold_ndcg_at_10'),
      guard('slice', 0.02, { slice: 'user.country=de' }),
      guard('slice', 0.02, { slice: 'user.country=fr' }),
      guard('coverage', 0),
      guard('scoring_latency_ms', 0.1),
    ];
    expect(check({ guards, rule: 'non_inferior', margin: 0.02 }, { source: SOURCE }).guards).toEqual(guards);
  });

  it.each([
    [
      'confidence',
      0.9999999999,
      'at most 0.99996: beyond, the 250,000 resamples of an interval cannot resolve its end',
    ],
    ['approval_timeout', 1e-9, 'hours, at least 0.0167 (a minute): before that nobody could approve'],
    ['min_improvement', 1, 'above -1 and below 1: NDCG@10 lies from 0 to 1, so that with 1 no candidate could pass'],
    ['min_improvement', -1, 'above -1 and below 1'],
    ['min_ndcg_at_10', 1, 'below 1: only a model that ranks for every user as well as can be would reach it'],
  ])('%s: %d fits the schema, and is refused because it cannot work', (key, value, expected) => {
    const [problem, ...others] = problemsOf({ [key]: value });
    expect(problem).toContain(`gate.${key} | ${value} | ${expected}`);
    expect(others).toEqual([]);
  });

  it('a margin of 1 would let every candidate pass, and a tolerance of 1 could never fail but for a ratio', () => {
    expect(problemsOf({ rule: 'non_inferior', margin: 1 })).toEqual([
      'gate.margin | 1 | below 1: NDCG@10 lies from 0 to 1, so that with 1 every candidate would pass',
    ]);
    const guards = ['recall_at_10', 'coverage', 'model_size_mb'].map((metric) => guard(metric, 1));
    expect(problemsOf({ guards })).toEqual([
      'gate.guards[0].tolerance | 1 | a tolerance below 1: the mean lies from 0 to 1, so that a guard of 1 could never fail',
      'gate.guards[1].tolerance | 1 | a tolerance below 1: the number lies from 0 to 1, so that a guard of 1 could never fail',
    ]);
  });

  it('the values beside what is refused are taken; guards share the level of the confidence', () => {
    // 250,000 resamples leave five beyond an end of 2e-5; of two guards, each has half the level.
    expect(problemsOf({ confidence: 0.99996, approval_timeout: 1 / 60, min_improvement: 0.99 })).toEqual([]);
    const guards = [guard('recall_at_10'), guard('cold_ndcg_at_10')];
    expect(problemsOf({ confidence: 0.99992, guards })).toEqual([]);
    expect(problemsOf({ confidence: 0.99996, guards })).toEqual([
      'gate.confidence | 0.99996 | at most 0.99992 with 2 guards, which share the level: beyond, the 250,000 resamples of an interval cannot resolve its end',
    ]);
  });

  it('a name that nobody knows is told with the nearest one', () => {
    const [problem] = problemsOf({ guards: [guard('recal_at_10')] });
    expect(problem).toContain('gate.guards[0].metric | "recal_at_10"');
    expect(problem).toMatch(/recall_at_10$/);
  });

  it('a slice and its metric go together', () => {
    expect(problemsOf({ guards: [guard('slice'), guard('coverage', 0, { slice: 'user.country=de' })] })).toEqual([
      'gate.guards[0] | none | "slice" with the metric "slice"',
      'gate.guards[1].slice | "user.country=de" | "metric": "slice" beside it',
    ]);
  });

  it('a slice is of a categorical feature of the source', () => {
    const guards = [
      guard('slice', 0.02, { slice: 'user.contry=de' }),
      guard('slice', 0.02, { slice: 'item.country=de' }),
    ];
    expect(problemsOf({ guards }, { source: SOURCE })).toEqual([
      'gate.guards[0].slice | "user.contry=de" | a categorical feature of the users (country) | user.country=de',
      'gate.guards[1].slice | "item.country=de" | a categorical feature of the items (none)',
    ]);
    expect(problemsOf({ guards: [guard('slice', 0.02, { slice: 'country=de' })] })).toHaveLength(1);
  });

  it('a mean over users needs a tolerance above 0, and each guard stands once', () => {
    expect(problemsOf({ guards: [guard('recall_at_10', 0), guard('coverage', 0), guard('coverage', 0.1)] })).toEqual([
      'gate.guards[0].tolerance | 0 | a tolerance above 0, as no number of users shows that nothing at all was lost of a mean over them',
      'gate.guards[2] | coverage a second time | each guard once',
    ]);
  });

  it('a key that the rule does not look at is refused', () => {
    expect(problemsOf({ margin: 0.01 })).toEqual([]);
    expect(problemsOf({ margin: 0.02 })).toEqual([
      'gate.margin | 0.02 | "rule": "non_inferior" beside it, as no other rule has a margin',
    ]);
    expect(problemsOf({ rule: 'non_inferior', min_improvement: 0.02 })).toEqual([
      'gate.min_improvement | 0.02 | "rule": "superior" beside it, as no other rule has a min_improvement',
    ]);
  });

  it('retrains an unreadable champion and accepts moves by hand by default', () => {
    expect(check({})).toMatchObject({ unreadable_champion: 'retrain', supersede_reason: '', manual_moves: 'accept' });
  });

  it('asks for a reason to supersede a champion', () => {
    const supersede = { unreadable_champion: 'supersede' };
    const problem = expect.stringMatching(/^gate\.unreadable_champion \| .*"supersede_reason" beside it/);
    expect(problemsOf(supersede)).toEqual([problem]);
    expect(problemsOf({ ...supersede, supersede_reason: '  ' })).toEqual([problem]);
    expect(problemsOf({ ...supersede, supersede_reason: '\u200b' })).toEqual([problem]);
    expect(problemsOf({ ...supersede, supersede_reason: 'its artifacts are gone' })).toEqual([]);
  });
});
