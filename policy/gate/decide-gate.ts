/** The gate: does the candidate become champion, and why? */
import type { GateConfig } from '../../contracts/experiment-config.ts';
import {
  type ConfidenceInterval,
  type DecidedVerdict,
  type GateRule,
  type GateSide,
  type GateVerdict,
  isChampionAlready,
  type PairedTest,
} from '../../contracts/gate.ts';

export interface GateEvidence {
  readonly candidate: GateSide;
  /** null where there is none, or where it could not be evaluated. */
  readonly champion: GateSide | null;
  /** Paired over the same test users; null unless the champion was evaluated beside the candidate. */
  readonly ci: ConfidenceInterval | null;
  /** Of the same users; null without an interval, and in evidence of earlier versions. */
  readonly pairedTest: PairedTest | null;
  /** Version of the champion, evaluated or not; null: there is none. */
  readonly comparedWith: string | null;
  /** Why there is a champion that could not be evaluated; null where there is none, or where it could. */
  readonly championProblem: string | null;
}

/** With fewer users an interval of resampled means is too narrow now and then: the permutation test must agree. */
export const FEW_USERS = 200;

const FEWEST_DIGITS = 3;
const MOST_DIGITS = 8;

/** As few digits as still show on which side of its bound each value lies. */
const formatter = (...sides: readonly (readonly [value: number, bound: number])[]) => {
  const isTold = (digits: number): boolean =>
    sides.every(
      ([value, bound]) =>
        Math.sign(Number(value.toFixed(digits)) - Number(bound.toFixed(digits))) === Math.sign(value - bound),
    );
  let digits = FEWEST_DIGITS;
  while (digits < MOST_DIGITS && !isTold(digits)) {
    digits += 1;
  }
  return (value: number): string => (value === 0 ? '0' : value.toFixed(digits));
};

/** @param bound what the gain must exceed */
const comparison = ({ mean, low, high, confidence }: ConfidenceInterval, version: string, bound: number): string => {
  const text = formatter([low, bound], [high, bound], [mean, 0]);
  const percent = Number((confidence * 100).toFixed(4));
  const interval = `${percent} % interval ${text(low)} to ${text(high)}`;
  const [required, isGain] = [text(bound), mean > 0];
  const gain = `the ${isGain ? 'gain' : 'difference'} of ${text(mean)} ${isGain ? 'over' : 'to'} version ${version}`;
  if (high < bound) {
    return `${gain} is ${bound === 0 ? 'a loss' : `below the required ${required}`} (${interval} lies below ${required})`;
  }
  const certain = isGain && bound === 0 ? 'certain' : `certain to exceed ${required}`;
  return low > bound
    ? `${gain} is ${certain} (${interval} lies above ${required})`
    : `${gain} is not ${certain} (${interval} includes ${required})`;
};

/**
 * null where nothing has to agree: among many users, without a p-value, and where a loss is allowed, which is no
 * question of a difference from 0.
 */
const permutationRule = (
  { min_improvement: bound }: Required<GateConfig>,
  { confidence }: ConfidenceInterval,
  test: PairedTest | null,
): GateRule | null => {
  if (test === null || test.users >= FEW_USERS || bound < 0) {
    return null;
  }
  const level = Number((1 - confidence).toFixed(6));
  const passed = test.p_value <= level;
  const text = formatter([test.p_value, level]);
  const [value, most] = [text(test.p_value), text(level)];
  const reason = `with fewer than ${FEW_USERS} test users (${test.users}) the permutation test must agree: p ${value} is ${passed ? 'at most' : 'above'} ${most}`;
  return { name: 'permutation', passed, value: test.p_value, bound: level, reason };
};

/** What a verdict says of the comparison in numbers. */
const measured = ({ min_improvement }: Required<GateConfig>, { ci, pairedTest }: GateEvidence) => {
  const lift = pairedTest?.smallest_lift ?? null;
  return {
    users: pairedTest?.users ?? null,
    p_value: pairedTest?.p_value ?? null,
    effect_size: pairedTest?.effect_size ?? null,
    // The interval has to clear the required improvement, not 0.
    power: lift === null ? null : { smallest_lift: lift + min_improvement },
    seed_noise: ci === null ? null : ('not measured' as const),
  };
};

/** Checks the minimum first, then against the champion; every check leaves a sentence, the last one the outcome. */
export const decideGate = (config: Required<GateConfig>, evidence: GateEvidence): DecidedVerdict => {
  const { candidate, champion, ci, pairedTest, comparedWith, championProblem } = evidence;
  const rules: GateRule[] = [];
  const verdict = (decision: DecidedVerdict['decision'], ...reasons: readonly string[]): DecidedVerdict => ({
    decision,
    reasons,
    candidate,
    champion,
    ci,
    compared_with: comparedWith,
    champion_problem: championProblem,
    rules,
    ...measured(config, evidence),
  });
  const isChampion = isChampionAlready({ candidate, champion });
  const minimum = config.min_ndcg_at_10;
  const text = formatter([candidate.ndcg_at_10, minimum]);
  const ndcg = `NDCG@10 ${text(candidate.ndcg_at_10)}`;
  const isReached = candidate.ndcg_at_10 >= minimum;
  const reached = isReached
    ? `Test ${ndcg} reaches the minimum ${text(minimum)}.`
    : `Not promoted: test ${ndcg} is below the minimum ${text(minimum)}.`;
  rules.push({ name: 'minimum', passed: isReached, value: candidate.ndcg_at_10, bound: minimum, reason: reached });
  if (!isReached) {
    const stays = isChampion ? ` Version ${champion?.version} stays champion until another takes its place.` : '';
    return verdict('rejected', `${reached}${stays}`);
  }
  if (isChampion) {
    return verdict('promoted', `Version ${champion?.version} is the champion already.`);
  }
  if (championProblem !== null) {
    const outcome = `Not promoted: the champion, version ${comparedWith}, cannot be compared with: ${championProblem}.`;
    return verdict('rejected', reached, outcome);
  }
  const passed = (why: string): DecidedVerdict =>
    config.require_approval
      ? verdict('awaiting_approval', reached, `Awaits approval: ${why}.`)
      : verdict('promoted', reached, `Promoted: ${why}.`);
  if (champion === null || ci === null) {
    return passed('there is no champion to compare with');
  }
  const bound = config.min_improvement;
  const why = comparison(ci, champion.version, bound);
  const isSuperior = ci.low > bound;
  rules.push({ name: 'superior', passed: isSuperior, value: ci.low, bound, reason: why });
  const permutation = permutationRule(config, ci, pairedTest);
  rules.push(...(permutation === null ? [] : [permutation]));
  if (isSuperior && permutation?.passed === false) {
    return verdict('rejected', reached, `Not promoted: ${why}, but ${permutation.reason}.`);
  }
  return isSuperior ? passed(why) : verdict('rejected', reached, `Not promoted: ${why}.`);
};

const CHANGED = 'The champion changed';

const naming = (version: string | null): string => (version === null ? 'none' : `version ${version}`);

/** The verdict rests on a champion that is none any more: what is said of it before everything is decided again. */
export const outdatedReasons = (
  { reasons, compared_with: comparedWith }: GateVerdict,
  champion: string | null,
): readonly string[] => [
  ...reasons,
  `${CHANGED} from ${naming(comparedWith)} to ${naming(champion)} before this took effect: evaluated and decided again.`,
];

/** Those of the last decision, without what was said before the champion changed. */
export const latestReasons = (reasons: readonly string[]): readonly string[] =>
  reasons.slice(reasons.findLastIndex((reason) => reason.startsWith(CHANGED)) + 1);
