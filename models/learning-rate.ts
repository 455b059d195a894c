/** How the learning rate goes: a linear climb, then cosine annealing (Loshchilov & Hutter 2017). */
import type { TrialSettings } from '../contracts/trial.ts';

/** @param step 0-based, over all epochs */
export const scheduledRate = (
  { learning_rate: peak, num_epochs: epochs, warmup_epochs: warmupEpochs }: TrialSettings['training'],
  step: number,
  stepsPerEpoch: number,
): number => {
  const total = epochs * stepsPerEpoch;
  const warmup = Math.min(total, Math.round(warmupEpochs * stepsPerEpoch));
  if (step < warmup) {
    return (peak * (step + 1)) / warmup;
  }
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return peak * 0.5 * (1 + Math.cos(Math.PI * progress));
};
