/** What a training does when it runs out of memory. */
import type { TrainJob } from '../contracts/trainer.ts';
import type { TrialSettings } from '../contracts/trial.ts';

export interface MemoryFallback {
  readonly settings: TrialSettings;
  readonly device: TrainJob['device'];
  /** What is different from what was asked for; null for the first attempt. */
  readonly note: string | null;
}

/** First as asked, then with half the batch, then also off the GPU. */
export const memoryFallbacks = (settings: TrialSettings): readonly MemoryFallback[] => {
  const half = Math.max(1, Math.floor(settings.training.batch_size / 2));
  const smaller = { ...settings, training: { ...settings.training, batch_size: half } };
  return [
    { settings, device: 'auto', note: null },
    { settings: smaller, device: 'auto', note: `batch_size halved to ${half}` },
    { settings: smaller, device: 'cpu', note: `batch_size halved to ${half}, trained on the CPU` },
  ];
};
