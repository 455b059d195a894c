import { expect, test } from 'vitest';
import { comparisonPage } from '../../../reports/comparison-page.ts';
import { modelComparison, userValues } from '../../support/model-comparison.ts';
import { parseMarkup } from '../../support/parse-markup.ts';

const HOSTILE = `</td><script>alert("1")</script>&amp;'\u0000\uD800`;

const DOCTYPE = '<!DOCTYPE html>\n';

const wellFormed = (html: string): readonly string[] => {
  expect(html.startsWith(DOCTYPE)).toBe(true);
  return parseMarkup(html.slice(DOCTYPE.length).trimEnd()).map(({ element }) => element);
};

const made = (...refs: readonly string[]) =>
  modelComparison(
    refs.map((ref, index) => ({ ref, values: userValues(index / 50), learningRate: 0.001 * (index + 1) })),
  );

test.each([
  ['two models', made('models/a', 'models/b')],
  ['five models', made('a', 'b', 'c', 'd', 'e')],
  ['equal models', modelComparison(['x', 'y'].map((ref) => ({ ref, values: userValues() })))],
  ['names that break markup', { ...made(HOSTILE, 'b'), warnings: [HOSTILE] }],
])('the page of %s is well-formed, and neither loads nor runs anything', (_case, comparison) => {
  const html = comparisonPage(comparison);
  const elements = wellFormed(html);
  expect(elements).not.toContain('script');
  expect(elements.filter((element) => element === 'svg')).toHaveLength(1);
  expect(html).not.toMatch(/NaN|Infinity|undefined|(src|href)=|url\(|@import/);
});

test('says all that its chart has to say', () => {
  const [, subtitle = ''] = /<text x="20" y="47"[^>]*>([^<]*)<\/text>/.exec(comparisonPage(made('a', 'b'))) ?? [];
  expect(subtitle).toMatch(/^Means with their intervals\..* see below\.$/);
});

test('has every pair of every metric, every setting that differs, every warning', () => {
  const html = comparisonPage({ ...made('a', 'b', 'c'), warnings: ['c was trained on other data'] });
  expect(html.match(/<td>[ABC] - [ABC]<\/td>/g)).toHaveLength(3 * 6);
  expect(html).toContain('<td>training.learning_rate</td><td class="params">0.001</td><td class="params">0.002</td>');
  expect(html).toContain('c was trained on other data.');
  // 0.29 for the first, 0.02 more for each further one.
  expect(html).toMatch(/<td class="number best">0\.3300 \(0\.\d{4} to 0\.\d{4}\) \*<\/td>/);
});
