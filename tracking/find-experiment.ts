/** The MLflow experiment of a name; null where there is none. */
import type { Rest } from './rest.ts';

export interface FoundExperiment {
  readonly id: string;
  /** Its runs are hidden and take nothing, and its name stays taken. */
  readonly isDeleted: boolean;
}

export const findExperiment = async (rest: Rest, name: string): Promise<FoundExperiment | null> => {
  const answer = await rest.callOr<{ experiment: { experiment_id: string; lifecycle_stage?: string } }>(
    ['RESOURCE_DOES_NOT_EXIST'],
    'GET',
    'experiments/get-by-name',
    { experiment_name: name },
  );
  return answer === null
    ? null
    : { id: answer.experiment.experiment_id, isDeleted: answer.experiment.lifecycle_stage === 'deleted' };
};
