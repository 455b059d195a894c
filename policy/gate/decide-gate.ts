/** The gate: does the candidate become champion, and why? */
import type { GateConfig } from '../../contracts/experiment-config.ts';
import {
  type ConfidenceInterval,
  type DecidedVerdict,
  type GateRule,
  type GateSide,
  type GateVerdict,
  isChampionAlready,
} from '../../contracts/gate.ts';
import { needsApproval } from './approval.ts';
import type { GateEvidence } from './gate-evidence.ts';
import { comparisonSettings } from './gate-settings.ts';
import { ancestorRule } from './rules/ancestor.ts';
import { withBlessing } from './rules/blessing.ts';
import { dcgRule, isDcgNote } from './rules/dcg.ts';
import { fewUsersNote } from './rules/few-users-note.ts';
import { type Comparison, isNumber, oneSidedLevel } from './rules/gate-text.ts';
import { judgeGuards } from './rules/guards.ts';
import { lookNote } from './rules/look-note.ts';
import { minimumRule } from './rules/minimum.ts';
import { nonInferiorRule } from './rules/non-inferior.ts';
import { permutationRule } from './rules/permutation.ts';
import { isUnreplicated, replicateNotes } from './rules/replicate-notes.ts';
import { seedNote } from './rules/seed-note.ts';
import { superiorRule } from './rules/superior.ts';
import { judgeUnreadable } from './unreadable-champion.ts';

/** Configs of earlier versions lack them. */
type LaterField =
  | 'rule'
  | 'margin'
  | 'guards'
  | 'approval'
  | 'approval_timeout'
  | 'unreadable_champion'
  | 'supersede_reason'
  | 'manual_moves'
  | 'blessing'
  | 'blessing_p99_ms';

/** Of a config. */
export type GateRules = Required<Omit<GateConfig, LaterField>> & Pick<GateConfig, LaterField>;

const seedNoiseOf = ({ ci, seedNoise = null }: GateEvidence): GateVerdict['seed_noise'] =>
  ci === null ? null : (seedNoise ?? 'not measured');

/** What a verdict says of the comparison in numbers. */
const measured = (config: GateRules, evidence: GateEvidence) => {
  const { pairedTest, dcg, ancestor, look = null, leftOutReplicates = [] } = evidence;
  const lift = pairedTest?.smallest_lift ?? null;
  const { margin } = comparisonSettings(config);
  return {
    users: pairedTest?.users ?? null,
    differing_users: pairedTest?.differing_users ?? null,
    p_value: pairedTest?.p_value ?? null,
    margin_p_value: pairedTest?.margin_p_value ?? null,
    ...(pairedTest?.improvement_p_value !== undefined && { improvement_p_value: pairedTest.improvement_p_value }),
    effect_size: pairedTest?.effect_size ?? null,
    // The interval has to clear the required improvement, or the accepted loss, not 0.
    power: lift === null ? null : { smallest_lift: lift + (margin === null ? config.min_improvement : -margin) },
    seed_noise: seedNoiseOf(evidence),
    ...(leftOutReplicates.length === 0 ? {} : { left_out_replicates: leftOutReplicates }),
    dcg,
    ancestor,
    looks: look?.looks ?? null,
    alpha_spent: look?.alpha_spent ?? null,
    shelf_life: look?.shelf_life ?? null,
    is_used_up: look?.is_used_up ?? null,
  };
};

/** The question that the config asks of the difference to the champion, and with few users its permutation test. */
const mainRules = (
  config: GateRules,
  { pairedTest }: GateEvidence,
  ci: ConfidenceInterval,
  comparison: Comparison,
): readonly [GateRule, GateRule | null] => {
  const { margin } = comparisonSettings(config);
  const asked = {
    users: pairedTest?.users ?? null,
    differing: pairedTest?.differing_users,
    confidence: ci.confidence,
  };
  if (margin !== null) {
    const p = pairedTest?.margin_p_value ?? null;
    return [
      nonInferiorRule('non_inferior', ci, comparison, margin),
      permutationRule({ ...asked, p, difference: null, level: oneSidedLevel(ci) }),
    ];
  }
  const bound = config.min_improvement;
  const { p_value: fromZero = null, improvement_p_value: shifted } = pairedTest ?? {};
  // Evidence of earlier versions has the difference from 0 alone, which is no question of an accepted loss.
  const [p, from] = shifted !== undefined ? [shifted, bound] : [bound < 0 ? null : fromZero, 0];
  const level = Number((1 - ci.confidence).toFixed(6));
  const test = { ...asked, p, difference: ci.mean - from, from, level };
  return [superiorRule(ci, comparison, bound), permutationRule(test)];
};

const isWhole = ({ mean, low, high }: ConfidenceInterval): boolean => [mean, low, high].every(isNumber);

/** A model that stands in for the champion is named wherever the champion would be. */
const comparisonOf = (
  { championStandIn = null, seedNoise = null }: GateEvidence,
  { version }: GateSide,
): Comparison => ({
  other:
    championStandIn === null
      ? `version ${version}`
      : `the stand-in for version ${version} (run ${championStandIn.run_id})`,
  trainings: seedNoise?.replicates ?? 1,
});

