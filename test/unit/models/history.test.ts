import { describe, expect, it } from 'vitest';
import { type HistoryStep, historiesOf, historyBags } from '../../../models/towers/history.ts';

/** User 0 liked items 0, 1 and 3, user 1 none, user 2 item 1; item 2 was disliked, item 3 is unknown to the model. */
const PAIRS = {
  userIndex: Int32Array.from([0, 0, 0, 0, 2]),
  itemIndex: Int32Array.from([0, 1, 2, 3, 1]),
  gain: Float32Array.from([1, 0.4, 0, 0.8, 1]),
};
const IDS = { size: 4, rows: Int32Array.from([1, 2, 3, 0]) };
const histories = historiesOf(PAIRS, 3, IDS);

/** Of a step that leaves nothing out. */
const WHOLE: HistoryStep = { isTarget: () => false, unknown: new Uint8Array(2), dropout: 0, seed: 1 };

describe('models/history', () => {
  it('holds the known items that were met with a gain', () => {
    expect([...histories.starts]).toEqual([0, 2, 2, 3]);
    expect([...histories.rows]).toEqual([1, 2, 2]);
  });

  it('a whole history is divided by the square root of its length', () => {
    const bags = historyBags(histories, Int32Array.from([2, 0, 1]), null);
    const half = Math.fround(Math.SQRT1_2);
    expect(bags).toEqual({
      starts: Int32Array.from([0, 1, 3, 3]),
      rows: Int32Array.from([2, 1, 2]),
      coefficients: Float32Array.from([1, half, half]),
    });
  });

  it('what a step asks about is not in the question', () => {
    const isTarget = (user: number, row: number) => user === 0 && row === 2;
    const bags = historyBags(histories, Int32Array.from([0, 2]), { ...WHOLE, isTarget });
    expect([...bags.rows]).toEqual([1, 2]);
    expect([...bags.coefficients]).toEqual([1, 1]);
  });

  it('a user taken for new has no history', () => {
    const step = { ...WHOLE, unknown: Uint8Array.of(1, 0) };
    const bags = historyBags(histories, Int32Array.from([0, 2]), step);
    expect([...bags.starts]).toEqual([0, 0, 1]);
    expect([...bags.rows]).toEqual([2]);
  });

  it('a step leaves out its share of a history, repeatably, and divides by what is left', () => {
    const length = 60;
    const one = { starts: Int32Array.from([0, length]), rows: Int32Array.from({ length }, (_, row) => row + 1) };
    const draw = (seed: number) => historyBags(one, Int32Array.from([0]), { ...WHOLE, dropout: 0.5, seed });
    const left = Array.from({ length: 200 }, (_, seed) => draw(seed).rows.length);
    expect(left.reduce((sum, count) => sum + count, 0) / (200 * length)).toBeCloseTo(0.5, 1);
    const { rows, coefficients } = draw(1);
    expect(draw(1).rows).toEqual(rows);
    expect(draw(2).rows).not.toEqual(rows);
    expect(coefficients[0]).toBeCloseTo(1 / Math.sqrt(rows.length), 6);
  });

  it('a long history is drawn from, repeatably, and keeps its expected sum', () => {
    const length = 400;
    const long = { starts: Int32Array.from([0, length]), rows: Int32Array.from({ length }, (_, row) => row + 1) };
    const draw = (seed: number) => historyBags(long, Int32Array.from([0]), { ...WHOLE, seed });
    const { rows, coefficients } = draw(1);
    expect(rows.length).toBeLessThan(length);
    expect(draw(1).rows).toEqual(rows);
    expect(draw(2).rows).not.toEqual(rows);
    const sum = coefficients.reduce((total, coefficient) => total + coefficient, 0);
    expect(sum).toBeCloseTo(length / Math.sqrt(length), 3);
  });
});
