import { expect, test } from 'vitest';
import { countRankings } from '../../../compute/jobs/count-rankings.ts';
import type { ComputeMessage } from '../../../contracts/trainer.ts';

test('says at once how many there will be, and after each how many are done', () => {
  const sent: ComputeMessage[] = [];
  const onRanked = countRankings({ send: (message) => sent.push(message) }, 2);
  onRanked();
  onRanked();
  expect(sent).toEqual([0, 1, 2].map((done) => ({ kind: 'counted', count: { done, total: 2, unit: 'rankings' } })));
});
