/** Ends a trial that has stopped getting better; looks at no other trial. */

import { countOf } from '../../contracts/count-of.ts';
import type { ResolvedScheduler } from '../../contracts/resolved-config.ts';
import type { RungReport } from '../../contracts/rungs.ts';
import { evenRungs } from './rungs.ts';
import type { RungDecision, Scheduler } from './scheduler.ts';
import { inWords } from './standing.ts';

/** The last report that gained more than `minGain` over the last one before it that did, and how many rungs ago. */
const lastGain = (reports: readonly RungReport[], minGain: number): { best: RungReport | null; rungs: number } => {
  let best: RungReport | null = null;
  let rungs = 0;
  for (const report of reports) {
    if (best === null || report.value > best.value + minGain) {
      best = report;
      rungs = 0;
    } else {
      rungs += 1;
    }
  }
  return { best, rungs };
};

const judge = (reports: readonly RungReport[], { min_gain, rungs_without_gain }: ResolvedScheduler): RungDecision => {
  const { best, rungs } = lastGain(reports, min_gain);
  const gain = min_gain === 0 ? 'no better' : `no better by more than ${inWords(min_gain)}`;
  const since = `${inWords(best?.value ?? Number.NaN)} at epoch ${best?.epoch ?? 0}`;
  if (rungs === 0) {
    return { kind: 'continue', reason: `The newest value, ${since}, is the best so far` };
  }
  const what = `${gain} than ${since} for ${countOf(rungs, 'rung')}`;
  return rungs >= rungs_without_gain
    ? { kind: 'prune', reason: `The value is ${what}, as many as sweep.scheduler.rungs_without_gain allows` }
    : { kind: 'continue', reason: `The value is ${what}; ${rungs_without_gain} end a trial` };
};

export const createPatience = (scheduler: ResolvedScheduler, maxEpochs: number): Scheduler => {
  const rungs = evenRungs(scheduler.min_epochs, scheduler.interval_epochs, maxEpochs);
  return {
    group: () => 0,
    rungs: () => rungs,
    keptShare: 1,
    decide: ({ reports }) => judge(reports, scheduler),
  };
};
