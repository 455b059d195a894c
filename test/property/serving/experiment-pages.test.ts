/** A user who pages through the drafted lists of an experiment online meets every item of the champion once, and no item twice. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Recommendation, RecommendRequest } from '../../../contracts/recommendation.ts';
import { MOST_ITEMS } from '../../../policy/serving/page-bounds.ts';
import type { ServedBundle } from '../../../serving/http/served-bundle.ts';
import { createExperimentLists, type Recommend } from '../../../serving/online/experiment-lists.ts';
import { onlineExperiment } from '../../support/online-experiments.ts';

const itemsOf = (count: number): readonly string[] => Array.from({ length: count }, (_, number) => `i${number}`);

/** A catalogue of each arm, in the order of its model: most of it is the same. */
const rankings = fc.integer({ min: 0, max: 260 }).chain((count) =>
  fc.record({
    champion: fc.shuffledSubarray([...itemsOf(count), 'champion only'], { minLength: Math.floor(count * 0.8) }),
    challenger: fc.shuffledSubarray([...itemsOf(count), 'challenger only'], { minLength: Math.floor(count * 0.8) }),
  }),
);

it('serving/online: pages of a drafted list repeat no item and leave none out', () => {
  fc.assert(
    fc.property(
      rankings,
      fc.array(fc.integer({ min: 1, max: MOST_ITEMS }), { minLength: 1, maxLength: 8 }),
      fc.string(),
      fc.array(fc.nat({ max: 260 }), { maxLength: 5 }),
      (ranked, limits, userId, excluded) => {
        const exclude = excluded.map((number) => `i${number}`);
        const recommend: Recommend = (arm, { digest }, { offset = 0, limit, exclude: out }) => {
          expect(limit).toBeLessThanOrEqual(MOST_ITEMS);
          const item_ids = ranked[arm].filter((id) => !out.includes(id)).slice(offset, offset + limit);
          return {
            ...{ item_ids, scores: item_ids.map(() => 1), engine: 'two_tower', reason: 'known', fallback: null },
            ...{ model_version: '1', bundle: digest },
          } satisfies Recommendation;
        };
        const bundle = (digest: string) => ({ digest }) as ServedBundle;
        const written: (readonly string[])[] = [];
        const { make } = createExperimentLists({
          running: () => ({
            experiment: onlineExperiment({ mode: 'interleave', share: 1 }),
            bundles: { champion: bundle('aa'), challenger: bundle('bb') },
          }),
          impressions: {
            add: (line) => {
              written.push('items' in line ? line.items.map(({ item_id }) => item_id) : []);
            },
            ...{ erase: async () => 0, problem: () => null, lost: () => 0, close: async () => undefined },
          },
          log: (_, message) => expect.unreachable(message),
          timestamp: () => '2026-01-01T00:00:00.000Z',
        });
        const seen: string[] = [];
        for (let page = 0, offset = 0; offset < 400; page += 1) {
          const limit = limits[page % limits.length] ?? 1;
          const request: RecommendRequest = { userId, limit, offset, exclude, filters: {}, preferences: {} };
          const list = make(request, `r${page}`, recommend);
          list?.record();
          expect(list?.experiment === null).toBe(offset >= MOST_ITEMS);
          expect(list?.answer.scores).toHaveLength(list?.answer.item_ids.length ?? 0);
          seen.push(...(list?.answer.item_ids ?? []));
          offset += limit;
        }
        expect(new Set(seen).size).toBe(seen.length);
        const offered = (arm: 'champion' | 'challenger') => ranked[arm].filter((id) => !exclude.includes(id));
        expect(seen).toEqual(expect.arrayContaining(offered('champion')));
        expect([...offered('champion'), ...offered('challenger')]).toEqual(expect.arrayContaining(seen));
        // What was drafted is what is written down.
        expect(written.flat()).toEqual(seen.slice(0, MOST_ITEMS));
      },
    ),
    { numRuns: 100 },
  );
});
