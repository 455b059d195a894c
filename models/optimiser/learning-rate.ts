/** How the learning rate goes: a linear climb, then cosine annealing (Loshchilov & Hutter 2017) or a constant rate. */
import { scheduleEpochs } from '../../contracts/resumable-key.ts';
import type { TrialSettings } from '../../contracts/trial.ts';

/** @param step 0-based, over all epochs */
export const scheduledRate = (training: TrialSettings['training'], step: number, stepsPerEpoch: number): number => {
  const { learning_rate: peak, warmup_epochs: warmupEpochs } = training;
  const total = (scheduleEpochs(training) ?? Number.POSITIVE_INFINITY) * stepsPerEpoch;
  const warmup = Math.min(total, Math.round(warmupEpochs * stepsPerEpoch));
  if (step < warmup) {
    return (peak * (step + 1)) / warmup;
  }
  if (total === Number.POSITIVE_INFINITY) {
    return peak;
  }
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return peak * 0.5 * (1 + Math.cos(Math.PI * progress));
};
