/** A verdict's numbers in words, wherever people read them. */
import { type GateRule, type GateVerdict, isCatalogueMetric, type RuleComparison } from '../../contracts/gate.ts';
import { figuresBeside, percentText, probabilityText } from './rules/gate-text.ts';

const DIGITS = 4;

const signed = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(DIGITS)}`;

/** Both models, their difference and its interval; null where nothing was compared. */
export const comparisonSentence = (verdict: GateVerdict): string | null => {
  const { candidate, champion, ci, seed_noise: noise, champion_stand_in: standIn } = verdict;
  if (candidate === null || champion === null || ci === null) {
    return null;
  }
  const isReplicated = noise !== null && typeof noise === 'object';
  // The difference is that of the mean over the trainings, over the same users.
  const mean = isReplicated
    ? ` (mean of ${noise.replicates} trainings ${(champion.ndcg_at_10 + ci.mean).toFixed(DIGITS)})`
    : '';
  const other = standIn == null ? 'champion' : `stand-in for version ${champion.version}`;
  return (
    `NDCG@10: candidate ${candidate.ndcg_at_10.toFixed(DIGITS)}${mean}, ${other} ${champion.ndcg_at_10.toFixed(DIGITS)}, ` +
    `difference ${signed(ci.mean)} (${percentText(ci.confidence)} interval ${signed(ci.low)} to ${signed(ci.high)}).`
  );
};

/** What the words of a rule depend on beside itself. */
type RuledVerdict = Pick<GateVerdict, 'margin_p_value' | 'blessing'>;

/** Of rules in verdicts of earlier versions. */
const comparisonOf = ({ name, comparison }: GateRule): RuleComparison | null => {
  if (comparison !== undefined || name === 'dcg') {
    return comparison ?? null;
  }
  if (name === 'minimum') {
    return '>=';
  }
  return name === 'permutation' || name.startsWith('guard:') ? '<=' : '>';
};

/** Not the one of models as a whole. */
const isGuardOfUsers = (name: GateRule['name']): boolean =>
  name.startsWith('guard:') &&
  !isCatalogueMetric(name.slice('guard:'.length) as Parameters<typeof isCatalogueMetric>[0]);

/** Its level is for a question of one side only where a loss is to be ruled out. */
const permutedOf = ({ passed, value, bound }: GateRule, { margin_p_value: margin }: RuledVerdict): string => {
  if (margin != null) {
    return 'p of the margin';
  }
  return !passed && value !== null && value <= bound ? 'two-sided p, of no gain' : 'two-sided p';
};

const measureOf = (rule: GateRule, comparison: RuleComparison | null, verdict: RuledVerdict): string => {
  const { name } = rule;
  if (name === 'blessing') {
    return verdict.blessing?.outcome === 'too_slow' ? '99 % of requests within ms' : 'NDCG@10 served off by';
  }
  if (comparison === null) {
    return 'difference in DCG@10';
  }
  if (comparison === '>=') {
    return 'NDCG@10';
  }
  if (comparison === '>') {
    return 'low end of interval';
  }
  if (name.startsWith('guard:')) {
    return isGuardOfUsers(name) ? 'adjusted p' : 'worse by';
  }
  return name === 'permutation' ? permutedOf(rule, verdict) : 'p of the margin';
};

const SIGNS: Readonly<Record<RuleComparison, string>> = { '>=': '≥', '>': '>', '<=': '≤' };

export interface RuleText {
  /** What the value is. */
  readonly measure: string;
  readonly value: string;
  /** `≥ 0.1000`: how it has to be. */
  readonly bound: string;
}

export const ruleText = (rule: GateRule, verdict: RuledVerdict): RuleText => {
  const { value, bound } = rule;
  const comparison = comparisonOf(rule);
  const measure = measureOf(rule, comparison, verdict);
  const [figure, limit] = figuresBeside(value ?? bound, bound);
  const isProbability = comparison === '<=' && measure !== 'worse by' && rule.name !== 'blessing';
  const text = isProbability ? probabilityText(value ?? bound, bound) : figure;
  return {
    measure,
    value: value === null ? '–' : text,
    bound: comparison === null ? 'not opposite' : `${SIGNS[comparison]} ${limit}`,
  };
};
