/** The verdict of a gate as one page: what was decided, what it rests on, and how to compute it again. */
import type { DecidedVerdict, GateRule } from '../contracts/gate.ts';
import type { GateDetails, SliceDifference, VerdictFacts } from '../contracts/gate-details.ts';
import { ARTIFACT } from '../contracts/names.ts';
import { differenceChart } from './difference-chart.ts';
import { effectPlot } from './effect-plot.ts';
import { decisionText, differenceText, figureText, percentText, probabilityText } from './gate-facts.ts';
import { page } from './page.ts';
import { element, escapeMarkup } from './svg.ts';
import { type Cell, heading, list, paragraph, table } from './table.ts';

const number = (text: string): Cell => ({ text, kind: 'number' });
const numberTitle = (text: string): Cell => ({ text, kind: 'number' });

const sides = ({ candidate, champion, compared_with: comparedWith, ci }: DecidedVerdict): string => {
  const missing = comparedWith === null ? 'none' : `version ${comparedWith}`;
  return table(
    [{ text: '' }, { text: 'version' }, { text: 'run' }, numberTitle('test NDCG@10')],
    [
      [
        { text: 'candidate' },
        { text: `version ${candidate.version}` },
        { text: candidate.run_id },
        number(figureText(candidate.ndcg_at_10)),
      ],
      [
        { text: 'champion' },
        { text: champion === null ? missing : `version ${champion.version}` },
        { text: champion?.run_id ?? '–' },
        number(figureText(champion?.ndcg_at_10 ?? null)),
      ],
      ...(ci === null ? [] : [[{ text: 'difference' }, { text: '' }, { text: '' }, number(differenceText(ci.mean))]]),
    ],
  );
};

/** What the interval's lower end has to exceed. */
const boundOf = ({ rules }: DecidedVerdict): number | null =>
  rules.find(({ name }) => name === 'superior')?.bound ?? null;

const certainty = ({ ci, users, p_value: p, effect_size: effect, power }: DecidedVerdict): readonly string[] =>
  ci === null
    ? []
    : [
        table(
          [{ text: 'how sure' }, numberTitle('value'), { text: 'meaning' }],
          [
            [
              { text: `${percentText(ci.confidence)} interval` },
              number(`${differenceText(ci.low)} to ${differenceText(ci.high)}`),
              { text: 'of the mean per-user difference, over resampled users', kind: 'params' },
            ],
            [
              { text: 'p' },
              number(p === null ? '–' : probabilityText(p)),
              {
                text: 'two-sided: chance alone makes a difference as large this often (signs flipped)',
                kind: 'params',
              },
            ],
            [
              { text: 'effect size' },
              number(effect === null ? '–' : differenceText(effect)),
              { text: 'mean difference over its standard deviation', kind: 'params' },
            ],
            [
              { text: 'smallest lift' },
              number(figureText(power?.smallest_lift ?? null)),
              {
                text: `that ${users ?? 'these'} users would have shown to be an improvement 80 % of the time`,
                kind: 'params',
              },
            ],
          ],
        ),
      ];

const rulesTable = (rules: readonly GateRule[]): string =>
  rules.length === 0
    ? paragraph('None was checked.')
    : table(
        [{ text: 'rule' }, { text: 'passed' }, numberTitle('value'), numberTitle('bound'), { text: 'reason' }],
        rules.map(({ name, passed, value, bound, reason }) => [
          { text: name },
          passed ? { text: 'yes' } : { text: 'no', kind: 'best' },
          number(figureText(value)),
          number(figureText(bound)),
          { text: reason, kind: 'params' },
        ]),
      );

const sliceName = ({ side, feature, value }: SliceDifference): string =>
  side === 'history' ? `${value} (by ${feature})` : `${side} ${feature}: ${value}`;

const slicesTable = (slices: readonly SliceDifference[]): string =>
  table(
    [{ text: 'users' }, ...['number', 'candidate', 'champion', 'difference'].map(numberTitle)],
    slices.map((slice) => [
      { text: sliceName(slice), kind: 'params' },
      number(String(slice.users)),
      number(figureText(slice.candidate)),
      number(figureText(slice.champion)),
      number(differenceText(slice.candidate - slice.champion)),
    ]),
  );

const userSections = ({ ci }: DecidedVerdict, details: GateDetails | null): readonly string[] => {
  if (ci === null) {
    return [];
  }
  return details === null
    ? [
        heading('Users'),
        paragraph('A later evaluation has replaced the per-user figures of this verdict; they are not shown.'),
      ]
    : [
        heading('Users'),
        element('figure', { id: 'effects' }, effectPlot(details)),
        heading('NDCG@10 by slice'),
        slicesTable(details.slices),
        paragraph(
          'Without intervals: a small group may differ by chance. For items: users who like items of that value.',
        ),
      ];
};

const notCovered = ({ ci, seed_noise: seedNoise, champion_problem: problem }: DecidedVerdict): readonly string[] => [
  ...(problem === null
    ? []
    : [`The champion could not be evaluated, so nothing is known of the difference: ${problem}.`]),
  ...(seedNoise === null
    ? []
    : ['Seed noise: training the same settings with another seed may move the mean by more than the interval says.']),
  ...(ci === null
    ? []
    : ['Other users than those of this test part, and later ones: the interval is over users like these.']),
  'Effects on what users do: a test part tells how well recorded likes are ranked, not what people would do.',
];

const recompute = ({ ci, candidate }: DecidedVerdict): readonly string[] =>
  ci === null
    ? []
    : [
        heading('Compute it again'),
        paragraph(
          `Every test user is a row of the artifact ${ARTIFACT.gateUsers} of run ${candidate.run_id}, with NDCG@10 under both models. ` +
            'The difference is the mean over users of ndcg_candidate - ndcg_champion; the interval holds the middle of such means over users drawn with replacement; p is the share of sign flips of the differences whose mean is at least as far from 0.',
        ),
        element(
          'pre',
          {},
          escapeMarkup(
            `SELECT count(*) AS users, avg(ndcg_candidate - ndcg_champion) AS difference FROM '${ARTIFACT.gateUsers}';`,
          ),
        ),
      ];

/** A function of its input alone; refers to nothing outside itself. */
export const gatePage = ({ modelName, experimentId, datasetVersion, verdict, details }: VerdictFacts): string => {
  const { candidate, reasons, rules, ci } = verdict;
  const title = `${modelName} version ${candidate.version}: ${decisionText(verdict)}`;
  const parts = [
    element('h1', {}, escapeMarkup(title)),
    element('p', { class: 'decision' }, escapeMarkup(reasons.at(-1) ?? `${decisionText(verdict)}.`)),
    paragraph(`Experiment ${experimentId}, on the test part of dataset version ${datasetVersion}.`),
    heading('Candidate and champion'),
    sides(verdict),
    ...(ci === null ? [] : [element('figure', { id: 'difference' }, differenceChart(ci, boundOf(verdict)))]),
    ...certainty(verdict),
    heading('Rules'),
    rulesTable(rules),
    ...(reasons.length > 1 ? [heading('Reasons'), list(reasons)] : []),
    ...userSections(verdict, details),
    heading('What this does not cover'),
    list(notCovered(verdict)),
    ...recompute(verdict),
  ];
  return page(title, parts.join('\n'));
};
