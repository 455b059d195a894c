/** What Temporal's page of an experiment shows while it runs. */
import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import { describeReplicates } from './gate/describe-replicates.ts';
import { pickBestTrial } from './selection.ts';

/** Markdown. */
export const describeProgress = ({ phase, trials, replicates, error, objective }: ExperimentSnapshot): string => {
  const counts = new Map<string, number>();
  for (const { status } of trials) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  const replicated = replicates === undefined ? null : describeReplicates(replicates);
  const best = pickBestTrial(trials, objective.direction);
  return [
    `Phase: **${phase}**`,
    ...(counts.size === 0 ? [] : [`Trials: ${[...counts].map(([status, count]) => `${count} ${status}`).join(', ')}`]),
    ...(best === null ? [] : [`Best so far: ${best.trialId}, ${best.value.toFixed(4)}`]),
    ...(replicated === null ? [] : [replicated]),
    ...(error === null ? [] : [`Error: ${error.message}`]),
  ].join('\n\n');
};
