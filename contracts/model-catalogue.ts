/** Registered models as a person looks them up: what MLflow and the ledger know of each version. */
import type { GateDecision, GateVerdict } from './gate.ts';
import type { BrokenRecord, LedgerEntry, LedgerEvidence } from './ledger.ts';
import type { Aliases } from './registry-owner.ts';

/**
 * promoted: champion, by the gate or by a person. superseded: it was, and another version came in its place; or by its
 * run alone it awaits approval, and it is not challenger. none: nobody decided. unknown: the ledger that would tell
 * cannot be relied on.
 */
export type VersionVerdict = Exclude<GateDecision, 'not_run'> | 'superseded' | 'none' | 'unknown';

export interface RegisteredVersionRecord {
  readonly name: string;
  readonly version: string;
  /** null where whoever registered it named none. */
  readonly runId: string | null;
  /** Of MLflow's own copy of the model, `models:/<id>`; null where the version has none. */
  readonly modelId: string | null;
  readonly createdAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A run with what was measured last. */
export interface MeasuredRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly isDeleted: boolean;
  readonly artifactUri: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface CatalogueVersion {
  readonly version: string;
  readonly aliases: readonly string[];
  readonly runId: string | null;
  /** deleted: in MLflow's bin. missing: gone for good. none: the version names no run. */
  readonly run: 'active' | 'deleted' | 'missing' | 'none';
  readonly datasetVersion: string | null;
  /** Digest of the bundle that was blessed; null where none was. */
  readonly bundle: string | null;
  /** On the test part. */
  readonly ndcgAt10: number | null;
  /** Of the model's files; null where the store does not tell. */
  readonly bytes: number | null;
  readonly createdAtMs: number;
  readonly verdict: VersionVerdict;
  /** Who decided last about it, by the ledger: a person, or `tt-exp` where nobody answered; null: the gate, or nobody. */
  readonly decidedBy: string | null;
  /** Out of use: it cannot become champion or previous any more. false where the verdict is unknown. */
  readonly isArchived: boolean;
  /** When an experiment online made it the challenger that it is, ISO 8601; null or absent: it is none, or another way. */
  readonly challengerSince?: string | null;
}

export interface CatalogueModel {
  readonly name: string;
  readonly aliases: Aliases;
  /** Aliases whose version was deleted: they count as not there. */
  readonly dangling: readonly { readonly alias: string; readonly version: string }[];
  /** That its challenger's question is not kept any more, and what to do, in a sentence; null or absent: it is not so. */
  readonly lostQuestion?: string | null;
  /** Why its ledger cannot be relied on, in a sentence; null or absent: it can, or there is none. */
  readonly ledgerProblem?: string | null;
  /** Newest first. */
  readonly versions: readonly CatalogueVersion[];
  /** false: nothing is recorded of the time that was asked for, so that its aliases are not known. */
  readonly hasRecords: boolean;
}

/** One version in full. */
export interface VersionDetails extends CatalogueVersion {
  readonly name: string;
  readonly experimentId: string | null;
  readonly trialId: string | null;
  /** What the gate said last, as the run's tag has it; null: nothing, or nobody knows of that time. */
  readonly gateDecision: string | null;
  /** Of the gate, as the run's tag has them. */
  readonly reasons: readonly string[];
  /** What the gate would have said of it, where it was made champion by hand; null: it was not, or nobody has judged it. */
  readonly gateByHand: string | null;
  /** As of its model, where it is the challenger. */
  readonly lostQuestion?: string | null;
  /** As of its model. */
  readonly ledgerProblem?: string | null;
  /** Metrics of the test part, without `test_`. */
  readonly test: Readonly<Record<string, number>>;
  /** That begin or end with this version, oldest first. */
  readonly records: readonly LedgerEntry[];
  /** Of its run's page, below MLflow's address; null where the run is gone. */
  readonly mlflowPath: string | null;
  /** The same of the page of the gate's verdict; null where the gate has judged nothing. */
  readonly gatePath: string | null;
}

export interface ModelHistory {
  readonly name: string;
  /** Oldest first. */
  readonly entries: readonly LedgerEntry[];
  /** The first record that is not as it was written; null: all are. */
  readonly broken: BrokenRecord | null;
  /** What is to be known of names that were changed in MLflow. Sentences. */
  readonly notes: readonly string[];
}

export interface VerifiedVersion {
  readonly version: string;
  readonly aliases: readonly string[];
  /** Of its files and its bundle at its run, or of the copy that MLflow serves; null: each equals its digest. */
  readonly problem: string | null;
}

export interface ModelVerification {
  readonly name: string;
  /** That can be read. */
  readonly records: number;
  readonly broken: BrokenRecord | null;
  /** What the ledger rests on and is not as it was written: verdicts, looks at test parts. Sentences. */
  readonly problems: readonly string[];
  /** The one of them that nothing is to be restored for: an open question about a version that was deleted; null: there is none. */
  readonly deletedQuestion: string | null;
  /** What could not be verified, since it is older than its digest, and what names were changed in MLflow. Sentences. */
  readonly notes: readonly string[];
  /** Newest first. */
  readonly versions: readonly VerifiedVersion[];
  /** Versions without an alias of ours that were not verified, since nobody asked for all. */
  readonly unchecked: number;
  readonly aliases: Aliases;
  /** Champion by the ledger; null without one, or where it is broken. */
  readonly ledgerChampion: { readonly version: string | null } | null;
}

/** What the gate said, before anybody answered. */
export interface GateWord {
  /** As the tag of the run has it. */
  readonly decision: string;
  readonly reasons: readonly string[];
}

/** A version that somebody means to move, and what the move rests on. */
export interface PlannedMove {
  readonly name: string;
  readonly version: string;
  /** Of now. */
  readonly aliases: Aliases;
  readonly verdict: VersionVerdict;
  /** As in CatalogueVersion. */
  readonly decidedBy: string | null;
  readonly challengerSince?: string | null;
  /** Digest of the bundle that was blessed; null where none was. */
  readonly bundle: string | null;
  /** Of whoever decided. */
  readonly reasons: readonly string[];
  /** The gate's last word on it, which no move by hand changes; null: none that is kept. */
  readonly gateWord: GateWord | null;
  /** What is to be known of names that were changed in MLflow. Sentences. */
  readonly notes: readonly string[];
  readonly evidence: LedgerEvidence;
  /** What the gate said of it last; null: nothing that is kept. */
  readonly gate: GateVerdict | null;
  /** Why it could not serve: its files are gone; null where they are there, or where no run says which they are. */
  readonly problem: string | null;
}

export interface ForeseenMove {
  /** Of now. */
  readonly before: Aliases;
  /** Once the owner has made the move; null: only the owner can tell. */
  readonly after: Aliases | null;
}

export interface PulledModel {
  readonly name: string;
  readonly version: string;
  readonly runId: string;
  /** Absolute. */
  readonly folder: string;
  /** false: the model was saved before the digest of its encoder was recorded. */
  readonly isEncoderVerified: boolean;
}
