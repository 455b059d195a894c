/** What a move brings with it, said before anybody is asked: other aliases that move, and an experiment online that it ends. */
import { toErrorRecord } from '../../contracts/errors.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import type { Aliases } from '../../contracts/registry-owner.ts';
import { type Move, type Moved, movedLines } from './plan-move.ts';
import type { ModelCatalogue, RegistryRuntime } from './registry-runtime.ts';

export interface AnnouncedMove extends Move {
  readonly before: Aliases;
  /** That servers of this home give the lists of; null: none, or nobody can tell. */
  readonly online: OnlineExperiment | null;
}

/** The champion's own move is told elsewhere. */
const OTHERS = ['challenger', 'previous'] as const;

const otherLines = (name: string, before: Aliases, after: Aliases): readonly string[] => {
  const moves = OTHERS.filter((alias) => before[alias] !== after[alias]).map(
    (alias) => `${alias} ${before[alias] ?? 'none'} → ${after[alias] ?? 'none'}`,
  );
  return moves.length === 0 ? [] : [`${name}: ${moves.join(', ')}`];
};

const holds = ({ champion, challenger }: OnlineExperiment, aliases: Aliases): boolean =>
  champion.version === aliases.champion && challenger.version === aliases.challenger;

const isVoided = (online: OnlineExperiment | null, before: Aliases, after: Aliases): online is OnlineExperiment =>
  online !== null && holds(online, before) && !holds(online, after);

const armsText = ({ champion, challenger }: OnlineExperiment): string =>
  `it tries version ${challenger.version} beside champion version ${champion.version}`;

const voidLines = (online: OnlineExperiment | null, before: Aliases, after: Aliases): readonly string[] =>
  isVoided(online, before, after)
    ? [`warning: the experiment online ${online.id} becomes void: ${armsText(online)}`]
    : [];

/** A definition that cannot be read keeps nobody from moving the champion. */
const findOnline = async (
  runtime: Pick<RegistryRuntime, 'definedOnline'>,
  name: string,
): Promise<{ readonly online: OnlineExperiment | null; readonly lines: readonly string[] }> => {
  try {
    return { online: await runtime.definedOnline(name), lines: [] };
  } catch (error) {
    const { message } = toErrorRecord(error);
    return { online: null, lines: [`warning: whether an experiment online becomes void cannot be told: ${message}`] };
  }
};

/** null: everything is so already. Throws MOVE_REFUSED and LEDGER_BROKEN where the owner would refuse. */
export const announceMove = async (
  runtime: Pick<RegistryRuntime, 'definedOnline'>,
  catalogue: ModelCatalogue,
  move: Move,
): Promise<AnnouncedMove | null> => {
  const { name } = move;
  const foreseen = await catalogue.foreseeMove(name, move.request);
  if (foreseen === null) {
    return null;
  }
  const { before, after } = foreseen;
  const { online, lines } = await findOnline(runtime, name);
  const [first = '', ...rest] = move.lines;
  return {
    ...{ ...move, before, online },
    lines: [
      first,
      ...(after === null ? [] : [...otherLines(name, before, after), ...voidLines(online, before, after)]),
      ...lines,
      ...rest,
    ],
  };
};

/** As `movedLines`, with what came with it. @param announced null: nothing was to be done */
export const doneLines = (
  moved: Moved,
  announced: Pick<AnnouncedMove, 'before' | 'online'> | null,
): readonly string[] => {
  if (announced === null || moved.seq === null) {
    return movedLines(moved);
  }
  const { before, online } = announced;
  const [first = '', ...rest] = movedLines(moved);
  return [
    first,
    ...otherLines(moved.name, before, moved.aliases),
    ...rest,
    ...(isVoided(online, before, moved.aliases)
      ? [`${moved.name}: the experiment online ${online.id} is void: ${armsText(online)}`]
      : []),
  ];
};
