/** That a server has nothing to begin with. */
import { TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import { nearestHint } from '../../policy/nearest.ts';

/** @param cause null: the model has no champion. @param names of the models that there are */
export const noModel = (model: string, cause: unknown, names: readonly string[]): TtExpError => {
  const why = cause === null ? `${model} has no champion` : toErrorRecord(cause).message;
  return new TtExpError('MODEL_NOT_FOUND', `serve: there is nothing to serve: ${why}`, {
    hint:
      cause === null
        ? names.length > 0 && !names.includes(model)
          ? nearestHint(model, names, 'Name a registered model with --model.')
          : `Name a version with \`tt-exp models promote ${model}/<version>\`, or train one with \`tt-exp run <config>\`.`
        : 'Start MLflow with `tt-exp up`, or set MLFLOW_TRACKING_URI; the bundle that serves first is kept for later.',
    cause,
  });
};
