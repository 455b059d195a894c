/** The figures of a verdict as tables of its page. */
import type { ConfidenceInterval, DecidedVerdict, GateRule } from '../contracts/gate.ts';
import type { SliceDifference } from '../contracts/gate-details.ts';
import { differenceText, figureText, percentText, probabilityText } from './gate-facts.ts';
import { type Cell, heading, paragraph, table } from './table.ts';

const number = (text: string): Cell => ({ text, kind: 'number' });

const sideRow = (name: string, version: string | null, runId: string | null, ndcg: number | null): readonly Cell[] => [
  { text: name },
  { text: version === null ? 'none' : `version ${version}` },
  { text: runId ?? '–' },
  number(figureText(ndcg)),
];

export const sidesTable = ({ candidate, champion, compared_with: comparedWith, ancestor }: DecidedVerdict): string =>
  table(
    [{ text: '' }, { text: 'version' }, { text: 'run' }, number('test NDCG@10')],
    [
      sideRow('candidate', candidate.version, candidate.run_id, candidate.ndcg_at_10),
      sideRow('champion', comparedWith, champion?.run_id ?? null, champion?.ndcg_at_10 ?? null),
      ...(ancestor === null
        ? []
        : [sideRow('best of 12 months', ancestor.version, ancestor.run_id, ancestor.ndcg_at_10)]),
    ],
  );

const intervalText = ({ low, high }: ConfidenceInterval): string => `${differenceText(low)} to ${differenceText(high)}`;

type Certainty = readonly [name: string, value: string, meaning: string];

/** Nothing where nothing was compared. */
const certainties = (verdict: DecidedVerdict, ci: ConfidenceInterval): readonly Certainty[] => {
  const { users, p_value: p, margin_p_value: marginP, effect_size: effect, power, dcg, ancestor } = verdict;
  const percent = percentText(ci.confidence);
  const rows: readonly (Certainty | null)[] = [
    ['mean difference', differenceText(ci.mean), 'candidate less champion, over the same users'],
    [`${percent} interval`, intervalText(ci), 'of that mean, over resampled users'],
    p === null
      ? null
      : ['p', probabilityText(p), 'chance alone makes a difference as large this often (two-sided, signs flipped)'],
    marginP === null
      ? null
      : ['p of the margin', probabilityText(marginP), 'one-sided, that the candidate is worse by the margin or more'],
    ['effect size', effect === null ? '–' : differenceText(effect), 'mean difference over its standard deviation'],
    [
      'smallest lift',
      figureText(power?.smallest_lift ?? null),
      `what ${users ?? 'these'} users would have shown to be enough 80 % of the time`,
    ],
    dcg === null
      ? null
      : [
          'DCG@10',
          intervalText(dcg),
          `${percentText(dcg.confidence)} interval of the same difference before normalising`,
        ],
    ancestor?.ci == null
      ? null
      : [
          'to the best of 12 months',
          intervalText(ancestor.ci),
          `${percentText(ancestor.ci.confidence)} interval of the difference to it`,
        ],
  ];
  return rows.filter((row) => row !== null);
};

export const certaintyTable = (verdict: DecidedVerdict, ci: ConfidenceInterval): string =>
  table(
    [{ text: 'how sure' }, number('value'), { text: 'meaning' }],
    certainties(verdict, ci).map(([name, value, meaning]) => [
      { text: name },
      number(value),
      { text: meaning, kind: 'params' },
    ]),
  );

export const guardsTable = ({ guards }: DecidedVerdict): readonly string[] =>
  guards.length === 0
    ? []
    : [
        heading('Guards'),
        table(
          [
            { text: 'measure' },
            ...['candidate', 'champion', 'tolerance', 'adjusted p', 'provable tolerance', 'users'].map(number),
            { text: 'passed' },
          ],
          guards.map((guard) => [
            { text: guard.slice ?? guard.metric, kind: 'params' },
            number(figureText(guard.candidate)),
            number(figureText(guard.champion)),
            number(figureText(guard.tolerance)),
            number(guard.adjusted_p === null ? '–' : probabilityText(guard.adjusted_p)),
            number(figureText(guard.provable_tolerance)),
            number(guard.users === null ? '–' : String(guard.users)),
            guard.passed ? { text: 'yes' } : { text: 'no', kind: 'best' },
          ]),
        ),
        paragraph(
          'p: one-sided, that the candidate fell by the tolerance or more, adjusted for the number of guards (Holm). ' +
            'Provable: the tolerance under which four in five equally good models would pass with these users.',
        ),
      ];

export const rulesTable = (rules: readonly GateRule[]): string =>
  rules.length === 0
    ? paragraph('None was checked.')
    : table(
        [{ text: 'rule' }, { text: 'passed' }, number('value'), number('bound'), { text: 'reason' }],
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

export const slicesTable = (slices: readonly SliceDifference[]): string =>
  table(
    [{ text: 'users' }, ...['number', 'candidate', 'champion', 'difference'].map(number)],
    slices.map((slice) => [
      { text: sliceName(slice), kind: 'params' },
      number(String(slice.users)),
      number(figureText(slice.candidate)),
      number(figureText(slice.champion)),
      number(differenceText(slice.candidate - slice.champion)),
    ]),
  );
