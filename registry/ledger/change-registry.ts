/**
 * One change of a registered model: read the ledger and the aliases, decide, append, move the aliases. Killed between any
 * two of its steps and asked again, it comes to the same end. Only the model's owner calls it, one change at a time.
 */
import { TtExpError } from '../../contracts/errors.ts';
import { ALIAS, TAG } from '../../contracts/names.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';
import type {
  AdoptedVersion,
  Aliases,
  OpenQuestion,
  RegistryAnswer,
  RegistryRequest,
} from '../../contracts/registry-owner.ts';
import { decideMove } from '../../policy/registry/decide-move.ts';
import type { ManualMoves } from '../../policy/registry/moves-by-hand.ts';
import type { Observed } from '../../policy/registry/observed.ts';
import { sameRejection } from '../../policy/registry/recorded-decision.ts';
import { archivalOf, type Standing } from '../../policy/registry/standing.ts';
import type { LedgerWriter } from '../ports.ts';
import { appendMoves } from './append-moves.ts';
import { digestOfVerdict } from './digest.ts';
import { ensureLedger, headText, isLedgerRun, type Ledger, nameTags } from './find-ledger.ts';
import { findUnloadable } from './find-unloadable.ts';
import { challengerIn, keepQuestion, lostQuestion, readQuestion } from './kept-question.ts';
import { type LedgerReading, readAll } from './read-ledger.ts';

/** What the owner knows of the ledger from the change before. */
export interface KnownLedger {
  readonly runId: string;
  readonly standing: Standing;
}

export interface RegistryChange {
  readonly modelName: string;
  readonly request: RegistryRequest;
  /** Absent: as the request says, or else the model's tag. */
  readonly manualMoves?: ManualMoves;
  /** ISO 8601, UTC: of the owner's clock, which is the server's. */
  readonly at: string;
  readonly known: KnownLedger | null;
  /** That the owner knows to be open; absent: of an owner of an earlier version. */
  readonly question?: OpenQuestion | null;
}

export interface RegistryChanged {
  readonly answer: RegistryAnswer;
  /** null where there is no such model. */
  readonly known: KnownLedger | null;
  /** Made champion by hand since the owner knew of the ledger. Missing in results of earlier versions. */
  readonly adopted?: readonly AdoptedVersion[];
  /** Open before this change, though its owner did not know; null or missing: none. */
  readonly question?: OpenQuestion | null;
  /** The model that its owner knew is gone: renamed or deleted, and another one may have its name. */
  readonly isOtherModel?: true;
  /** That the question which its owner does not know is not kept either, in a sentence; null or missing: it is not so. */
  readonly lostQuestion?: string | null;
}

const aliasesOf = ({ aliases }: RegisteredModelRecord): Aliases => ({
  champion: aliases[ALIAS.champion] ?? null,
  challenger: aliases[ALIAS.challenger] ?? null,
  previous: aliases[ALIAS.previous] ?? null,
});

const policyOf = ({ tags }: RegisteredModelRecord): ManualMoves =>
  tags[TAG.manualMoves] === 'revert' ? 'revert' : 'accept';

/** Throws LEDGER_BROKEN: on records that somebody changed no further move can rest. */
const readIntact = async (
  tracking: LedgerWriter,
  ledger: Ledger,
  { modelName, known }: RegistryChange,
): Promise<Pick<LedgerReading, 'standing' | 'entries'>> => {
  const { standing, entries, ...read } = await readAll(tracking, ledger);
  const seen = known?.runId === ledger.runId ? known.standing.seq : 0;
  const broken = read.broken ?? (standing.seq < seen ? { seq: standing.seq + 1, reason: 'is missing' } : null);
  if (broken !== null) {
    throw new TtExpError('LEDGER_BROKEN', `ledger of ${modelName}: record ${broken.seq} ${broken.reason}`, {
      hint: `Restore the artifacts of MLflow run ${ledger.runId} from a backup; or delete that run, and a new ledger begins with the champion of now.`,
    });
  }
  return { standing, entries };
};

/** `champion` last: a move that ends before it has changed nothing that serves. */
const moveAliases = async (tracking: LedgerWriter, name: string, from: Aliases, to: Aliases): Promise<void> => {
  for (const alias of [ALIAS.previous, ALIAS.challenger, ALIAS.champion]) {
    const version = to[alias];
    if (version === from[alias]) {
      continue;
    }
    await (version === null ? tracking.deleteAlias(name, alias) : tracking.setAlias(name, alias, version));
  }
};

/** Says on the ledger's run and on the model what is carried out. */
const note = async (
  tracking: LedgerWriter,
  model: RegisteredModelRecord,
  ledger: Ledger,
  { seq, champion }: Standing,
  { manualMoves }: RegistryRequest,
): Promise<void> => {
  const { runId, carriedOut } = ledger;
  if (carriedOut !== seq || ledger.names.at(-1) !== model.name) {
    await tracking.setTags(runId, { [TAG.ledgerApplied]: String(seq), ...nameTags(ledger, model.name) });
  }
  const tags = {
    ...{ [TAG.ledgerRun]: runId, [TAG.champion]: champion ?? '' },
    ...(manualMoves === undefined ? {} : { [TAG.manualMoves]: manualMoves }),
  };
  const changed = Object.entries(tags).filter(([key, value]) => model.tags[key] !== value);
  await tracking.setModelTags(model.name, Object.fromEntries(changed));
};

/**
 * Also those that an attempt of this step has recorded before it was killed. What was champion before the ledger began
 * is nobody's move by hand.
 */
