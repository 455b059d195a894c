/** `tt-exp compare`: several models rank one part of a dataset version for the same users. */
import { realpath } from 'node:fs/promises';
import { COMPARISON_CONFIDENCE, COMPARISON_LEVEL } from '../contracts/comparison.ts';
import { elementAt } from '../contracts/element-at.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { ComparisonRequest, ModelComparison } from '../contracts/local-comparison.ts';
import { RANKING_METRIC_NAMES } from '../contracts/metrics.ts';
import { createWorkspace } from '../host/workspace.ts';
import { bestOfRow } from '../policy/comparison/best-of-row.ts';
import { differingParams, paramsOf } from '../policy/comparison/differing-params.ts';
import { type FoundModel, findModel } from '../registry/find-model.ts';
import type { LocalContext } from './local-context.ts';
import { openLocalData } from './local-data.ts';
import { findTracking } from './local-tracking.ts';
import type { LocalTracking } from './ports.ts';

interface Found {
  readonly ref: string;
  readonly model: FoundModel;
}

const sameModel = (one: string, other: string): TtExpError =>
  new TtExpError(
    'USAGE',
    one === other ? `compare: got ${one} twice` : `compare: ${one} and ${other} are the same model`,
    { hint: 'Name each model once.' },
  );

/** By the run that trained it, or by where it lies: models that are merely equal may well be compared. */
const identityOf = async ({ runId, source }: FoundModel): Promise<string> => runId ?? realpath(source.modelFolder);

/** One after the other: two names of one run would fetch into the same folder. */
const findAll = async (
  context: LocalContext,
  models: readonly string[],
  tracking: LocalTracking | null,
): Promise<readonly Found[]> => {
  const finder = { tracking, workspace: createWorkspace(context.homeFolder) };
  const known = new Map<string, string>();
  const found: Found[] = [];
  for (const ref of models) {
    context.signal.throwIfAborted();
    const model = await findModel(finder, ref);
    const identity = await identityOf(model);
    const earlier = known.get(identity);
    if (earlier !== undefined) {
      throw sameModel(earlier, ref);
    }
    known.set(identity, ref);
    found.push({ ref, model });
  }
  return found;
};

const warningsOf = (found: readonly Found[], version: string, threshold: number): readonly string[] =>
  found.flatMap(({ ref, model: { facts } }) => {
    const { dataset_version: trainedOn, settings } = facts;
    const others = `${ref} was trained on ${trainedOn}, and this is ${version}: its training pairs may be among the tested ones`;
    const own = `${ref} was trained with evaluation.relevance_threshold ${settings.relevanceThreshold}; all are judged with ${threshold}, that of the first model`;
    return [...(trainedOn === version ? [] : [others]), ...(settings.relevanceThreshold === threshold ? [] : [own])];
  });

const compare = async (
  context: LocalContext,
  request: ComparisonRequest,
  tracking: LocalTracking | null,
): Promise<ModelComparison> => {
  const found = await findAll(context, request.models, tracking);
  const { facts: first } = elementAt(found, 0).model;
  const version = request.data ?? first.dataset_version;
  const dataset = await openLocalData(context, { kind: 'version', version }, tracking);
  const { relevanceThreshold, seed } = first.settings;
  const warnings = warningsOf(found, dataset.summary.version, relevanceThreshold);
  for (const warning of warnings) {
    context.log('warn', warning);
  }
  const compute = await context.ports.openCompute(request.device, null);
  const { subjects: measured, ...measurement } = await compute.compareModels(
    {
      kind: 'compare_models',
      datasetFolder: dataset.folder,
      subjects: found.map(({ ref, model }) => ({ ref, model: model.source })),
      split: request.split,
      relevanceThreshold,
      confidence: COMPARISON_CONFIDENCE,
      seed,
    },
    context.signal,
    context.count,
  );
  const subjects = found.map(({ ref, model }, index) => ({
    ...elementAt(measured, index),
    ref,
    runId: model.runId,
    // A folder or a run is called as it was.
    name: model.version === null ? ref : model.name,
    datasetVersion: model.facts.dataset_version,
    bestEpoch: model.facts.best_epoch,
    params: paramsOf(model.facts.settings),
  }));
  const { differences } = measurement;
  const best = RANKING_METRIC_NAMES.map((metric) => {
    const standings = subjects.map(({ ref, metrics }) => ({ ref, mean: metrics[metric].mean }));
    return [metric, bestOfRow(metric, standings, { differences, level: COMPARISON_LEVEL })] as const;
  });
  return {
    ...measurement,
    dataset: dataset.summary,
    split: request.split,
    confidence: COMPARISON_CONFIDENCE,
    relevanceThreshold,
    subjects,
    differingParams: differingParams(subjects.map(({ params }) => params)),
    best: Object.fromEntries(best) as ModelComparison['best'],
    warnings,
  };
};

/**
 * Starts no server, and asks MLflow only for models that are no folders and for a dataset version that is not here.
 * Throws USAGE, SERVICE_UNREACHABLE, MODEL_NOT_LOADING, MODEL_INCOMPATIBLE, RUN_NOT_FOUND, DATASET_NOT_FOUND,
 * DATASET_CORRUPT, NO_DATA_LOADED.
 */
export const compareLocally = async (context: LocalContext, request: ComparisonRequest): Promise<ModelComparison> => {
  const twice = request.models.find((model, index) => request.models.indexOf(model) < index);
  if (twice !== undefined) {
    throw sameModel(twice, twice);
  }
  const tracking = await findTracking(context);
  try {
    return await compare(context, request, tracking);
  } finally {
    await tracking?.close();
  }
};
