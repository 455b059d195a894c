/** What people read of a gate's verdict. */
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { GateRule, GateVerdict } from '../../contracts/gate.ts';
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
const pairedLines = ({ users, p_value: p, power }: GateVerdict): readonly string[] =>
  users === null || p === null || power === null
    ? []
    : [
        `${users} test users: p ${probabilityText(p)}, smallest lift found 80 % of the time ${formatMetric(power.smallest_lift)}`,
      ];

const ruleCells = (rule: GateRule): readonly string[] => {
  const { measure, value, bound } = ruleText(rule);
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
const ruleLines = ({ rules }: GateVerdict): readonly string[] =>
  rules.length < 2
    ? []
    : formatTable(
        [
          ...[{ title: '' }, { title: 'rule' }, { title: 'measure' }, { title: 'value', align: 'right' as const }],
          { title: 'must be' },
        ],
        [...rules.filter(({ passed }) => !passed), ...rules.filter(({ passed }) => passed)].map(ruleCells),
      );

const versionLines = ({ model }: Pick<ExperimentSnapshot, 'model'>): readonly string[] =>
  model === null
    ? []
    : [
        `model ${model.name} version ${model.version}${model.aliases.length === 0 ? '' : `: ${model.aliases.join(', ')}`}`,
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

const decisionText = ({ decision }: GateVerdict): string => decision.replace('_', ' ');

/** The answer to the question that its experiment left open. */
const sinceLines = (since: GateVerdict | null): readonly string[] =>
  since === null ? [] : [`since then: ${decisionText(since)}. ${since.reasons.at(-1) ?? ''}`];

/** Nothing before there is a model. */
export const gateLines = (
  { gate, model }: Pick<ExperimentSnapshot, 'gate' | 'model'>,
  since: GateVerdict | null = null,
): readonly string[] =>
  gate.decision === 'not_run'
    ? versionLines({ model })
    : [decisionText(gate), ...sinceLines(since), ...verdictLines(gate), ...versionLines({ model })];
