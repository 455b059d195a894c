import { describe, expect, it } from 'vitest';
import { textOf } from '../../../../../ui-cli/dashboard/core/line.ts';
import { type Curve, curvePlot, type PlotOptions } from '../../../../../ui-cli/dashboard/plot/curve-plot.ts';
import { smoothed } from '../../../../../ui-cli/dashboard/plot/smooth.ts';

const OPTIONS: PlotOptions = { title: 'loss', isLog: false, smoothing: 0, unit: 'epochs' };

const curve = (ys: readonly number[], change: Partial<Curve> = {}): Curve => ({
  ...{ name: 'trial-000', role: 'series-1', mark: '1' },
  points: ys.map((y, place) => ({ x: place + 1, y })),
  ...change,
});

const frame = (
  curves: readonly Curve[],
  { columns, rows, ...change }: Partial<PlotOptions> & { readonly columns: number; readonly rows: number },
): readonly string[] => curvePlot(curves, { ...OPTIONS, ...change }, { columns, rows }).map(textOf);

describe('ui-cli/dashboard/plot/curve-plot', () => {
  it('draws a constant in the middle of its axis', () => {
    // 4.5 to 5.5 over 8 dots: 5 is dot 4, the first one of the second character.
    expect(frame([curve([5, 5])], { columns: 20, rows: 5 })).toEqual([
      'loss',
      ` │${' '.repeat(18)}`,
      `5┤${'⠉'.repeat(17)}1`,
      ` └${'─'.repeat(18)}`,
      `  1${' '.repeat(16)}2`,
    ]);
  });

  it('joins neighbours, and ends with the mark', () => {
    // 36 dots across, 8 down: a step up every five dots, from the middle of the first five on, which are three.
    expect(frame([curve([0, 1])], { columns: 20, rows: 5 })).toEqual([
      'loss',
      `1┤${' '.repeat(9)}⣀⣀⡠⠤⠤⠒⠒⠊1`,
      `0┤⣀⡠⠤⠤⠒⠒⠊⠉⠉${' '.repeat(9)}`,
      ` └${'─'.repeat(18)}`,
      `  1${' '.repeat(16)}2`,
    ]);
  });

  it('leaves a gap where a value is no number, and counts what it cannot draw', () => {
    const lines = frame([curve([1, Number.NaN, 1, Number.POSITIVE_INFINITY])], { columns: 40, rows: 5, mostX: 4 });
    expect(lines[0]).toBe('loss  2 values not finite');
    // 76 dots for epochs 1 to 4: epoch 1 is dot 0, epoch 3 dot 50 of column 25, where the mark stands.
    expect(lines[2]).toBe(`1┤⠁${' '.repeat(24)}1${' '.repeat(12)}`);
  });

  it('on a log axis equal factors are equal ways, and what is not above 0 is told of', () => {
    const lines = frame([curve([1, 10, 100, 0])], { columns: 60, rows: 12, isLog: true });
    expect(lines[0]).toBe('loss, log  1 value not above 0');
    // 8 rows of 4 dots for two powers of ten: 100 is dot 0, 10 dot 16 of row 4, 1 dot 31 of row 7.
    expect([1, 5, 8].map((row) => lines[row]?.slice(0, 4))).toEqual(['100┤', ' 10┤', '  1┤']);
  });

  it('names curves with their marks, and those without values', () => {
    const curves = [curve([1, 2]), curve([], { name: 'trial-001', mark: '2' })];
    expect(frame(curves, { columns: 60, rows: 8 }).at(-1)).toBe('1 trial-000 2  2 trial-001 (no values)');
  });

  it('draws one point, and nothing at all, without trouble', () => {
    expect(frame([curve([0.3])], { columns: 30, rows: 8 }).filter((line) => /[│┤].*1/.test(line))).toHaveLength(1);
    expect(frame([curve([])], { columns: 30, rows: 8 })[1]).toBe('No values to draw.');
    expect(frame([curve([Number.NaN])], { columns: 30, rows: 8 })[0]).toBe('loss  1 value not finite');
  });

  it('two curves that end in one place keep their marks apart', () => {
    const lines = frame([curve([1, 2]), curve([2, 2], { mark: '2' })], { columns: 20, rows: 5 });
    expect(lines[1]?.at(-1)).toBe('1');
    expect(lines[1]?.slice(0, 3)).toBe('2┤2');
  });

  it('smooths without a pull to zero at the beginning', () => {
    // Weight one half: (1·1)/1, then (0.5·1 + 1·3)/1.5, with the gap passed over, then (0.25·1 + 0.5·3 + 1·3)/1.75.
    const [a, b, gap, c] = smoothed([1, 3, Number.NaN, 3], 0.5);
    expect([a, gap]).toEqual([1, Number.NaN]);
    expect(b).toBeCloseTo(3.5 / 1.5, 12);
    expect(c).toBeCloseTo(4.75 / 1.75, 12);
  });
});
