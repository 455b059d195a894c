/** What a verdict is a function of, beside the config. */
import type { Blessing } from '../../contracts/blessing.ts';
import type {
  AncestorComparison,
  ChampionStandIn,
  ConfidenceInterval,
  GateSide,
  GateVerdict,
  GuardMeasure,
  LeftOutReplicate,
  PairedTest,
  SeedNoise,
} from '../../contracts/gate.ts';
import type { EvaluateBestResult } from '../../contracts/steps.ts';
import type { Look } from '../../contracts/test-part-looks.ts';

export interface GateEvidence {
  readonly candidate: GateSide;
  /** null where there is none, or where it could not be evaluated. */
  readonly champion: GateSide | null;
  /** Paired over the same test users; null unless the champion was evaluated beside the candidate. */
  readonly ci: ConfidenceInterval | null;
  /** Of the same users; null without an interval, and in evidence of earlier versions. */
  readonly pairedTest: PairedTest | null;
  /** Of the difference in DCG@10; null as the paired test. */
  readonly dcg: ConfidenceInterval | null;
  /** Of the config's guards, in any order; those that are missing were not measured. */
  readonly guards: readonly GuardMeasure[];
  /** null where no ancestor was asked for, or where there is none. */
  readonly ancestor: AncestorComparison | null;
  /** null or absent where it was not measured. */
  readonly seedNoise?: SeedNoise | null;
  /** Replicates that were asked for and did not train to the end; absent: none. */
  readonly leftOutReplicates?: readonly LeftOutReplicate[];
  /** What this look at the test part was given; null or absent where nothing was spent, and in evidence of earlier versions. */
  readonly look?: GateLook | null;
  /** Version of the champion, evaluated or not; null: there is none. */
  readonly comparedWith: string | null;
  /** Why there is a champion that could not be evaluated; null where there is none, or where it could. */
  readonly championProblem: string | null;
  /** What was evaluated in place of the champion, or was found to be the candidate itself; null or absent: nothing. */
  readonly championStandIn?: ChampionStandIn | null;
  /** Of the candidate's bundle; null or absent: nobody was asked. */
  readonly blessing?: Blessing | null;
}

export type GateLook = Pick<Look, 'looks' | 'alpha_spent' | 'shelf_life' | 'is_used_up'>;

/** @param candidate the version that the evaluated run was registered as */
export const evidenceOf = (
  candidate: Pick<GateSide, 'version' | 'run_id'>,
  evaluated: EvaluateBestResult,
): GateEvidence => {
  const {
    test,
    pairedTest = null,
    dcg = null,
    guards = [],
    ancestor = null,
    championStandIn = null,
    ...known
  } = evaluated;
  const { ndcg_at_10, users } = test.model;
  return {
    ...known,
    candidate: { ...candidate, ndcg_at_10, users },
    pairedTest,
    dcg,
    guards,
    ancestor,
    championStandIn,
  };
};

type Recorded = Partial<GateVerdict> & Pick<GateVerdict, 'champion' | 'ci' | 'compared_with' | 'champion_problem'>;

/** null for verdicts of versions that had no p-value, and decided without. */
const pairedTestIn = ({ users = null, differing_users, p_value = null, effect_size = null, ...rest }: Recorded) =>
  users === null || p_value === null
    ? null
    : {
        ...{ users, p_value, effect_size, smallest_lift: null, margin_p_value: rest.margin_p_value ?? null },
        ...(differing_users != null && { differing_users }),
        ...(rest.improvement_p_value !== undefined && { improvement_p_value: rest.improvement_p_value }),
      };

const lookIn = ({ looks, alpha_spent, shelf_life, is_used_up }: Recorded): GateLook | null =>
  looks == null || alpha_spent == null || shelf_life == null
    ? null
    : { looks, alpha_spent, shelf_life, is_used_up: is_used_up ?? false };

/** What a verdict keeps of its evidence: enough to decide again. Those of earlier versions lack some of it. */
export const evidenceIn = (candidate: GateSide, verdict: Recorded): GateEvidence => ({
  candidate,
  champion: verdict.champion,
  ci: verdict.ci,
  pairedTest: pairedTestIn(verdict),
  dcg: verdict.dcg ?? null,
  guards: verdict.guards ?? [],
  ancestor: verdict.ancestor ?? null,
  look: lookIn(verdict),
  seedNoise: typeof verdict.seed_noise === 'object' ? verdict.seed_noise : null,
  leftOutReplicates: verdict.left_out_replicates ?? [],
  comparedWith: verdict.compared_with,
  championProblem: verdict.champion_problem,
  championStandIn: verdict.champion_stand_in ?? null,
  blessing: verdict.blessing ?? null,
});
