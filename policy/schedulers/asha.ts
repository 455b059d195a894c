/**
 * Asynchronous successive halving in its stopping variant: at each rung the best 1/reduction of what has been reported
 * there go on, the rest end for good, and nobody waits for a rung to fill.
 * Source: Li et al. 2020, A System for Massively Parallel Hyperparameter Tuning; as the stopping variant in Syne Tune.
 */
import { countOf } from '../../contracts/count-of.ts';
import type { ResolvedScheduler } from '../../contracts/resolved-config.ts';
import { geometricRungs } from './rungs.ts';
import type { RungDecision, RungQuestion, Scheduler } from './scheduler.ts';
import { inWords, placeOf, shareKept } from './standing.ts';

/** The trial's own report counts among those at its rung, and of equal values all go on. */
export const keepBestShare = ({ reports, peers }: RungQuestion, reduction: number): RungDecision => {
  const { epoch, value } = reports.at(-1) ?? { epoch: 0, value: Number.NaN };
  const place = placeOf(
    value,
    peers.map(({ report }) => report.value),
  );
  const count = peers.length + 1;
  const kept = shareKept(count, reduction);
  const where = `${inWords(value)} at epoch ${epoch} is number ${place} of ${countOf(count, 'trial')} at this rung`;
  return place <= kept
    ? { kind: 'continue', reason: `${where}; the best ${kept} go on` }
    : { kind: 'prune', reason: `${where}; only the best ${kept} (1/${inWords(reduction)}) go on` };
};

export const createAsha = ({ min_epochs, reduction }: ResolvedScheduler, maxEpochs: number): Scheduler => {
  const rungs = geometricRungs(min_epochs, reduction, maxEpochs);
  return {
    group: () => 0,
    rungs: () => rungs,
    keptShare: 1 / reduction,
    decide: (question) => keepBestShare(question, reduction),
  };
};
