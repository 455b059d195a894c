import { expect, test } from 'vitest';
import type { GateDetails, VerdictFacts } from '../../../contracts/gate-details.ts';
import { gatePage } from '../../../reports/gate-page.ts';
import { blessed } from '../../support/blessed.ts';
import { comparedVerdict } from '../../support/gate-verdicts.ts';
import { parseMarkup } from '../../support/parse-markup.ts';

const DETAILS: GateDetails = {
  users: 1200,
  better: 500,
  worse: 400,
  equal: 300,
  differences: [-0.5, -0.1, 0, 0.2, 0.6],
  slices: [
    { side: 'history', feature: 'training pairs', value: 'cold', users: 700, candidate: 0.21, champion: 0.22 },
    { side: 'user', feature: 'country', value: 'de', users: 90, candidate: 0.4, champion: 0.3 },
  ],
};

const input = (change: Partial<VerdictFacts> = {}): VerdictFacts => ({
  modelName: 'demo',
  experimentId: 'demo-0123456789',
  datasetVersion: 'v-1',
  verdict: comparedVerdict(),
  details: DETAILS,
  ...change,
});

/** Cells of every row of the table under a title, as texts. */
const rowsBelow = (html: string, title: string): readonly (readonly string[])[] => {
  const [, section = ''] = html.split(`<h2>${title}</h2>`);
  const [, body = ''] = /<tbody>(.*?)<\/tbody>/s.exec(section) ?? [];
  return body.split('\n').map((row) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, text = '']) => text));
};

const WITHOUT_CHAMPION = comparedVerdict({
  ...{ decision: 'promoted', champion: null, compared_with: null, ci: null, users: null, p_value: null },
  ...{ effect_size: null, power: null, seed_noise: null, reasons: ['Promoted: there is no champion to compare with.'] },
});

const HOSTILE = `</p><script>alert("1")</script>&amp;'\u0000\uD800`;

