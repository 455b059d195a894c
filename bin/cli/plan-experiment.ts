import { readEnvironment } from '../../config/env.ts';
import { planNotes } from '../../config/plan-notes.ts';
import type { ResolvedConfig } from '../../contracts/resolved-config.ts';
import { describePlan } from '../../pipeline/describe-plan.ts';
import { planRungs } from '../../policy/schedulers/plan-rungs.ts';
import { countTrials, planTrials } from '../../policy/trial-plan.ts';
import type { ExperimentPlan } from '../../ui-cli/run/run-runtime.ts';
import { trainingSlots } from './training-slots.ts';

export const planExperiment = async (config: ResolvedConfig): Promise<ExperimentPlan> => {
  const environment = readEnvironment();
  const trials = planTrials(config);
  const total = countTrials(config);
  const slots = environment.temporal.address === undefined ? await trainingSlots(environment) : null;
  const notes = await planNotes(config, { total, slots, folder: process.cwd() });
  return { trials, total, rungs: planRungs(config, total), data: describePlan(config.data), notes };
};
