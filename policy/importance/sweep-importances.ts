import type { SweepFacts } from '../../contracts/experiment.ts';
import type { ParameterImportances } from '../../contracts/importance.ts';
import { recordedTrials } from '../sweep/recorded-trial.ts';
import { recordOf } from '../sweep/sweep-trial.ts';
import { parameterImportances } from './parameter-importances.ts';

/** From what is recorded of an experiment; null without a sweep, which has no parameters. */
export const sweepImportances = ({
  config: { sweep, seed },
  snapshot,
}: Omit<SweepFacts, 'format'>): ParameterImportances | null =>
  sweep === null
    ? null
    : parameterImportances({ trials: recordedTrials(snapshot.trials).map(recordOf), space: sweep.space, seed });
