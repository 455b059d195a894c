import { describe, expect, it } from 'vitest';
import { compareWithUndisturbed } from './compare-with-undisturbed.ts';
import { planKills, TARGETS } from './kill-plan.ts';

const LEARNING_RATES = [0.001, 0.0005];
const EPOCHS = 40;

describe('chaos/short', () => {
  it('with each process killed once the sweep ends as an undisturbed one', {
    timeout: 1_200_000,
  }, async () => {
    const plan = planKills({ seed: 1, kills: TARGETS.length, shortestMs: 1_500, longestMs: 4_000 });
    const lines: string[] = [];
    const outcome = await compareWithUndisturbed({
      learningRates: LEARNING_RATES,
      epochs: EPOCHS,
      plan,
      log: (line) => lines.push(line),
    });
    // A sweep that was over before the last kill has proved less than it claims.
    expect(outcome.kills, lines.join('\n')).toEqual(plan);
    expect(outcome.trainedEpochs).toBeGreaterThanOrEqual(LEARNING_RATES.length * EPOCHS - plan.length);
  });
});