test.each([
  ['a rejection', input()],
  ['a promotion without a champion', input({ verdict: WITHOUT_CHAMPION, details: null })],
  [
    'a champion that cannot be evaluated',
    input({ verdict: comparedVerdict({ ci: null, champion: null, champion_problem: HOSTILE }), details: null }),
  ],
  ['details that are gone', input({ details: null })],
  ['one user', input({ details: { ...DETAILS, users: 1, better: 1, worse: 0, equal: 0, differences: [0.2] } })],
  [
    'equal models',
    input({ details: { ...DETAILS, differences: [0, 0, 0] }, verdict: comparedVerdict({ effect_size: null }) }),
  ],
  [
    'texts that break markup',
    input({
      modelName: HOSTILE,
      experimentId: HOSTILE,
      datasetVersion: HOSTILE,
      verdict: comparedVerdict({ reasons: [HOSTILE, HOSTILE] }),
      details: { ...DETAILS, slices: DETAILS.slices.map((slice) => ({ ...slice, feature: HOSTILE, value: HOSTILE })) },
    }),
  ],
])('the page of %s is well-formed, runs nothing and loads nothing', (_case, facts) => {
  const html = gatePage(facts);
  const tags = parseMarkup(html.replace('<!DOCTYPE html>\n', '').trim());
  expect(tags[0]?.element).toBe('html');
  expect(tags.map(({ element }) => element)).not.toContain('script');
  expect(html).not.toMatch(/NaN|Infinity|undefined|(src|href)=|url\(|@import/);
});

test('says the decision first, then both models, the interval and how sure it is', () => {
  const html = gatePage(input());
  expect(html).toContain('<h1>demo version 4: not promoted</h1>');
  expect(html).toContain('<p class="decision">Not promoted: the gain of 0.010 may be chance.</p>');
  expect(rowsBelow(html, 'Candidate and champion')).toEqual([
    ['candidate', 'version 4', 'run-of-4', '0.3100'],
    ['champion', 'version 3', 'run-of-3', '0.3000'],
  ]);
  expect(html).toContain(
    'NDCG@10: candidate 0.3100, champion 0.3000, difference +0.0100 (95 % interval -0.0050 to +0.0250).',
  );
  expect(html).toContain('>Mean difference +0.0100 (-0.0050 to +0.0250)<');
  expect(html).toContain('>must lie above 0<');
  expect(html).toContain('candidate less champion, with its 95 % interval.');
  expect(html).toMatch(/<td>p<\/td><td class="number">0\.1900</);
  expect(html).toMatch(/<td>effect size<\/td><td class="number">\+0\.0375</);
  expect(html).toMatch(/<td>smallest lift<\/td><td class="number">0\.0215<\/td>.*1200 users/);
});

test('tells of the blessing both figures, and which engines answered as in production', () => {
  const { engines, ...earlier } = blessed();
  const pageOf = (blessing: typeof earlier) => gatePage(input({ verdict: comparedVerdict({ blessing }) }));
  const figure = 'Served as in production, with router and index: 0.35';
  expect(pageOf({ ...earlier, ...(engines && { engines }) })).toContain(
    `${figure}; users by engine: two_tower 70, content 10.`,
  );
  expect(pageOf(earlier)).toContain(`${figure}.`);
});

test('names the trainings that the interval is over, and computes with them', () => {
  const verdict = comparedVerdict({ seed_noise: { replicates: 3, sd: 0.0123 } });
  const html = gatePage(input({ verdict }));
  expect(rowsBelow(html, 'Candidate and champion')).toEqual([
    ['candidate', 'version 4', 'run-of-4', '0.3100'],
    // The champion's 0.3 and the mean difference of 0.01.
    ['mean of 3 trainings', '', '', '0.3100'],
    ['champion', 'version 3', 'run-of-3', '0.3000'],
  ]);
  expect(html).toContain('mean of 3 trainings less champion, with its 95 % interval.');
  expect(html).toContain('of that mean, over resampled users and trainings');
  expect(html).toMatch(/<td>seed noise<\/td><td class="number">0\.0123<\/td>.*in the interval: standard deviation/);
  expect(html).toContain('Of the candidate itself, without its other trainings');
  expect(html).toContain('avg((ndcg_candidate + ndcg_replicate_2 + ndcg_replicate_3) / 3 - ndcg_champion)');
  expect(html).not.toContain('<li>Seed noise:');
});

test('without other trainings says beside the interval that the seed is not in it', () => {
  const html = gatePage(input());
  expect(html).toMatch(/<td>seed noise<\/td><td class="number">not measured<\/td>.*not in the interval/);
  expect(html).toContain('<li>Seed noise:');
});

test('names what stood in for a champion that could not be evaluated, beside it and wherever it is compared', () => {
  const champion_stand_in = { run_id: 'run-in-place', reason: 'its files are gone' };
  const html = gatePage(input({ verdict: comparedVerdict({ champion_stand_in }) }));
  expect(rowsBelow(html, 'Candidate and champion')).toEqual([
    ['candidate', 'version 4', 'run-of-4', '0.3100'],
    ['champion, not evaluated', 'version 3', 'run-of-3', '–'],
    ['stand-in', 'settings of version 3', 'run-in-place', '0.3000'],
  ]);
  expect(html).toContain('candidate less stand-in, with its 95 % interval.');
  expect(html).toContain('<th class="number">stand-in</th>');
  expect(html).not.toContain('<th class="number">champion</th>');
  expect(html).toContain('ndcg_champion is that of the stand-in');
  const same = comparedVerdict({
    ...{ ci: null, champion: null, champion_problem: 'gone' },
    champion_stand_in: { run_id: 'run-of-4', reason: 'gone' },
  });
  expect(rowsBelow(gatePage(input({ verdict: same, details: null })), 'Candidate and champion')).toEqual([
    ['candidate', 'version 4', 'run-of-4', '0.3100'],
    ['champion, not evaluated', 'version 3', '–', '–'],
    ['stand-in', 'settings of version 3', 'run-of-4', '0.3100'],
  ]);
});

test('holds the candidate beside the best champion of 12 months, DCG@10, the margin and every guard', () => {
  const [ci, dcg] = [
    { mean: -0.02, low: -0.04, high: 0.001, confidence: 0.95 },
    { mean: 0.03, low: -0.01, high: 0.07, confidence: 0.95 },
  ];
  const guard = {
    ...{
      metric: 'recall_at_10' as const,
      slice: null,
      candidate: 0.4,
      champion: 0.5,
      users: 1200,
      standard_error: 0.02,
    },
    ...{ p_value: 0.3, problem: null, tolerance: 0.05, value: 0.6, bound: 0.025, adjusted_p: 0.6, passed: false },
    provable_tolerance: 0.061,
  };
  const size = {
    ...{ metric: 'model_size_mb' as const, slice: null, candidate: 4, champion: 4, users: null, standard_error: null },
    ...{ p_value: null, problem: null, tolerance: 0.1, value: 0, bound: 0.1, adjusted_p: null, passed: true },
    provable_tolerance: null,
  };
  const coverage = {
    ...{ ...size, metric: 'coverage' as const, candidate: null, champion: null, problem: 'no number for both' },
    ...{ tolerance: 0.01, value: null, bound: 0.01, passed: false },
  };
  const rule = { name: 'non_inferior' as const, passed: false, value: -0.005, bound: -0.004, reason: 'why' };
  const guardRule = { ...rule, name: 'guard:recall_at_10' as const };
  const verdict = comparedVerdict({
    ...{ dcg, margin_p_value: 0.04, guards: [guard, size, coverage], rules: [rule, guardRule] },
    ancestor: {
      version: '2',
      run_id: 'run-of-2',
      ndcg_at_10: 0.33,
      ci,
      users: 1200,
      margin_p_value: 0.5,
      problem: null,
    },
  });
  const html = gatePage(input({ verdict }));
  expect(rowsBelow(html, 'Candidate and champion').at(-1)).toEqual([
    'best of 12 months',
    'version 2',
    'run-of-2',
    '0.3300',
  ]);
  expect(html).toMatch(/<td>to the best of 12 months<\/td><td class="number">-0\.0400 to \+0\.0010</);
  expect(html).toMatch(/<td>DCG@10<\/td><td class="number">-0\.0100 to \+0\.0700</);
  expect(html).toMatch(/<td>p of the margin<\/td><td class="number">0\.0400</);
  expect(html).toContain('>must lie above -0.0040<');
  expect(rowsBelow(html, 'Guards')).toEqual([
    ['recall_at_10', 'no', '0.4000', '0.5000', '0.1000', '0.0500', '0.6000', 'p ≤ 0.0250', '0.0610', '1200'],
    ['model_size_mb', 'yes', '4.0000', '4.0000', '0.0000', '0.1000', '–', 'worse by ≤ 0.1000', '–', '–'],
    ['coverage', 'no', '–', '–', '–', '0.0100', '–', 'worse by ≤ 0.0100', '–', '–'],
  ]);
  expect(html).toContain('coverage was not measured: no number for both.');
  // Guards have no second row among the rules.
  expect(rowsBelow(html, 'Rules').map(([name]) => name)).toEqual(['non_inferior']);
});

test('writes what the interval must exceed on the side of its line where there is room', () => {
  const label = /<text([^>]*)>must lie above 0<\/text>/;
  const loss = comparedVerdict({ ci: { mean: -0.05, low: -0.1, high: -0.01, confidence: 0.95 } });
  expect(label.exec(gatePage(input({ verdict: loss })))?.[1]).toContain('text-anchor="end"');
  const gain = comparedVerdict({ ci: { mean: 0.05, low: 0.01, high: 0.1, confidence: 0.95 } });
  expect(label.exec(gatePage(input({ verdict: gain })))?.[1]).not.toContain('text-anchor="end"');
});

test('says how often this test part was looked at, and what is left of it', () => {
  const used = { looks: 3, shelf_life: 52, alpha_spent: 0.0312, is_used_up: false };
  const html = gatePage(input({ verdict: comparedVerdict(used) }));
  expect(html).toContain('look 3 of the 52 that this test part has; 49 are left');
  expect(html).toContain('at most 3.12 %.</p>');
  const over = gatePage(input({ verdict: comparedVerdict({ ...used, looks: 53, is_used_up: true }) }));
  expect(over).toContain('; 0 are left');
  expect(over).toContain('only a person may promote');
  expect(gatePage(input())).not.toContain('Use of this test part');
});

test('lists each rule with its number, and how that has to stand to the bound', () => {
  expect(rowsBelow(gatePage(input()), 'Rules')).toEqual([
    ['minimum', 'yes', 'NDCG@10', '0.3100', '≥ 0.1000', 'test NDCG@10 reaches the minimum'],
    ['superior', 'no', 'low end of interval', '-0.0050', '&gt; 0.0000', 'the gain may be chance'],
  ]);
});

test('lists slices with their differences, and says how many users gain', () => {
  const html = gatePage(input());
  expect(rowsBelow(html, 'NDCG@10 by slice')).toEqual([
    ['cold (by training pairs)', '700', '0.2100', '0.2200', '-0.0100'],
    ['user country: de', '90', '0.4000', '0.3000', '+0.1000'],
  ]);
  // 500, 400 and 300 of 1,200.
  expect(html).toContain('500 (41.67 %) gain, 400 (33.33 %) lose, 300 (25 %) see no difference');
});

test('names what it leaves out, and the file and the formula to compute it again', () => {
  const html = gatePage(input());
  expect(html).toContain('<li>Seed noise:');
  expect(html).toContain('gate_users.parquet of run run-of-4');
  expect(html).toContain('avg(ndcg_candidate - ndcg_champion)');
  const alone = gatePage(input({ verdict: WITHOUT_CHAMPION, details: null }));
  expect(alone).not.toContain('Seed noise');
  expect(alone).not.toContain('gate_users.parquet');
});

test('says so where a later evaluation has replaced the per-user figures', () => {
  expect(gatePage(input({ details: null }))).toContain('A later evaluation has replaced the per-user figures');
});

test('stays below 200 kB with as many points and slices as there may be', () => {
  const differences = Array.from({ length: 400 }, (_, place) => (place - 200) / 211);
  const slices = Array.from({ length: 103 }, (_, index) => ({ ...DETAILS.slices[1], value: `value-${index}` }));
  const details = { ...DETAILS, users: 100_000, differences, slices } as GateDetails;
  expect(gatePage(input({ details })).length).toBeLessThan(200_000);
});

test('what was decided awaits no approval any more; what is open does', () => {
  const reasons = ['Awaits approval: a gain.', 'Approved by ana: fine'];
  const decided = gatePage(input({ verdict: comparedVerdict({ decision: 'promoted', reasons }) }));
  expect(decided).toContain('Awaited approval: a gain.');
  expect(decided).not.toContain('Awaits approval');
  const open = comparedVerdict({ decision: 'awaiting_approval', reasons: ['A note.', 'Awaits approval: a gain.'] });
  expect(gatePage(input({ verdict: open }))).toContain('Awaits approval: a gain.');
});
