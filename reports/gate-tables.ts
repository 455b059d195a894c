/** The figures of a verdict as tables of its page. */
import type { ConfidenceInterval, DecidedVerdict, GateRule } from '../contracts/gate.ts';
import type { SliceDifference } from '../contracts/gate-details.ts';
import {
  differenceText,
  figureText,
  otherName,
  ownName,
  percentText,
  probabilityText,
  trainingsOf,
} from './gate-facts.ts';
import { type Cell, heading, paragraph, table } from './table.ts';

const number = (text: string): Cell => ({ text, kind: 'number' });

const sideRow = (name: string, version: string | null, runId: string | null, ndcg: number | null): readonly Cell[] => [
  { text: name },
  { text: version === null ? 'none' : `version ${version}` },
  { text: runId ?? '–' },
  number(figureText(ndcg)),
];

/** The champion, and what stands in for it. */
const championRows = (verdict: DecidedVerdict): readonly (readonly Cell[])[] => {
  const { candidate, champion, compared_with: version, champion_stand_in: standIn } = verdict;
  const ndcg = champion?.ndcg_at_10 ?? null;
  if (standIn === null) {
    return [sideRow('champion', version, champion?.run_id ?? null, ndcg)];
  }
  const { run_id: runId } = standIn;
  const inPlace = runId === candidate.run_id ? candidate.ndcg_at_10 : ndcg;
  return [
    sideRow('champion, not evaluated', version, champion?.run_id ?? null, null),
    [{ text: 'stand-in' }, { text: `settings of version ${version}` }, { text: runId }, number(figureText(inPlace))],
  ];
};

/** Where other trainings count, the difference is that of their mean. */
const trainingsRows = (verdict: DecidedVerdict): readonly (readonly Cell[])[] => {
  const { ci, champion } = verdict;
  return trainingsOf(verdict) === 1 || ci === null || champion === null
    ? []
    : [[{ text: ownName(verdict) }, { text: '' }, { text: '' }, number(figureText(champion.ndcg_at_10 + ci.mean))]];
};

export const sidesTable = (verdict: DecidedVerdict): string => {
  const { candidate, ancestor } = verdict;
  return table(
    [{ text: '' }, { text: 'version' }, { text: 'run' }, number('test NDCG@10')],
    [
      sideRow('candidate', candidate.version, candidate.run_id, candidate.ndcg_at_10),
      ...trainingsRows(verdict),
      ...championRows(verdict),
      ...(ancestor === null
        ? []
        : [sideRow('best of 12 months', ancestor.version, ancestor.run_id, ancestor.ndcg_at_10)]),
    ],
  );
};

const intervalText = ({ low, high }: ConfidenceInterval): string => `${differenceText(low)} to ${differenceText(high)}`;

type Certainty = readonly [name: string, value: string, meaning: string];

const seedRow = ({ seed_noise: noise }: DecidedVerdict): Certainty | null => {
  if (noise === null) {
    return null;
  }
  return noise === 'not measured'
    ? ['seed noise', noise, 'not in the interval: another seed may move the mean by more; gate.replicates measures it']
    : [
        'seed noise',
        figureText(noise.sd),
        `in the interval: standard deviation of NDCG@10 over ${noise.replicates} trainings of the same settings`,
      ];
};

/** Nothing where nothing was compared. */
const certainties = (verdict: DecidedVerdict, ci: ConfidenceInterval): readonly Certainty[] => {
  const { users, p_value: p, margin_p_value: marginP, effect_size: effect, power, dcg, ancestor } = verdict;
  const percent = percentText(ci.confidence);
  const trainings = trainingsOf(verdict);
  const rows: readonly (Certainty | null)[] = [
    ['mean difference', differenceText(ci.mean), `${ownName(verdict)} less ${otherName(verdict)}, over the same users`],
    [
      `${percent} interval`,
      intervalText(ci),
      `of that mean, over resampled users${trainings === 1 ? '' : ' and trainings'}`,
    ],
    seedRow(verdict),
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

export const guardsTable = (verdict: DecidedVerdict): readonly string[] =>
  verdict.guards.length === 0
    ? []
    : [
        heading('Guards'),
        table(
          [
            { text: 'measure' },
            ...['candidate', otherName(verdict), 'tolerance', 'adjusted p', 'provable tolerance', 'users'].map(number),
            { text: 'passed' },
          ],
          verdict.guards.map((guard) => [
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

/** @param other name of the model that the candidate is held against */
export const slicesTable = (slices: readonly SliceDifference[], other: string): string =>
  table(
    [{ text: 'users' }, ...['number', 'candidate', other, 'difference'].map(number)],
    slices.map((slice) => [
      { text: sliceName(slice), kind: 'params' },
      number(String(slice.users)),
      number(figureText(slice.candidate)),
      number(figureText(slice.champion)),
      number(differenceText(slice.candidate - slice.champion)),
    ]),
  );
