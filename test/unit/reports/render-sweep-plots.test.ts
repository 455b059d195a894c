import { expect, test } from 'vitest';
import type { TrialRecord } from '../../../contracts/sweep.ts';
import { renderSweepReport } from '../../../reports/render-sweep-report.ts';
import type { SweepReportInput } from '../../../reports/sweep-facts.ts';
import { parseMarkup } from '../../support/parse-markup.ts';

const trial = (index: number, change: Partial<TrialRecord> = {}): TrialRecord => ({
  index,
  params: { 'training.learning_rate': 0.001 * (index + 1), 'model.hidden_dims': index % 2 === 0 ? [64] : [128, 64] },
  status: index % 3 === 2 ? 'pruned' : 'completed',
  value: ((index * 7) % 10) / 10,
  reports: [
    { epoch: 1, value: 0.1, sequence: index },
    { epoch: 3, value: ((index * 7) % 10) / 10, sequence: 100 + index },
  ],
  ...change,
});

const input = (change: Partial<SweepReportInput> = {}): SweepReportInput => ({
  name: 'demo',
  status: 'completed',
  objective: { metric: 'ndcg_at_10', direction: 'maximise' },
  trials: Array.from({ length: 9 }, (_, index) => trial(index)),
  space: { 'training.learning_rate': { float: { low: 0.001, high: 0.01, log: true } } },
  seed: 7,
  ...change,
});

const HOSTILE = `</svg><script>alert("1")</script>&amp;'\u0000\uD800`;

test.each([
  ['nine trials', input()],
  ['no trial', input({ trials: [] })],
  ['one trial', input({ trials: [trial(0)] })],
  ['trials without a value', input({ trials: [trial(0, { status: 'failed', value: null, reports: [] })] })],
  ['equal values', input({ trials: [0, 1, 2, 3].map((index) => trial(index, { value: 0.5, status: 'completed' })) })],
  ['numbers that are none', input({ trials: [trial(0), trial(1, { value: Number.NaN })] })],
  [
    'missing parameters',
    input({ trials: [trial(0), trial(1, { params: {} }), trial(3, { params: { other: true } })] }),
  ],
  [
    'texts that break markup',
    input({ name: HOSTILE, trials: [trial(0, { params: { [HOSTILE]: HOSTILE } }), trial(1)] }),
  ],
])('reports: every plot of %s is well-formed and draws numbers only', (_case, facts) => {
  for (const { name, svg } of renderSweepReport(facts).plots) {
    expect(parseMarkup(svg).map(({ element }) => element)[0], name).toBe('svg');
    expect(svg, name).not.toMatch(/NaN|Infinity|undefined|<script|href/);
  }
});

test('reports: a plot has its title, and the history one mark for each trial with a value', () => {
  const plots = renderSweepReport(input()).plots;
  expect(plots.map(({ name }) => name)).toEqual(['history', 'importances', 'slices', 'parallel_coordinates', 'curves']);
  const history = plots[0]?.svg ?? '';
  expect(history).toContain('>Optimisation history<');
  expect(history).toContain('validation NDCG@10');
  // Values 0, 0.7, 0.4, 0.1, 0.8, 0.5, 0.2, 0.9, 0.6; every third one is pruned.
  expect(history).toContain('Best: trial-007, 0.9000.');
  // Six completed and three pruned trials, and one mark of each in the legend.
  const marks = parseMarkup(history).map(({ element, text }) => `${element} ${text.includes(' d="M') ? 'cross' : ''}`);
  expect(marks.filter((mark) => mark === 'circle ')).toHaveLength(7);
  expect(history.match(/l6 6m0-6l-6 6/g)).toHaveLength(4);
});

test('reports: the line of a trial without a parameter of others passes that axis and goes on to its value', () => {
  const trials = [trial(0), trial(1, { params: { 'training.learning_rate': 0.002 }, value: 0.9 })];
  const { svg } = renderSweepReport(input({ trials })).plots.find(({ name }) => name === 'parallel_coordinates') ?? {
    svg: '',
  };
  const lines = parseMarkup(svg).filter(({ element }) => element === 'path');
  // Axes: learning rate, hidden dims, value.
  expect(lines.map(({ text }) => text.match(/[ML]\d/g)?.length)).toEqual([3, 3]);
  expect(svg.match(/>not set</g)).toHaveLength(1);
});

test('reports: without reports at several epochs there are no curves', () => {
  const trials = [0, 1].map((index) => trial(index, { reports: [{ epoch: 9, value: 0.1, sequence: index }] }));
  expect(renderSweepReport(input({ trials })).plots.map(({ name }) => name)).not.toContain('curves');
});

test('reports: ten thousand trials stay below a megabyte a file, keep the best, and say what is left out', () => {
  const trials = Array.from({ length: 10_000 }, (_, index) => trial(index, { value: index === 4321 ? 0.99 : 0.5 }));
  const best = trials.map((one) => (one.index === 4321 ? { ...one, status: 'completed' as const } : one));
  const { plots, html } = renderSweepReport(input({ trials: best }));
  expect(Math.max(...plots.map(({ svg }) => svg.length), html.length)).toBeLessThan(1_000_000);
  expect(plots[0]?.svg).toContain('<title>trial-4321, completed, 0.99</title>');
  expect(plots[0]?.svg).toContain('2000 of 10000 trials are drawn');
});

test('reports/sweep-page: holds every plot and the leaderboard, and loads nothing', () => {
  const { html, plots } = renderSweepReport(input());
  expect(plots.filter(({ svg }) => !html.includes(svg))).toEqual([]);
  const places = [...html.matchAll(/<td>(trial-\d+)<\/td><td>(\w+)<\/td>/g)].map(([, name, status]) => [name, status]);
  expect(places[0]).toEqual(['trial-007', 'completed']);
  expect(places).toHaveLength(9);
  // Pruned ones stand by their last value: 0.6, 0.5 and 0.4 of 0.9, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, …
  expect(places.findIndex(([, status]) => status === 'pruned')).toBe(3);
  expect(html).not.toMatch(/(src|href)=|url\(|@import/);
});

test('reports/sweep-page: texts of the config are text, not markup', () => {
  const { html } = renderSweepReport(input({ name: HOSTILE, trials: [trial(0, { params: { [HOSTILE]: HOSTILE } })] }));
  expect(html).not.toContain('<script');
  expect(html).toContain('&lt;script&gt;');
});

test.each([
  ['completed', '1 completed, 2 never started. The sweep ended before their turn.'],
  ['failed', '1 completed, 2 never started. The experiment failed before their turn.'],
  ['cancelled', '1 completed, 2 never started. The experiment was cancelled before their turn.'],
  ['running', '1 completed, 2 pending.'],
] as const)(
  'reports/sweep-page: of one that is %s it says what became of the trials without a turn',
  (status, text) => {
    const without = { status: 'pending', value: null, reports: [] } as const;
    const trials = [trial(0), trial(1, without), trial(2, without)];
    expect(renderSweepReport(input({ status, trials })).html).toContain(`<p>3 trials: ${text}</p>`);
  },
);
