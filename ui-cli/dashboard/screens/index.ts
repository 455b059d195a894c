import type { Screens } from '../core/screen.ts';
import { EXPERIMENT } from './experiment.ts';
import { EXPERIMENTS } from './experiments.ts';
import { MODEL, MODELS } from './models.ts';
import { SERVICES } from './services.ts';
import { TRIAL } from './trial.ts';

export const SCREENS: Screens = {
  experiments: EXPERIMENTS,
  experiment: EXPERIMENT,
  trial: TRIAL,
  models: MODELS,
  model: MODEL,
  services: SERVICES,
};