const adoptedSince = (seen: number, { runId, standing }: KnownLedger): readonly AdoptedVersion[] =>
  standing.recent.flatMap(({ seq, action, from, to: version }) => {
    if (action !== 'adopt' || version === null || seq <= Math.max(seen, 1)) {
      return [];
    }
    const archival = archivalOf(standing, version);
    const wasArchived = archival !== null && archival.seq < seq;
    return [
      {
        ...{ ledgerRunId: runId, seq, version, from },
        ...(wasArchived && { archived: { actor: archival.actor, at: archival.at } }),
      },
    ];
  });

const IS_OTHER =
  'Its model was renamed in MLflow, and another one has its name: use the new name, `tt-exp models` lists them. Or it was deleted: run the experiment again.';

const gone = (reason: string): RegistryAnswer => ({ kind: 'refused', isGone: true, reason, hint: IS_OTHER });

/** The version that was decided about may be another run's, or none: its model was renamed or deleted, and another made. */
const otherRun = async (
  tracking: LedgerWriter,
  { modelName, request }: RegistryChange,
  { versions, isOtherModel }: { readonly versions: readonly string[]; readonly isOtherModel: boolean },
): Promise<RegistryAnswer | null> => {
  const { run_id: runId } = request.evidence;
  if (!('candidate' in request) || runId === undefined) {
    return null;
  }
  const { candidate } = request;
  if (!versions.includes(candidate)) {
    return isOtherModel ? gone(`The model that is called ${modelName} by now has no version ${candidate}.`) : null;
  }
  const version = await tracking.getVersion(modelName, candidate);
  return version.runId === runId
    ? null
    : gone(`Version ${candidate} of ${modelName} is of run ${version.runId} by now; this is about run ${runId}.`);
};

/** A model that was renamed or deleted keeps its ledger; where the ledger's run alone was deleted, the model is the same. */
const isOfOther = async (tracking: LedgerWriter, { runId }: Ledger, known: KnownLedger | null): Promise<boolean> =>
  known !== null && known.runId !== runId && (await isLedgerRun(tracking, known.runId));

const withDigest = (request: RegistryRequest): RegistryRequest =>
  request.verdict === undefined
    ? request
    : { ...request, evidence: { ...request.evidence, verdict_digest: digestOfVerdict(request.verdict) } };

export const changeRegistry = async (tracking: LedgerWriter, change: RegistryChange): Promise<RegistryChanged> => {
  const { modelName, request, at } = change;
  const model = await tracking.findModel(modelName);
  if (model === null) {
    const reason = `There is no registered model ${modelName} in MLflow.`;
    const hint =
      'Where it was renamed there, use its new name, for `tt-exp approve` and `reject` too: `tt-exp models` lists them.';
    return { answer: { kind: 'refused', isGone: true, reason, hint }, known: null, isOtherModel: true };
  }
  const versions = await tracking.versionsOf(modelName);
  const ledger = await ensureLedger(tracking, model, { actor: request.actor, startTimeMs: Date.parse(at) });
  const isOtherModel = await isOfOther(tracking, ledger, change.known);
  const told = isOtherModel ? ({ isOtherModel } as const) : {};
  const refusal = await otherRun(tracking, change, { versions, isOtherModel });
  if (refusal !== null) {
    return { answer: refusal, known: change.known, ...told };
  }
  const { standing, entries: earlier } = await readIntact(tracking, ledger, change);
  const { carriedOut, runId } = ledger;
  const isForgotten = change.known === null && change.question === null;
  const question = isForgotten || isOtherModel ? await readQuestion(tracking, runId, earlier, change) : null;
  const lost = isForgotten
    ? await lostQuestion(tracking, { ...ledger, modelName, entries: earlier, challenger: challengerIn(model) })
    : null;
  const asked = withDigest(request);
  const recorded = asked.kind === 'reject' ? sameRejection(earlier, asked.candidate, asked.evidence) : null;
  const observed = { aliases: aliasesOf(model), versions, carriedOut, recorded: recorded?.seq ?? null };
  const manualMoves = change.manualMoves ?? request.manualMoves ?? policyOf(model);
  const decide = (seen: Observed) => decideMove(standing, seen, asked, { at, manualMoves });
  const unloadable = await findUnloadable(tracking, modelName, request, decide(observed));
  const { moves, aliases, outcome } = decide({ ...observed, unloadable });
  const appended = await appendMoves(tracking, runId, standing, moves);
  if (appended === null) {
    return changeRegistry(tracking, change);
  }
  const { entries, standing: after } = appended;
  if (after.digest !== null && ledger.head?.digest !== after.digest) {
    await tracking.setTags(runId, { [TAG.ledgerHead]: headText({ seq: after.seq, digest: after.digest }) });
  }
  const isAsked = request.kind === 'challenge' && request.question !== undefined;
  if (isAsked && outcome.kind === 'done' && aliases.challenger === request.candidate) {
    const open = { ...request.question, candidate: request.candidate };
    await keepQuestion(tracking, runId, { seq: after.seq, question: open });
  }
  await moveAliases(tracking, modelName, observed.aliases, aliases);
  await note(tracking, model, ledger, after, request);
  const known = { runId, standing: after };
  const adopted = adoptedSince(change.known?.runId === runId ? change.known.standing.seq : carriedOut, known);
  if (outcome.kind !== 'done') {
    return { answer: outcome, known, adopted, question, lostQuestion: lost, ...told };
  }
  const entry = [...earlier, ...entries].find(({ seq }) => seq === outcome.seq) ?? null;
  return { answer: { kind: 'done', entry, aliases }, known, adopted, question, lostQuestion: lost, ...told };
};
