/** What people read of a gate's verdict. */
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { GateRule, GateVerdict, VerdictSince } from '../../contracts/gate.ts';
import { comparisonSentence, ruleText } from '../../policy/gate/describe-verdict.ts';
import { guardName } from '../../policy/gate/measure-guards.ts';
import { probabilityText } from '../../policy/gate/rules/gate-text.ts';
import { isSeedNote, seedNote } from '../../policy/gate/rules/seed-note.ts';
import { formatMetric } from './formats.ts';
import { formatTable } from './table.ts';

const comparisonLines = (verdict: GateVerdict): readonly string[] => {
  const sentence = comparisonSentence(verdict);
  return sentence === null ? [] : [sentence];
};

/** What the interval does not say. */
const pairedLines = ({ users, p_value: p, margin_p_value: marginP, power }: GateVerdict): readonly string[] => {
  if (users === null || p === null || power === null) {
    return [];
  }
  const found = formatMetric(power.smallest_lift);
  return [
    marginP == null
      ? `${users} test users: p ${probabilityText(p)}, smallest lift found 80 % of the time ${found}`
      : `${users} test users: p ${probabilityText(p)} of no difference, ${probabilityText(marginP)} of a loss of the margin or more; 80 % of the time a true difference of ${found} or more passes`,
  ];
};

const ruleCells = (rule: GateRule, verdict: GateVerdict): readonly string[] => {
  const { measure, value, bound } = ruleText(rule, verdict);
  return [rule.passed ? 'passed' : 'failed', rule.name, measure, value, bound];
};

/** What may be done about a guard that fails. */
const guardLines = ({ guards = [] }: Partial<Pick<GateVerdict, 'guards'>>): readonly string[] =>
  guards.flatMap((guard) => {
    const { passed, provable_tolerance: provable, tolerance, users } = guard;
    return passed || provable === null
      ? []
      : [
          `guard ${guardName(guard)}: ${users} users can show a tolerance of ${formatMetric(provable)}, not ${tolerance}: raise it, or test on more users`,
        ];
  });

/** Failed ones first. The minimum alone is told by the reasons. */
const ruleLines = (verdict: GateVerdict): readonly string[] =>
  verdict.rules.length < 2
    ? []
    : formatTable(
        [
          ...[{ title: '' }, { title: 'rule' }, { title: 'measure' }, { title: 'value', align: 'right' as const }],
          { title: 'must be' },
        ],
        [false, true].flatMap((isPassed) =>
          verdict.rules.filter(({ passed }) => passed === isPassed).map((rule) => ruleCells(rule, verdict)),
        ),
      );

/** What it became then: others may serve by now. */
const versionLines = ({ model }: Pick<ExperimentSnapshot, 'model'>): readonly string[] =>
  model === null
    ? []
    : [
        `model ${model.name} version ${model.version}${model.aliases.length === 0 ? '' : ` became ${model.aliases.join(', ')}`}`,
      ];

/** Verdicts of earlier versions have it nowhere among their reasons. */
const seedLines = (verdict: GateVerdict): readonly string[] => {
  const note = seedNote(verdict);
  return note === null || verdict.reasons.some(isSeedNote) ? [] : [note];
};

/** Why it was decided so. */
export const verdictLines = (verdict: GateVerdict): readonly string[] => [
  ...verdict.reasons,
  ...comparisonLines(verdict),
  ...pairedLines(verdict),
  ...seedLines(verdict),
  ...ruleLines(verdict),
  ...guardLines(verdict),
];

const decisionText = ({ decision }: Pick<GateVerdict | VerdictSince, 'decision'>): string => decision.replace('_', ' ');

/** What became of the candidate after its experiment. */
const sinceLines = (since: VerdictSince | null): readonly string[] =>
  since === null ? [] : [`since then: ${decisionText(since)}. ${since.reasons.at(-1) ?? ''}`];

/** Nothing before there is a model. */
export const gateLines = (
  { gate, model }: Pick<ExperimentSnapshot, 'gate' | 'model'>,
  since: VerdictSince | null = null,
): readonly string[] =>
  gate.decision === 'not_run'
    ? versionLines({ model })
    : [decisionText(gate), ...sinceLines(since), ...verdictLines(gate), ...versionLines({ model })];
