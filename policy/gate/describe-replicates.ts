/** How far the gate's replicates are, as people read it. */
import type { Replicates } from '../../contracts/experiment.ts';

/** The best trial's own training is the first one. */
const FIRST = 2;

/** `gate: replicate 2 of 5`; null where none is to be trained, or all have ended. */
export const describeReplicates = ({ of, trials }: Replicates): string | null => {
  const numbers = trials.flatMap(({ status }, index) => (status === 'running' ? [index + FIRST] : []));
  if (numbers.length > 0) {
    return `gate: ${numbers.length === 1 ? 'replicate' : 'replicates'} ${numbers.join(', ')} of ${of}`;
  }
  const pending = trials.filter(({ status }) => status === 'pending').length;
  return pending === 0 ? null : `gate: ${pending} replicate${pending === 1 ? '' : 's'} to train`;
};
