/** `tt-exp evaluate`: one model and the baselines rank one part of a dataset version. */
import { TtExpError } from '../contracts/errors.ts';
import type { DataChoice, LocalEvaluationReport, LocalEvaluationRequest } from '../contracts/local-model.ts';
import { createWorkspace } from '../host/workspace.ts';
import { type FoundModel, findModel } from '../registry/find-model.ts';
import type { LocalContext } from './local-context.ts';
import { openLocalData } from './local-data.ts';
import { findTracking } from './local-tracking.ts';
import type { LocalTracking } from './ports.ts';

/** The seed decides the split: with the training's own, a file falls into the same parts again. */
const dataOf = ({ data }: LocalEvaluationRequest, { facts }: FoundModel): DataChoice => {
  if (data === null) {
    return { kind: 'version', version: facts.dataset_version };
  }
  return data.kind === 'source' ? { ...data, config: { ...data.config, seed: facts.settings.seed } } : data;
};

const evaluate = async (
  context: LocalContext,
  request: LocalEvaluationRequest,
  tracking: LocalTracking | null,
): Promise<LocalEvaluationReport> => {
  const model = await findModel({ tracking, workspace: createWorkspace(context.homeFolder) }, request.model);
  const { dataset_version: datasetVersion, best_epoch: bestEpoch, settings } = model.facts;
  const dataset = await openLocalData(context, dataOf(request, model), tracking);
  if (dataset.summary.version !== datasetVersion) {
    context.log(
      'warn',
      `the model was trained on ${datasetVersion}, and this is ${dataset.summary.version}: its training pairs may be among the tested ones`,
    );
  }
  const compute = await context.ports.openCompute(request.device, null);
  const evaluation = await compute.evaluateModel(
    {
      kind: 'evaluate_model',
      datasetFolder: dataset.folder,
      model: model.source,
      split: request.split,
      relevanceThreshold: null,
      seed: settings.seed,
      rankingsFile: request.rankingsFile,
    },
    context.signal,
    context.count,
  );
  if (evaluation.model.users === 0) {
    throw new TtExpError(
      'NO_DATA_LOADED',
      `No data loaded: the ${request.split} part of ${dataset.summary.version} has no user with a relevant item (label >= ${evaluation.relevanceThreshold}), expected at least one`,
      { hint: 'Evaluate another part with --split, or other data with --data.' },
    );
  }
  return {
    model: { name: model.name, datasetVersion, bestEpoch },
    dataset: dataset.summary,
    useCase: dataset.useCase,
    split: request.split,
    evaluation,
  };
};

/**
 * Starts no server. Throws SERVICE_UNREACHABLE, MODEL_NOT_LOADING, MODEL_INCOMPATIBLE, RUN_NOT_FOUND,
 * DATASET_NOT_FOUND, DATASET_CORRUPT, NO_DATA_LOADED, USAGE.
 */
export const evaluateLocally = async (
  context: LocalContext,
  request: LocalEvaluationRequest,
): Promise<LocalEvaluationReport> => {
  const tracking = await findTracking(context);
  try {
    return await evaluate(context, request, tracking);
  } finally {
    await tracking?.close();
  }
};
