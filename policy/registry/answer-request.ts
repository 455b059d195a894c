/** What a request to a registered model's owner comes to, where the ledger and MLflow agree. */
import type { LedgerAction, LedgerMove } from '../../contracts/ledger.ts';
import type { RegistryAnswer, RegistryRequest } from '../../contracts/registry-owner.ts';
import { existing, type Observed } from './observed.ts';
import { archivalOf, previousOf, type Standing } from './standing.ts';

type Refusal = Exclude<RegistryAnswer, { readonly kind: 'done' }>;

export type RequestOutcome =
  | Refusal
  /** seq: the record that answers the request, to be appended or in the ledger already; null: there is none to be. */
  | { readonly kind: 'done'; readonly seq: number | null };

interface Answer {
  readonly outcome: RequestOutcome;
  readonly move: LedgerMove | null;
  /** Version to be challenger from now on. */
  readonly challenger?: string;
}

/** Of a request's own record; those of moves by hand before it carry its id too. */
const OWN_ACTIONS: Readonly<Record<RegistryRequest['kind'], readonly LedgerAction[]>> = {
  promote: ['promote', 'supersede'],
  reject: ['reject'],
  rollback: ['rollback'],
  archive: ['archive'],
  challenge: ['challenge'],
  reconcile: [],
};

const refused = (reason: string, hint: string): Answer => ({ outcome: { kind: 'refused', reason, hint }, move: null });

const outdated = ({ champion }: Standing): Answer => ({ outcome: { kind: 'outdated', champion }, move: null });

const NOTHING_TO_RECORD: Answer = { outcome: { kind: 'done', seq: null }, move: null };

const recordOf = (
  { seq }: Standing,
  { actor, reason, evidence, request }: RegistryRequest,
  move: Pick<LedgerMove, 'at' | 'action' | 'alias' | 'from' | 'to'>,
): Answer => ({
  outcome: { kind: 'done', seq: seq + 1 },
  move: { actor, reason, evidence, request, ...move },
});

/** What cannot be loaded cannot serve, whoever wants it to. */
const notLoading = ({ unloadable }: Observed, version: string): Answer | null =>
  unloadable?.version === version
    ? refused(
        `Version ${version} cannot be loaded: ${unloadable.reason}.`,
        'Restore the artifacts of its run from a backup, or promote another version.',
      )
    : null;

/** Why a version cannot become champion or challenger; null: it can. */
const unusable = (standing: Standing, observed: Observed, version: string): Answer | null => {
  if (existing(observed, version) === null) {
    return refused(`There is no version ${version}: it was deleted in MLflow.`, 'Promote another version.');
  }
  return archivalOf(standing, version) !== null
    ? refused(`Version ${version} is archived.`, 'Promote another version, or train this one again.')
    : notLoading(observed, version);
};

type Answering<Kind extends RegistryRequest['kind']> = (
  standing: Standing,
  observed: Observed,
  request: Extract<RegistryRequest, { readonly kind: Kind }>,
  at: string,
) => Answer;

const promote: Answering<'promote'> = (standing, observed, request, at) => {
  const { candidate, comparedWith, supersedes } = request;
  const { champion } = standing;
  if (candidate === champion) {
    return NOTHING_TO_RECORD;
  }
  if (comparedWith !== champion) {
    return unusable(standing, observed, candidate) ?? outdated(standing);
  }
  const action = supersedes ? 'supersede' : 'promote';
  return (
    unusable(standing, observed, candidate) ??
    recordOf(standing, request, { at, action, alias: 'champion', from: champion, to: candidate })
  );
};

const occupied = (challenger: string): Answer =>
  refused(
    `Version ${challenger} is challenger.`,
    'It awaits approval, or an experiment online tries it: answer it, or end that experiment, first.',
  );

const challenge: Answering<'challenge'> = (standing, observed, request, at) => {
  const { candidate, comparedWith, question } = request;
  if (candidate === standing.champion) {
    return NOTHING_TO_RECORD;
  }
  const problem = unusable(standing, observed, candidate);
  if (problem !== null) {
    return problem;
  }
  if (comparedWith !== standing.champion) {
    return outdated(standing);
  }
  if (question !== undefined) {
    return { ...NOTHING_TO_RECORD, challenger: candidate };
  }
  const { challenger } = observed.aliases;
  return challenger === null || challenger === candidate
    ? recordOf(standing, request, { at, action: 'challenge', alias: 'challenger', from: challenger, to: candidate })
    : occupied(challenger);
};

const reject: Answering<'reject'> = (standing, { recorded = null, aliases }, request, at) => {
  const { candidate, comparedWith = standing.champion } = request;
  if (candidate === standing.champion) {
    return NOTHING_TO_RECORD;
  }
  // What still awaits approval is settled by a record of its own.
  if (recorded !== null && comparedWith === standing.champion && aliases.challenger !== candidate) {
    return { outcome: { kind: 'done', seq: recorded }, move: null };
  }
  return comparedWith === standing.champion
    ? recordOf(standing, request, { at, action: 'reject', alias: 'challenger', from: candidate, to: null })
    : outdated(standing);
};

const rollback: Answering<'rollback'> = (standing, observed, request, at) => {
  const { champion } = standing;
  if (request.comparedWith !== undefined && request.comparedWith !== champion) {
    return outdated(standing);
  }
  const to = previousOf(standing, observed.versions);
  return to === null
    ? refused(
        'No other version was champion before that still exists and is not archived.',
        'Promote a version: `tt-exp models promote <model>/<version> --reason …`.',
      )
    : (notLoading(observed, to) ??
        recordOf(standing, request, { at, action: 'rollback', alias: 'champion', from: champion, to }));
};

const archive: Answering<'archive'> = (standing, observed, request, at) => {
  const { version } = request;
  if (version === standing.champion) {
    return refused(`Version ${version} is champion.`, 'Promote another version or roll back first.');
  }
  if (archivalOf(standing, version) !== null) {
    return NOTHING_TO_RECORD;
  }
  return existing(observed, version) === null
    ? refused(`There is no version ${version}: it was deleted in MLflow.`, 'See which there are: `tt-exp models`.')
    : recordOf(standing, request, { at, action: 'archive', alias: null, from: version, to: null });
};

const answer = (standing: Standing, observed: Observed, request: RegistryRequest, at: string): Answer => {
  switch (request.kind) {
    case 'promote':
      return promote(standing, observed, request, at);
    case 'challenge':
      return challenge(standing, observed, request, at);
    case 'reject':
      return reject(standing, observed, request, at);
    case 'rollback':
      return rollback(standing, observed, request, at);
    case 'archive':
      return archive(standing, observed, request, at);
    case 'reconcile':
      return NOTHING_TO_RECORD;
  }
};

/** `standing`: with the moves by hand. A request whose record is there already is not done again. */
export const answerRequest = (standing: Standing, observed: Observed, request: RegistryRequest, at: string): Answer => {
  const done = standing.recent.find(
    (move) => move.request === request.request && OWN_ACTIONS[request.kind].includes(move.action),
  );
  if (done === undefined) {
    return answer(standing, observed, request, at);
  }
  const known: Answer = { outcome: { kind: 'done', seq: done.seq }, move: null };
  if (request.kind !== 'challenge') {
    return known;
  }
  // Its alias may have been taken away by hand since.
  const again = challenge(standing, observed, request, at);
  if (again.outcome.kind !== 'done') {
    return again;
  }
  return again.move === null ? known : { ...known, challenger: request.candidate };
};
