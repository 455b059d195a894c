/** Id of the MLflow experiment of this name; null where there is none. */
import type { Rest } from './rest.ts';

export const findExperiment = async (rest: Rest, name: string): Promise<string | null> => {
  const answer = await rest.callOr<{ experiment: { experiment_id: string } }>(
    ['RESOURCE_DOES_NOT_EXIST'],
    'GET',
    'experiments/get-by-name',
    { experiment_name: name },
  );
  return answer?.experiment.experiment_id ?? null;
};
