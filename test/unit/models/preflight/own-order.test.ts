import { describe, expect, it } from 'vitest';
import { evaluateScorer } from '../../../../models/evaluation/evaluate-scorer.ts';
import { plainScorer } from '../../../../models/evaluation/scorer.ts';
import { createOwnOrder, ownOrder } from '../../../../models/preflight/own-order.ts';
import { preflightInput, toyOf } from '../../../support/preflight-input.ts';

type Evaluate = typeof evaluateScorer;

const toy = toyOf();
const check = (evaluate: Evaluate) => createOwnOrder(evaluate).check(preflightInput(toy));

describe('models/preflight/own-order', () => {
  it('passes for the real evaluation, whatever the seed of the data', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(await ownOrder.check(preflightInput(toyOf(seed)))).toMatchObject({ isPassed: true });
    }
  });

  it('passes where a part has nobody to judge', async () => {
    const empty = { userIndex: new Int32Array(0), itemIndex: new Int32Array(0), gain: new Float32Array(0) };
    const dataset = { ...toy, pairs: { ...toy.pairs, validation: empty } };
    expect(await ownOrder.check(preflightInput(dataset))).toMatchObject({ isPassed: true });
  });

  it('fires for an ideal that is too high', async () => {
    const verdict = await check((options) => {
      const { summary, ...rest } = evaluateScorer(options);
      return { summary: { ...summary, ndcg_at_10: summary.ndcg_at_10 * 0.99 }, ...rest };
    });
    expect(verdict.isPassed).toBe(false);
    expect(verdict.got).toContain('validation: ndcg_at_10 of the order by true gains 0.99');
  });

  it.each([
    ['precision_at_10', 0.9],
    ['recall_at_10', 0.9],
    ['f1_at_10', 1.1],
    ['hit_rate_at_10', 0.9],
    ['map', 0.99],
  ] as const)('fires for another %s', async (name, factor) => {
    const verdict = await check((options) => {
      const { summary, ...rest } = evaluateScorer(options);
      return { summary: { ...summary, [name]: summary[name] * factor }, ...rest };
    });
    expect(verdict.isPassed).toBe(false);
    expect(verdict.got).toContain(`test: ${name} of the order by true gains`);
  });

  /** The true gains, whatever was scored. */
  const reading: Evaluate = (options) => {
    const { pairs, itemIds } = options.dataset;
    const { userIndex, itemIndex, gain } = pairs[options.split];
    const items = itemIds.length;
    return evaluateScorer({
      ...options,
      scorer: plainScorer((users) => {
        const scores = options.scorer().scores(users);
        for (const [pair, user] of userIndex.entries()) {
          const row = users.indexOf(user);
          if (row >= 0) {
            scores[row * items + (itemIndex[pair] ?? 0)] = gain[pair] ?? 0;
          }
        }
        return scores;
      }),
    });
  };

  it('fires for an evaluation that reads the answers', async () => {
    const verdict = await check(reading);
    expect(verdict.isPassed).toBe(false);
    expect(verdict.got).toContain('validation: ndcg_at_10 of the opposite order 1');
  });

  it('fires for ties that favour what is judged', async () => {
    const verdict = await check((options) => {
      const isEqual = new Set(options.scorer().scores(Int32Array.of(0))).size === 1;
      return isEqual ? reading(options) : evaluateScorer(options);
    });
    expect(verdict.isPassed).toBe(false);
    expect(verdict.got).toContain('ndcg_at_10 of equal scores 1');
  });

  it('fires for candidates that were met before', async () => {
    const none = { userIndex: new Int32Array(0), itemIndex: new Int32Array(0), gain: new Float32Array(0) };
    const verdict = await check((options) =>
      evaluateScorer({ ...options, dataset: { ...options.dataset, pairs: { ...options.dataset.pairs, train: none } } }),
    );
    expect(verdict.isPassed).toBe(false);
    expect(verdict.got).toContain('ndcg_at_10 of equal scores');
  });
});
