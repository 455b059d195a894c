/**
 * Ends a trial whose best value so far is below the median of its peers at the same rung.
 * Source: Golovin et al. 2017, Google Vizier, section 3.2.2 (median stopping rule), without its running averages.
 */
import { countOf } from '../../contracts/count-of.ts';
import type { ResolvedScheduler } from '../../contracts/resolved-config.ts';
import { evenRungs } from './rungs.ts';
import type { RungDecision, RungQuestion, Scheduler } from './scheduler.ts';
import { inWords, medianOf } from './standing.ts';

const compare = ({ reports, peers }: RungQuestion, warmupTrials: number): RungDecision => {
  const { epoch, value } = reports.at(-1) ?? { epoch: 0, value: Number.NaN };
  if (peers.length < warmupTrials) {
    const reported = `${countOf(peers.length, 'other trial')} reported at epoch ${epoch}`;
    return { kind: 'continue', reason: `Only ${reported}, ${warmupTrials} must before one is ended` };
  }
  const median = medianOf(peers.map(({ report }) => report.value));
  const what = `the median ${inWords(median)} of ${countOf(peers.length, 'trial')} at epoch ${epoch}`;
  return value < median
    ? { kind: 'prune', reason: `${inWords(value)} is below ${what}` }
    : { kind: 'continue', reason: `${inWords(value)} is not below ${what}` };
};

export const createMedian = (
  { min_epochs, interval_epochs, warmup_trials }: ResolvedScheduler,
  maxEpochs: number,
): Scheduler => {
  const rungs = evenRungs(min_epochs, interval_epochs, maxEpochs);
  return {
    group: () => 0,
    rungs: () => rungs,
    keptShare: 0.5,
    decide: (question) => compare(question, warmup_trials),
  };
};
