/** Which trainings may go on from each other's checkpoints. */
import { canonicalJson } from './canonical-json.ts';
import type { TrialSettings } from './trial.ts';

/** Epochs over which the learning rate changes; null where it does not depend on the length of the training. */
export const scheduleEpochs = ({
  schedule,
  schedule_epochs: horizon,
  num_epochs: epochs,
}: TrialSettings['training']): number | null => (schedule === 'cosine' ? (horizon ?? epochs) : null);

/**
 * Canonical JSON of the settings without the number of epochs, but with the learning rate's horizon where it has one.
 * With an equal key, dataset version and training code, the shorter training is the beginning of the longer one, bit
 * for bit on the same backend.
 */
export const resumableKey = (settings: TrialSettings): string => {
  const { num_epochs: _, ...training } = settings.training;
  return canonicalJson({ ...settings, training: { ...training, schedule_epochs: scheduleEpochs(settings.training) } });
};
