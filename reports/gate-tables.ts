/** The figures of a verdict as tables of its page. */
import { type ConfidenceInterval, type DecidedVerdict, type GateGuard, isCatalogueMetric } from '../contracts/gate.ts';
import type { SliceDifference } from '../contracts/gate-details.ts';
import { ruleText } from '../policy/gate/describe-verdict.ts';
import { guardName } from '../policy/gate/measure-guards.ts';
import { figuresBeside, percentText, probabilityText } from '../policy/gate/rules/gate-text.ts';
import { differenceText, figureText, otherName, ownName, trainingsOf } from './gate-facts.ts';
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
  const { users, p_value: p, margin_p_value: marginP, improvement_p_value: beyondP } = verdict;
  const { effect_size: effect, power, dcg, ancestor } = verdict;
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
    beyondP === undefined
      ? null
      : ['p of the improvement', probabilityText(beyondP), 'two-sided, of a difference from gate.min_improvement'],
    marginP === null
      ? null
      : ['p of the margin', probabilityText(marginP), 'one-sided, that the candidate is worse by the margin or more'],
    ['effect size', effect === null ? '–' : differenceText(effect), 'mean difference over its standard deviation'],
    [
      marginP === null ? 'smallest lift' : 'smallest difference',
      figureText(power?.smallest_lift ?? null),
      `true difference from which on ${users ?? 'these'} users let a candidate pass 80 % of the time`,
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

const passedCell = (passed: boolean): Cell => (passed ? { text: 'yes' } : { text: 'no', kind: 'best' });

/** Of a mean how far it fell, of a model as a whole what the guard compares. */
const worseBy = ({ metric, value, candidate, champion }: GateGuard): number | null => {
  if (isCatalogueMetric(metric)) {
    return value;
  }
  return candidate === null || champion === null ? null : champion - candidate;
};

const guardRow = (guard: GateGuard): readonly Cell[] => {
  const { value, bound, adjusted_p: p } = guard;
  const limit = figuresBeside(value ?? bound, bound)[1];
  return [
    { text: guardName(guard) },
    passedCell(guard.passed),
    ...[guard.candidate, guard.champion, worseBy(guard), guard.tolerance].map((figure) => number(figureText(figure))),
    number(p === null ? '–' : probabilityText(p, bound)),
    { text: `${isCatalogueMetric(guard.metric) ? 'worse by' : 'p'} ≤ ${limit}`, kind: 'params' },
    number(figureText(guard.provable_tolerance)),
    number(guard.users === null ? '–' : String(guard.users)),
  ];
};

export const guardsTable = (verdict: DecidedVerdict): readonly string[] =>
  verdict.guards.length === 0
    ? []
    : [
        heading('Guards'),
        table(
          [
            ...[{ text: 'guard' }, { text: 'passed' }],
            ...['candidate', otherName(verdict), 'worse by', 'tolerance', 'adjusted p'].map(number),
            { text: 'must be' },
            ...['provable', 'users'].map(number),
          ],
          verdict.guards.map(guardRow),
        ),
        ...verdict.guards.flatMap((guard) =>
          guard.problem === null ? [] : [paragraph(`${guardName(guard)} was not measured: ${guard.problem}.`)],
        ),
        paragraph(
          'A mean over users must be shown not to have fallen by the tolerance or more. p: one-sided, that it did, adjusted for the number of guards (Holm). ' +
            'Provable: the tolerance under which four in five equally good models would pass with these users. ' +
            'Numbers of the whole (coverage, popularity share, size, latency) have no users to resample, and are compared as they are; size and latency are worse by a share.',
        ),
      ];

/** Guards have a table of their own; verdicts of earlier versions have them among the rules alone. */
export const rulesTable = (verdict: DecidedVerdict): string => {
  const { rules, guards } = verdict;
  const shown = rules.filter(({ name }) => guards.length === 0 || !name.startsWith('guard:'));
  return shown.length === 0
    ? paragraph('None was checked.')
    : table(
        [
          { text: 'rule' },
          { text: 'passed' },
          { text: 'measure' },
          number('value'),
          { text: 'must be' },
          { text: 'why' },
        ],
        shown.map((rule) => {
          const { measure, value, bound } = ruleText(rule, verdict);
          const why = { text: rule.reason, kind: 'params' } as const;
          return [{ text: rule.name }, passedCell(rule.passed), { text: measure }, number(value), { text: bound }, why];
        }),
      );
};

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
