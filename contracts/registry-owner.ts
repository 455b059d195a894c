/**
 * What the one owner of a registered model is asked, and what it answers. The owner is the workflow
 * `registryWorkflowId(name)`; nobody else moves aliases. Each request has an id: asked twice, it is done once.
 */

import type { ErrorRecord } from './errors.ts';
import type { RegisteredModel } from './experiment.ts';
import type { GateConfig } from './experiment-config.ts';
import type { DecidedVerdict, GateVerdict, LeftOutReplicate } from './gate.ts';
import type { LedgerEntry, LedgerEvidence, TestDigests } from './ledger.ts';
import type { NotifyRequest, OpenTrialRequest, RegisterModelRequest } from './steps.ts';
import type { LookTaken, WantedLook } from './test-part-looks.ts';

interface Asked {
  /** Of this request, for instance `<workflow id>/<execution id>/promote/1`. */
  readonly request: string;
  /** Person or experiment. */
  readonly actor: string;
  readonly reason: string;
  readonly evidence: LedgerEvidence;
  /** That it rests on: its digest becomes part of the evidence. */
  readonly verdict?: GateVerdict;
  /** What becomes of moves by hand, from now on; absent: as the last request said that said it. */
  readonly manualMoves?: 'accept' | 'revert';
}

/** The candidate becomes champion. Refused as outdated where the champion of now is not `comparedWith`. */
export interface PromoteRequest extends Asked {
  readonly kind: 'promote';
  readonly candidate: string;
  readonly comparedWith: string | null;
  /** In place of a champion that could not be evaluated. */
  readonly supersedes: boolean;
}

/** The candidate stays out, and is no challenger any more. Moves no champion. */
export interface RejectRequest extends Asked {
  readonly kind: 'reject';
  readonly candidate: string;
  /** Champion that it was rejected beside, and outdated where another is champion by now; absent: whichever it is. */
  readonly comparedWith?: string | null;
}

/** The champion becomes what served before it, by the ledger. Refused where nothing did. */
export interface RollbackRequest extends Asked {
  readonly kind: 'rollback';
  /** Champion that the asker saw; absent: whichever it is. */
  readonly comparedWith?: string | null;
}

/** A version out of use: never `previous` again. Refused for the champion. */
export interface ArchiveRequest extends Asked {
  readonly kind: 'archive';
  readonly version: string;
}

/**
 * The candidate is `challenger` until somebody answers, or until `expiresAtMs`. Without a question it is tried online: the
 * ledger has a record of that, and another challenger is in the way. Refused as `promote`.
 */
export interface ChallengeRequest extends Asked {
  readonly kind: 'challenge';
  readonly candidate: string;
  readonly comparedWith: string | null;
  readonly question?: ApprovalQuestion;
}

/** All trainings of an experiment have it in common. */
export type StandInTraining = Pick<
  OpenTrialRequest,
  'provenance' | 'mlflowExperimentId' | 'dataset' | 'metric' | 'mayReuse'
>;

/** What is kept of a question, so that the evidence can be compared again before an answer takes effect. */
export interface ApprovalQuestion {
  readonly experimentId: string;
  readonly parentRunId: string;
  readonly runId: string;
  /** Trainings of the candidate's settings with other seeds; absent: none. */
  readonly replicateRunIds?: readonly string[];
  /** Those that the gate asked for and has to do without; absent: none. */
  readonly leftOutReplicates?: readonly LeftOutReplicate[];
  readonly datasetVersion: string;
  /** By which a stand-in for a champion that cannot be evaluated is trained; absent: asked by an earlier version. */
  readonly training?: StandInTraining;
  readonly relevanceThreshold: number;
  readonly seed: number;
  readonly gate: Required<GateConfig>;
  readonly verdict: DecidedVerdict;
  /** Of what its evaluation has left on the candidate's run; absent: nothing, or asked by an earlier version. */
  readonly testDigests?: TestDigests;
  readonly askedAtMs: number;
  /** null: it waits as long as it takes. */
  readonly expiresAtMs: number | null;
  /** That is sent again with the answer; null where nobody wants to hear of it. */
  readonly notify: NotifyRequest | null;
}

/** A question that waits for its answer. */
export interface OpenQuestion extends ApprovalQuestion {
  readonly candidate: string;
}

/** Looks at the aliases as MLflow has them, and records or takes back what was moved by hand. */
export interface ReconcileRequest extends Asked {
  readonly kind: 'reconcile';
}

export type RegistryRequest =
  | PromoteRequest
  | RejectRequest
  | RollbackRequest
  | ArchiveRequest
  | ChallengeRequest
  | ReconcileRequest;

/** A person's answer to the question of `candidate`; null: the one that is open. */
export interface ApprovalAnswer {
  readonly request: string;
  readonly candidate: string | null;
  /** Experiment whose question it was; null: whichever. */
  readonly experimentId: string | null;
  readonly isApproved: boolean;
  readonly by: string;
  readonly reason: string;
}

export interface Aliases {
  readonly champion: string | null;
  readonly challenger: string | null;
  readonly previous: string | null;
}

export type RegistryAnswer =
  /** `entry` is null where nothing was to be recorded: everything was so already. */
  | { readonly kind: 'done'; readonly entry: LedgerEntry | null; readonly aliases: Aliases }
  /** Another version, or none, is champion by now: nothing was moved. */
  | { readonly kind: 'outdated'; readonly champion: string | null }
  /** It cannot be done; a sentence says why. `isGone`: nor ever, since what it is about is not under this name any more. */
  | { readonly kind: 'refused'; readonly reason: string; readonly hint: string; readonly isGone?: true };

/** A version that somebody made champion by hand, as the ledger has it. */
export interface AdoptedVersion {
  readonly ledgerRunId: string;
  /** Of the record. */
  readonly seq: number;
  readonly version: string;
  /** Champion before it; null: there was none. */
  readonly from: string | null;
  /** Who had taken it out of use before, and when (ISO 8601, UTC); absent: nobody. */
  readonly archived?: { readonly actor: string; readonly at: string };
}

/** A run's model becomes a version: in turn with all other changes, or two of one run could be made. */
export interface RegisterRequest {
  readonly kind: 'register';
  readonly request: string;
  readonly model: RegisterModelRequest;
}

/** A look at the test part is counted: in turn with all other changes, so that none is given the share of another. */
export interface LookRequest {
  readonly kind: 'look';
  readonly request: string;
  readonly look: WantedLook;
}

/** What another workflow asks the owner. */
export interface OwnerQuestion {
  readonly asked: RegistryRequest | RegisterRequest | LookRequest;
  /** Workflow id. */
  readonly replyTo: string;
}

export type OwnerAnswer =
  | RegistryAnswer
  | { readonly kind: 'registered'; readonly model: RegisteredModel }
  | { readonly kind: 'looked'; readonly taken: LookTaken };

export interface OwnerReply {
  /** Id of the request. */
  readonly request: string;
  readonly outcome:
    | { readonly kind: 'answered'; readonly answer: OwnerAnswer }
    | { readonly kind: 'failed'; readonly error: ErrorRecord };
}

/** What a person's answer came to. */
export interface ApprovalResult {
  readonly experimentId: string;
  readonly candidate: string;
  /** As it stands now: promoted; or rejected, also where the gate no longer lets it pass. */
  readonly verdict: DecidedVerdict;
  readonly entry: LedgerEntry | null;
  readonly aliases: Aliases;
  /** Something that was left undone beside it; null: nothing. */
  readonly problem: string | null;
}