const compare = (config: GateRules, evidence: GateEvidence, ci: ConfidenceInterval, champion: GateSide) => {
  const { margin, guards: configured } = comparisonSettings(config);
  const comparison = comparisonOf(evidence, champion);
  const { trainings } = comparison;
  const level = oneSidedLevel(ci);
  const [main, permutation] = mainRules(config, evidence, ci, comparison);
  const dcg = dcgRule(ci, evidence.dcg);
  const anchored =
    margin === null ? { rule: null, note: null } : ancestorRule(evidence.ancestor, { margin, level, trainings });
  const judged = judgeGuards(configured, evidence.guards, level);
  const others = [permutation, anchored.rule, dcg, ...judged.rules].filter((rule) => rule !== null);
  // Where the interval says no, nothing has to agree with it.
  const objections = others
    .filter((rule) => !rule.passed && (main.passed || rule !== permutation))
    .map(({ name, reason }) => judged.objections.get(name) ?? reason);
  const lookedAt = lookNote(evidence.look ?? null, config.confidence, ci.confidence);
  const notes = [
    lookedAt,
    anchored.note,
    dcg !== null && isDcgNote(ci, dcg) ? `Note: ${dcg.reason}.` : null,
    seedNote({ seed_noise: seedNoiseOf(evidence) }),
  ].filter((sentence) => sentence !== null);
  const { users = null, differing_users: differing } = evidence.pairedTest ?? {};
  const fewUsers = main.passed && objections.length === 0 ? fewUsersNote({ users, differing, ci, permutation }) : null;
  return {
    ...{ main, objections, rules: [main, ...others], guards: judged.guards },
    notes: fewUsers === null ? notes : [...notes, fewUsers],
  };
};

/** What is unusual about the champion that the candidate is compared with. */
const championNotes = (
  config: GateRules,
  { championStandIn = null }: GateEvidence,
  champion: GateSide,
): readonly string[] => {
  const isBelow = champion.ndcg_at_10 < config.min_ndcg_at_10;
  const { version } = champion;
  return [
    ...(championStandIn === null
      ? []
      : [
          `Version ${version} cannot be compared with: ${championStandIn.reason}. Its recorded settings, trained on this data in run ${championStandIn.run_id}, stand in for it.`,
        ]),
    ...(isBelow
      ? [`Note: ${championStandIn === null ? '' : 'the stand-in for '}version ${version} is below the minimum itself.`]
      : []),
  ];
};

const compareAndDecide = (config: GateRules, evidence: GateEvidence): DecidedVerdict => {
  const { candidate, champion, ci, comparedWith, championProblem, championStandIn = null, look = null } = evidence;
  const { seedNoise = null, leftOutReplicates = [] } = evidence;
  const isChampion = isChampionAlready({ candidate, champion });
  const minimum = minimumRule(candidate, config.min_ndcg_at_10);
  const verdict = (
    decision: DecidedVerdict['decision'],
    reasons: readonly string[],
    { rules, guards }: Pick<GateVerdict, 'rules' | 'guards'> = { rules: [], guards: [] },
  ): DecidedVerdict => ({
    ...{ decision, reasons, candidate, champion, ci },
    compared_with: comparedWith,
    champion_problem: championProblem,
    champion_stand_in: championStandIn,
    rules: [minimum, ...rules],
    guards,
    ...measured(config, evidence),
  });
  if (!minimum.passed) {
    const stays = isChampion ? ` Version ${champion?.version} stays champion until another takes its place.` : '';
    return verdict('rejected', [`${minimum.reason}${stays}`]);
  }
  if (isChampion) {
    return verdict('promoted', [`Version ${champion?.version} is the champion already.`]);
  }
  if (championProblem !== null) {
    const { decision, outcome } = judgeUnreadable(config, {
      ...{ version: comparedWith, problem: championProblem },
      isRetrainedAsCandidate: championStandIn?.run_id === candidate.run_id,
    });
    return verdict(decision, [minimum.reason, outcome]);
  }
  const [decision, opening] =
    needsApproval(config) ||
    look?.is_used_up === true ||
    (champion !== null && isUnreplicated(leftOutReplicates, seedNoise))
      ? (['awaiting_approval', 'Awaits approval'] as const)
      : (['promoted', 'Promoted'] as const);
  const unreplicated = replicateNotes(leftOutReplicates, seedNoise, ci !== null);
  if (champion === null) {
    return verdict(decision, [minimum.reason, ...unreplicated, `${opening}: there is no champion to compare with.`]);
  }
  if (ci === null || !isWhole(ci)) {
    const outcome = `Not promoted: nothing was measured of the difference to the champion, version ${champion.version}.`;
    return verdict('rejected', [minimum.reason, outcome]);
  }
  const compared = compare(config, evidence, ci, champion);
  const { main, objections, notes } = compared;
  const reasons = [minimum.reason, ...championNotes(config, evidence, champion), ...unreplicated, ...notes];
  if (main.passed && objections.length === 0) {
    return verdict(decision, [...reasons, `${opening}: ${main.reason}.`], compared);
  }
  const also = objections.length === 0 ? '' : `${main.passed ? ', but ' : '; '}${objections.join('; ')}`;
  return verdict('rejected', [...reasons, `Not promoted: ${main.reason}${also}.`], compared);
};

/**
 * Checks the minimum first, then against the champion, and at last that the bundle serves what was judged; every check
 * leaves a sentence, the last one the outcome.
 */
export const decideGate = (config: GateRules, evidence: GateEvidence): DecidedVerdict => {
  const verdict = compareAndDecide(config, evidence);
  const { blessing = null } = evidence;
  return blessing === null ? verdict : withBlessing(verdict, blessing);
};

/** A bundle is served only of a candidate for which an alias would move. Configs of earlier versions ask for none. */
export const needsBlessing = ({ blessing = 'off' }: Pick<GateRules, 'blessing'>, verdict: DecidedVerdict): boolean =>
  blessing === 'required' && verdict.decision !== 'rejected' && !isChampionAlready(verdict);

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
