/** Where the trials of an experiment will be looked at, before anything runs. */
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import { createScheduler } from './create-scheduler.ts';

/** The different rungs of the first `count` trials, each once, in the order of the trials. */
export const planRungs = ({ sweep, training }: ResolvedConfig, count: number): readonly (readonly number[])[] => {
  if (sweep === null) {
    return [[training.num_epochs]];
  }
  const scheduler = createScheduler(sweep.scheduler, training.num_epochs);
  const groups = new Map<number, readonly number[]>();
  for (let index = 0; index < count; index += 1) {
    groups.set(scheduler.group(index), scheduler.rungs(index));
  }
  return [...groups.values()];
};
