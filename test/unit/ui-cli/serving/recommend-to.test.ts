import { expect, test } from 'vitest';
import type { LocalRecommendation, LocalRecommendationRequest } from '../../../../contracts/local-recommendation.ts';
import type { Recommendation } from '../../../../contracts/recommendation.ts';
import { nounsOf } from '../../../../contracts/use-case-nouns.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { createFakeRuntime, jsonOf } from '../../../support/fake-cli/fake-runtime.ts';

const RECOMMENDATION: Recommendation = {
  item_ids: ['startup-7', 'startup-12'],
  scores: [0.75, 0.5],
  engine: 'two_tower',
  model_version: '3',
  bundle: 'abcdef0123456789',
  reason: '25 interactions, more than 20',
  fallback: null,
};

const recommend = async (args: readonly string[], change: Partial<LocalRecommendation> = {}) => {
  const asked: LocalRecommendationRequest[] = [];
  const fake = createFakeRuntime({
    recommend: async ({ model, request }) => {
      asked.push({ model, request });
      return {
        ...{ recommendation: RECOMMENDATION, nouns: nounsOf('developer_startup'), modelName: 'two-tower' },
        search: { kind: 'exact' },
        contentSearch: null,
        ...change,
      };
    },
  });
  const exitCode = await runCli(['recommend', ...args], fake.runtime);
  return { fake, exitCode, asked };
};

test('asks the champion for ten items unless told otherwise', async () => {
  const { asked, exitCode } = await recommend(['dev-1']);
  const request = { userId: 'dev-1', limit: 10, offset: 0, filters: {}, exclude: [], preferences: {} };
  expect(asked).toEqual([{ model: 'two-tower', request }]);
  expect(exitCode).toBe(0);
});

test('passes every option on; values of one field are alternatives', async () => {
  const { asked } = await recommend([
    ...['dev-1', '--limit', '5', '--offset', '10', '--model', 'models/v1', '--engine', 'content'],
    ...['--filter', 'type=job', '--filter', 'type = collaboration', '--filter', 'team_size=5..', '--exclude', 'a'],
    ...['--exclude', 'b', '--diversity', '0.5', '--damping', '0'],
  ]);
  expect(asked).toEqual([
    {
      model: 'models/v1',
      request: {
        ...{ userId: 'dev-1', limit: 5, offset: 10, engine: 'content', diversity: 0.5, damping: 0, preferences: {} },
        filters: { type: ['job', 'collaboration'], team_size: ['5..'] },
        exclude: ['a', 'b'],
      },
    },
  ]);
});

test('prints the places of the list, and why it is this one', async () => {
  const { fake } = await recommend(['dev-1', '--offset', '10']);
  expect(fake.stdout()).toBe(
    [
      'For developer dev-1, by two_tower: 25 interactions, more than 20',
      'Model two-tower/3, bundle abcdef012345, exact search',
      '',
      'place  startup      score',
      '   11  startup-7   0.7500',
      '   12  startup-12  0.5000',
      '',
    ].join('\n'),
  );
});

test('names a fallback, a model without a version, and an empty list', async () => {
  const { fake } = await recommend(['dev-1', '--model', 'models/v1'], {
    recommendation: { ...RECOMMENDATION, item_ids: [], scores: [], model_version: null, fallback: 'content: nothing' },
    modelName: null,
    search: {
      ...{ kind: 'index', recall_at_10: 0.99123, sampled_users: 200, connectivity: 16, expansion_add: 128 },
      nominees: 100,
    },
  });
  expect(fake.stdout()).toBe(
    [
      'For developer dev-1, by two_tower: 25 interactions, more than 20',
      'Fallback: content: nothing',
      'Model models/v1, bundle abcdef012345, search by an index with recall@10 0.9912',
      '',
      'From place 1 on no startup is left that passes, was not met already, and is not excluded.',
      '',
    ].join('\n'),
  );
});

test.each([
  [{ kind: 'exact' as const }, 'content exact'],
  [{ kind: 'exact' as const, index_recall_at_10: 0.93 }, 'content exact (an index would have recall@10 0.9300)'],
  [
    {
      ...{ kind: 'index' as const, recall_at_10: 0.985, sampled_users: 200, connectivity: 16, expansion_add: 128 },
      nominees: 100,
    },
    'content by an index with recall@10 0.9850',
  ],
])('says how content is searched where there is much: %j', async (contentSearch, text) => {
  const { fake } = await recommend(['dev-1'], { contentSearch });
  expect(fake.stdout()).toContain(`bundle abcdef012345, exact search; ${text}\n`);
});

test('prints one JSON object', async () => {
  const { fake } = await recommend(['dev-1', '--json']);
  expect(jsonOf(fake)).toEqual({ user_id: 'dev-1', ...RECOMMENDATION });
});

test.each(['type', '=job', 'type=', ' = '])('refuses the filter %j', async (filter) => {
  const { fake, exitCode, asked } = await recommend(['dev-1', '--filter', filter]);
  expect([exitCode, asked]).toEqual([64, []]);
  expect(fake.stderr()).toContain(`--filter: got ${JSON.stringify(filter)}, expected field=value`);
});
