/** Team-draft interleaving (Radlinski, Kurup & Joachims 2008): two ranked lists become one that both have drafted. */
import { elementAt } from '../../contracts/element-at.ts';
import type { Arm, Impression, ShownItem } from '../../contracts/online-experiment.ts';
import { createRng } from '../rng.ts';
import { hashKey } from './hash-key.ts';

export interface TeamDraftRequest {
  readonly experimentId: string;
  readonly userId: string;
  /** Best first, at least `length` items each where there are as many; one that occurs again counts once. */
  readonly lists: Readonly<Record<Arm, readonly string[]>>;
  /** Of the list, to its last page. */
  readonly length: number;
}

const otherOf = (arm: Arm): Arm => (arm === 'champion' ? 'challenger' : 'champion');

/**
 * Whoever has fewer picks takes the best item of their list that nobody has yet; on a tie a coin decides, seeded by
 * experiment and user. The list is full while either has items left. A shorter one is the beginning of a longer one, so
 * pages are slices of one draft and do not repeat.
 */
export const teamDraft = ({ experimentId, userId, lists, length }: TeamDraftRequest): readonly ShownItem[] => {
  const rng = createRng(hashKey('draft', experimentId, userId));
  const taken = new Set<string>();
  const shown: ShownItem[] = [];
  const picks = { champion: 0, challenger: 0 };
  const next = { champion: 0, challenger: 0 };
  const bestLeft = (arm: Arm): string | undefined => {
    const list = lists[arm];
    while (next[arm] < list.length && taken.has(elementAt(list, next[arm]))) {
      next[arm] += 1;
    }
    return list[next[arm]];
  };
  const turn = (): Arm => {
    if (picks.champion !== picks.challenger) {
      return picks.champion < picks.challenger ? 'champion' : 'challenger';
    }
    return rng.below(2) === 0 ? 'champion' : 'challenger';
  };
  while (shown.length < length) {
    const wanted = turn();
    const arm = bestLeft(wanted) === undefined ? otherOf(wanted) : wanted;
    const item = bestLeft(arm);
    if (item === undefined) {
      break;
    }
    shown.push({ item_id: item, position: shown.length, arm });
    taken.add(item);
    picks[arm] += 1;
  }
  return shown;
};

/** Items of a list that the user then met, by who had put them there. */
export const creditOf = (
  { items }: Pick<Impression, 'items'>,
  met: ReadonlySet<string>,
): Readonly<Record<Arm, number>> => {
  const creditTo = (arm: Arm): number => items.filter((item) => item.arm === arm && met.has(item.item_id)).length;
  return { champion: creditTo('champion'), challenger: creditTo('challenger') };
};
