/** No feature column may carry what the model is to predict. */
import type { LoadedDataset } from '../../contracts/dataset.ts';
import { leakingMembers } from './leaking-members.ts';
import { leakingOrders } from './leaking-orders.ts';
import { type SideView, sideViews } from './side-view.ts';
import type { Tripwire } from './tripwire.ts';

const MOST_NAMED = 3;

const describe = (view: SideView, { userIds, itemIds }: LoadedDataset): readonly string[] => {
  const otherIds = view.side === 'user' ? itemIds : userIds;
  const otherSide = view.side === 'user' ? 'item' : 'user';
  return [
    ...leakingOrders(view).map(
      ({ column, what, correlation }) =>
        `${view.side} feature column ${column} orders ${view.side}s like their ${what} (rank correlation ${correlation.toFixed(3)})`,
    ),
    ...leakingMembers(view).map(
      ({ column, other, told }) =>
        `${view.side} feature column ${column} is set for those who meet ${otherSide} ${otherIds[other]} (${told} held-out pairs)`,
    ),
  ];
};

export const leakFeature: Tripwire = {
  name: 'leak-feature',
  check: ({ dataset }) => {
    const leaks = sideViews(dataset).flatMap((view) => describe(view, dataset));
    const named = leaks.slice(0, MOST_NAMED).join('; ');
    return {
      isPassed: leaks.length === 0,
      got:
        leaks.length === 0
          ? 'no column that reveals held-out pairs'
          : `${named}${leaks.length > MOST_NAMED ? `; and ${leaks.length - MOST_NAMED} more` : ''}`,
      expected: 'no column that reveals held-out pairs',
      hint: 'Leave the feature out, or compute it from interactions before the split; if it is truly known beforehand, set training.preflight to false.',
    };
  },
};
