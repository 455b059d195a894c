/** Moves of a model's champion, and versions out of use: what moves from where to where, and what is asked of its owner. */
import { newRequestId } from '../../client/registry-client.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { PlannedMove } from '../../contracts/model-catalogue.ts';
import { MESSAGE } from '../../contracts/names.ts';
import type { Aliases, RegistryRequest } from '../../contracts/registry-owner.ts';
import { UNBLESSED } from '../../policy/registry/unblessed.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { aliasesText } from './model-formats.ts';
import type { ModelCatalogue } from './registry-runtime.ts';

export type MoveKind = 'promote' | 'rollback' | 'archive';

export interface Move extends Pick<LedgerEntry, 'alias' | 'from' | 'to'> {
  readonly name: string;
  /** What moves from where to where, and what speaks against it. */
  readonly lines: readonly string[];
  readonly request: RegistryRequest;
}

/** Who asks, and why. */
export interface Asker {
  readonly user: string;
  readonly reason: string;
}

export type Moved = Pick<LedgerEntry, 'alias' | 'from' | 'to'> & {
  readonly name: string;
  /** null where everything was so already. */
  readonly seq: number | null;
  readonly digest: string | null;
  readonly aliases: Aliases;
};

const named = (version: string | null): string => (version === null ? 'none' : `version ${version}`);

export const movedLines = ({ name, alias, from, to, seq, aliases }: Moved): readonly string[] => {
  const move = alias === 'champion' ? `champion from ${named(from)} to ${named(to)}` : `${named(from)} out of use`;
  return [
    seq === null ? `${name}: nothing to do: it is so already` : `${name}: ${move}, record ${seq} of its ledger`,
    `${name}: ${aliasesText(aliases)}`,
  ];
};

const because = (reasons: readonly string[]): readonly string[] => reasons.map((reason) => `  ${reason}`);

const personLines = ({ verdict, decidedBy, reasons }: PlannedMove): readonly string[] =>
  verdict === 'rejected' && decidedBy !== null ? [`warning: ${decidedBy} rejected it:`, ...because(reasons)] : [];

/** By the gate's own word: whoever made it champion by hand since has not changed that. */
const wordLines = ({ verdict, gateWord }: PlannedMove, isTried: boolean): readonly string[] => {
  if (gateWord === null) {
    return verdict === 'unknown' ? [] : ['warning: no gate has judged it'];
  }
  if (gateWord.decision === 'rejected') {
    return ['warning: the gate rejected it:', ...because(gateWord.reasons)];
  }
  return isTried ? ['what the gate had said:', ...because(gateWord.reasons)] : [];
};

/** What a person should know before they overrule the gate. */
const gateLines = (planned: PlannedMove): readonly string[] => {
  const since = planned.challengerSince ?? null;
  return [
    ...(since === null ? [] : [`note: it is challenger since ${since.slice(0, 10)}, by an experiment online`]),
    ...personLines(planned),
    ...wordLines(planned, since !== null),
  ];
};

/** What speaks against a move of this version, and what is to be known of the model's name. */
const plannedLines = (planned: PlannedMove): readonly string[] => [
  ...planned.notes.map((note) => `note: ${note}`),
  ...gateLines(planned),
  ...(planned.bundle === null ? [`warning: it is not blessed: ${UNBLESSED}`] : []),
];

/** What cannot be loaded cannot serve either, however urgent the move is. */
const requireFiles = ({ name, version, problem }: PlannedMove): void => {
  if (problem !== null) {
    throw new TtExpError('MODEL_NOT_LOADING', `${MESSAGE.modelNotLoading}: ${name}/${version}: ${problem}`, {
      hint: `Restore the artifacts of its run from a backup, or promote another version: \`tt-exp models ${name}\` lists them.`,
    });
  }
};

const asked = (kind: MoveKind, { user, reason }: Asker) => ({
  request: newRequestId(user, kind),
  actor: user,
  reason,
});

type Plan = (catalogue: ModelCatalogue, reference: string, asker: Asker) => Promise<Move>;

const planPromotion: Plan = async (catalogue, reference, asker) => {
  const planned = await catalogue.plan(reference);
  requireFiles(planned);
  const { name, version, evidence, gate } = planned;
  const { champion } = planned.aliases;
  return {
    ...{ name, alias: 'champion', from: champion, to: version },
    lines: [`${name}: champion from ${named(champion)} to ${named(version)}`, ...plannedLines(planned)],
    request: {
      kind: 'promote',
      candidate: version,
      comparedWith: champion,
      supersedes: false,
      ...asked('promote', asker),
      // What the verdict was against, which need not be the champion that it takes the place of.
      evidence: { ...evidence, compared_with: gate?.compared_with ?? null, champion_at_request: champion },
      ...(gate !== null && { verdict: gate }),
    },
  };
};

const planRollback: Plan = async (catalogue, name, asker) => {
  const { champion, previous } = await catalogue.aliases(name);
  const planned = previous === null ? null : await catalogue.plan(`${name}/${previous}`);
  if (planned !== null) {
    requireFiles(planned);
  }
  return {
    ...{ name, alias: 'champion', from: champion, to: previous },
    lines: [
      `${name}: champion from ${named(champion)} back to ${previous === null ? 'what served before' : named(previous)}`,
      ...(planned === null ? [] : plannedLines(planned)),
    ],
    request: {
      kind: 'rollback',
      comparedWith: champion,
      ...asked('rollback', asker),
      evidence: { champion_at_request: champion },
    },
  };
};

const planArchival: Plan = async (catalogue, reference, asker) => {
  const { name, version, verdict, evidence } = await catalogue.plan(reference);
  return {
    ...{ name, alias: null, from: version, to: null },
    lines: [
      `${name}: version ${version} out of use: it cannot become champion or previous any more`,
      ...(verdict === 'awaiting_approval' ? ['warning: it awaits approval: archiving it rejects it'] : []),
    ],
    request: { kind: 'archive', version, ...asked('archive', asker), evidence },
  };
};

const PLANS: Readonly<Record<MoveKind, Plan>> = {
  promote: planPromotion,
  rollback: planRollback,
  archive: planArchival,
};

/** @param reference of a version; for a rollback the model's name. Throws what speaks against it already. */
export const planMove = (kind: MoveKind, ...given: Parameters<Plan>): Promise<Move> => PLANS[kind](...given);

/** A request for a rollback names the champion alone: where it leads may have changed since somebody was asked. */
const requireTarget = async (catalogue: ModelCatalogue, { name, request, to }: Move): Promise<void> => {
  const { previous } = request.kind === 'rollback' && to !== null ? await catalogue.aliases(name) : { previous: to };
  if (previous !== to) {
    throw new TtExpError('MOVE_REFUSED', `model ${name}: ${named(previous)} is previous by now, not ${named(to)}`, {
      hint: 'Look at the aliases of now, and ask again.',
    });
  }
};

/** Throws MOVE_REFUSED where what was planned is no longer so. */
export const makeMove = async (
  registry: Platform['registry'],
  catalogue: ModelCatalogue,
  move: Move,
): Promise<Moved> => {
  await requireTarget(catalogue, move);
  const { name, request, alias, from, to } = move;
  const { entry, aliases } = await registry.ask(name, request);
  return entry === null
    ? { ...{ name, alias, from, to, seq: null, digest: null }, aliases }
    : {
        ...{ name, alias: entry.alias, from: entry.from, to: entry.to },
        seq: entry.seq,
        digest: entry.digest,
        aliases,
      };
};
