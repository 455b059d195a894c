import type { Screens } from '../core/screen.ts';
import { EXPERIMENT } from './experiment.ts';
import { EXPERIMENTS } from './experiments.ts';
import { LEDGER } from './ledger.ts';
import { LOG } from './log.ts';
import { MODEL } from './model.ts';
import { MODELS } from './models.ts';
import { SERVICES } from './services.ts';
import { TRIAL } from './trial.ts';
import { VERSION } from './version.ts';

export const SCREENS: Screens = {
  experiments: EXPERIMENTS,
  experiment: EXPERIMENT,
  trial: TRIAL,
  models: MODELS,
  model: MODEL,
  ledger: LEDGER,
  version: VERSION,
  services: SERVICES,
  log: LOG,
};
