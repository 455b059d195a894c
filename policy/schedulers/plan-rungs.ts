/** Where the trials of an experiment will be looked at, before anything runs. */
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import { trialSettings } from '../trial-plan.ts';
import { createScheduler } from './create-scheduler.ts';

/** The different rungs of the first `count` trials, each once, in the order of the trials. */
export const planRungs = (config: ResolvedConfig, count: number): readonly (readonly number[])[] => {
  const { num_epochs: epochs } = trialSettings(config, {}).training;
  if (config.sweep === null) {
    return [[epochs]];
  }
  const scheduler = createScheduler(config.sweep.scheduler, epochs);
  const groups = new Map<number, readonly number[]>();
  for (let index = 0; index < count; index += 1) {
    groups.set(scheduler.group(index), scheduler.rungs(index));
  }
  return [...groups.values()];
};
