/** What an experiment waits for, where that is worth a word: a blessing always, other steps once they are tried again. Pure. */
import type { ExperimentView, PendingStep } from '../../contracts/experiment.ts';

export const toldSteps = ({ steps = [] }: Pick<ExperimentView, 'steps'>): readonly PendingStep[] =>
  steps.filter(({ name, attempt }) => name === 'blessing' || attempt > 1);

/** `blessing, attempt 3 of 10; last error: DISK_FULL: …` */
export const stepText = ({ name, attempt, mostAttempts, lastError }: PendingStep): string => {
  if (attempt === 1) {
    return `${name}: started`;
  }
  const of = mostAttempts === null ? '' : ` of ${mostAttempts}`;
  return `${name}, attempt ${attempt}${of}; last error: ${lastError ?? 'not known'}`;
};
