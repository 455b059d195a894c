/** A dashboard with a lot to show. */
import type { ExperimentView } from '../../contracts/experiment.ts';
import { trialIdOf } from '../../contracts/ids.ts';
import type { ExperimentRow } from '../../ui-cli/inspect/experiment-rows.ts';
import { trainingResult } from './experiment-fixtures.ts';
import { STARTED_AT_MS, trainingView, trialView } from './experiment-views.ts';

export const manyExperiments = (count: number): readonly ExperimentRow[] =>
  Array.from({ length: count }, (_, place) => {
    const experimentId = `sweep${place % 7}-${place.toString(16).padStart(10, '0')}`;
    return {
      experimentId,
      workflowId: `tt-exp/${experimentId}`,
      status: place % 11 === 0 ? 'FAILED' : 'COMPLETED',
      startedAtMs: STARTED_AT_MS + place * 1000,
      endedAtMs: STARTED_AT_MS + place * 1000 + 60_000,
      outcome: { trials: { ended: 8, total: 8 }, best: (place % 997) / 1000, metric: 'ndcg_at_10' },
      snapshot: null,
    };
  });

export const viewOfManyTrials = (count: number): ExperimentView =>
  trainingView({
    trials: Array.from({ length: count }, (_, place) =>
      trialView(place % 10, {
        trialId: trialIdOf(place),
        status: 'completed',
        params: { 'training.learning_rate': 0.001 * (place + 1), 'model.hidden_dims': [64, 32] },
        result: trainingResult((place % 997) / 1000),
      }),
    ),
    progress: {},
  });
