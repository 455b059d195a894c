import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { textOf } from '../../../../../ui-cli/dashboard/core/line.ts';
import { type Curve, curvePlot } from '../../../../../ui-cli/dashboard/plot/curve-plot.ts';

const values = fc.oneof(
  fc.double(),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, 5e-324, Number.MAX_VALUE),
);

const curves = fc
  .array(fc.record({ ys: fc.array(values, { maxLength: 60 }), isScatter: fc.boolean() }), { maxLength: 6 })
  .map((all) =>
    all.map(
      ({ ys, isScatter }, place): Curve => ({
        ...{ name: `trial-00${place}`, role: 'series-1', mark: String(place + 1), isScatter },
        points: ys.map((y, epoch) => ({ x: epoch + 1, y })),
      }),
    ),
  );

const sizes = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) });

const options = fc.record({
  isLog: fc.boolean(),
  smoothing: fc.constantFrom(0, 0.6, 0.9),
  title: fc.string(),
  unit: fc.constant('epochs'),
});

describe('ui-cli/dashboard/plot/curve-plot', () => {
  test('no plot is wider or higher than asked, whatever the values', () => {
    fc.assert(
      fc.property(curves, options, sizes, (shown, how, size) => {
        const lines = curvePlot(shown, how, size).map(textOf);
        expect(lines.length).toBeLessThanOrEqual(size.rows);
        expect(lines.filter((line) => stringWidth(line) > size.columns)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('every finite value has a character that is not blank where it belongs', () => {
    const finite = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 1000 });
    const room = fc.record({ columns: fc.integer({ min: 20, max: 200 }), rows: fc.integer({ min: 6, max: 40 }) });
    fc.assert(
      fc.property(finite, room, (ys, size) => {
        const points = ys.map((y, place) => ({ x: place + 1, y }));
        const [low, high] = [Math.min(...ys), Math.max(...ys)];
        fc.pre(high - low > 1e-3);
        const curve: Curve = { name: 'a', role: 'series-1', mark: '1', points };
        const how = { isLog: false, smoothing: 0, title: 't', unit: 'epochs' };
        const body = curvePlot([curve], how, size).map(textOf).slice(1, -3);
        const canvas = body.map((line) => line.slice(line.search(/[│┤]/) + 1));
        const [width, height] = [canvas[0]?.length ?? 0, canvas.length];
        for (const { x, y } of points) {
          const column = Math.round(((x - 1) / (ys.length - 1)) * (width * 2 - 1)) >> 1;
          const row = Math.round(((high - y) / (high - low)) * (height * 4 - 1)) >> 2;
          // Rounding may put a dot that lies between two characters into either.
          const near = [row - 1, row, row + 1].map((one) => canvas[one]?.[column] ?? ' ').join('');
          expect(near.trim()).not.toBe('');
        }
      }),
      { numRuns: 100 },
    );
  });
});
