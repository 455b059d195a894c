/** `tt-exp gate`: the verdict of an experiment's last step, on the same evidence, with nothing moved or recorded. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ancestorSide, championSide } from '../activities/evaluation.ts';
import { type Ancestor, findAncestor } from '../activities/other-models.ts';
import type { Blessing } from '../contracts/blessing.ts';
import type { GateAnswer, GateQuestion } from '../contracts/local-gate.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { Look } from '../contracts/test-part-looks.ts';
import type { EvaluateJob, ModelSource } from '../contracts/trainer.ts';
import { createWorkspace, type Workspace } from '../host/workspace.ts';
import { decideGate, needsBlessing } from '../policy/gate/decide-gate.ts';
import { evidenceOf } from '../policy/gate/gate-evidence.ts';
import { comparisonSettings } from '../policy/gate/gate-settings.ts';
import { fetchModel } from '../registry/fetch-model.ts';
import { findModel } from '../registry/find-model.ts';
import { previewLook } from '../registry/ledger/record-look.ts';
import { blessLocally } from './bless-locally.ts';
import { championsModel, findOpponent, type Opponent, opponentOf } from './find-champion.ts';
import { findGateSettings } from './gate-settings.ts';
import { knownReplicates } from './known-replicates.ts';
import type { LocalContext } from './local-context.ts';
import { openLocalData } from './local-data.ts';
import { findTracking } from './local-tracking.ts';
import type { LocalTracking } from './ports.ts';

interface Registry {
  readonly tracking: LocalTracking | null;
  /** Whose champion is asked for; null: another model is named. */
  readonly modelName: string | null;
}

interface Sides {
  readonly candidate: Opponent;
  readonly champion: Opponent | null;
}

/** Of the registered champion alone: what an experiment would be given for this question now. */
const lookAt = async (
  context: LocalContext,
  { tracking, modelName }: Registry,
  asked: Sides & { readonly version: string; readonly replicateRunIds: readonly string[] } & Pick<
      EvaluateJob,
      'relevanceThreshold' | 'confidence'
    >,
): Promise<Look | null> => {
  if (
    asked.champion === null ||
    tracking === null ||
    modelName === null ||
    asked.candidate.runId === asked.champion.runId
  ) {
    return null;
  }
  const datasets = await context.ports.openDatasets();
  try {
    return await previewLook(tracking, {
      modelName,
      championVersion: asked.champion.version,
      runId: asked.candidate.runId,
      replicateRunIds: asked.replicateRunIds,
      part: await datasets.readTestPart(asked.version),
      relevanceThreshold: asked.relevanceThreshold,
      statedConfidence: asked.confidence,
      at: new Date().toISOString(),
    });
  } finally {
    await datasets.close();
  }
};

/** Only the rule `non_inferior` asks for one. */
const ancestorOf = async (
  { homeFolder }: LocalContext,
  { tracking, modelName }: Registry,
  { margin, candidate, champion }: Sides & { readonly margin: number | null },
): Promise<Ancestor | null> =>
  margin === null || tracking === null || modelName === null
    ? null
    : findAncestor(
        { tracking, workspace: createWorkspace(homeFolder) },
        { modelName, nowMs: Date.now(), known: [candidate.runId, champion?.runId ?? candidate.runId] },
      );

/** None is trained for a question. */
const replicatesOf = async (
  { tracking, workspace }: { readonly tracking: LocalTracking | null; readonly workspace: Workspace },
  runIds: readonly string[],
): Promise<readonly ModelSource[]> =>
  tracking === null ? [] : Promise.all(runIds.map((runId) => fetchModel({ tracking, workspace }, runId)));

const ask = async (
  context: LocalContext,
  question: GateQuestion,
  { tracking, folder }: { readonly tracking: LocalTracking | null; readonly folder: string },
): Promise<GateAnswer> => {
  const finder = { tracking, workspace: createWorkspace(context.homeFolder) };
  const model = await findModel(finder, question.candidate);
  const candidate = opponentOf(question.candidate, model);
  const asked = await findGateSettings(tracking, model, question);
  const registry = { tracking, modelName: championsModel(question, model, asked.modelName) };
  const champion = await findOpponent(finder, question, { candidate, model: registry.modelName });
  const { dataset_version: trainedOn, settings } = model.facts;
  const dataset = await openLocalData(context, { kind: 'version', version: question.data ?? trainedOn }, tracking);
  const { gate, seed } = asked;
  const { version } = dataset.summary;
  const { margin, minImprovement, guards } = comparisonSettings(gate);
  const relevanceThreshold = asked.relevanceThreshold ?? settings.relevanceThreshold;
  const { confidence } = gate;
  const replicateRunIds = await knownReplicates(tracking, model, gate.replicates);
  const sides = { candidate, champion, version, replicateRunIds };
  const look = await lookAt(context, registry, { ...sides, relevanceThreshold, confidence });
  const ancestor = await ancestorOf(context, registry, { margin, candidate, champion });
  const replicates = await replicatesOf(finder, replicateRunIds);
  const compute = await context.ports.openCompute(question.device, null);
  const evaluated = await compute.evaluate(
    {
      kind: 'evaluate',
      datasetFolder: dataset.folder,
      candidate: model.source,
      champion: champion?.runId === candidate.runId ? null : (champion?.source ?? null),
      ancestor: ancestor?.source ?? null,
      relevanceThreshold,
      seed: seed ?? settings.seed,
      confidence: look?.confidence ?? confidence,
      ...{ margin, minImprovement, guards, replicates },
      usersFile: join(folder, ARTIFACT.gateUsers),
    },
    context.signal,
    context.count,
  );
  const { model: ranked, baselines, report: _report, ...compared } = evaluated;
  const evidence = evidenceOf(
    { version: candidate.version, run_id: candidate.runId },
    {
      ...compared,
      test: { model: ranked, baselines },
      champion: championSide(champion, evaluated, candidate.runId),
      ancestor: ancestor && ancestorSide(ancestor, evaluated),
      comparedWith: champion?.version ?? null,
      championProblem: champion?.problem ?? evaluated.championProblem,
    },
  );
  const decide = (blessing: Blessing | null) => decideGate(gate, { ...evidence, look, blessing });
  const verdict = decide(null);
  const blessing = needsBlessing(gate, verdict)
    ? await blessLocally(context, compute, {
        ...{ model, dataset: { version, folder: dataset.folder }, relevanceThreshold },
        ...{ evaluatedNdcg: ranked.ndcg_at_10, p99BoundMs: gate.blessing_p99_ms },
      })
    : null;
  return {
    candidate: candidate.name,
    against: champion?.name ?? null,
    dataset: dataset.summary,
    settings: { gate, relevanceThreshold, seed, origin: asked.origin },
    replicates: { asked: gate.replicates, used: 1 + replicates.length },
    verdict: blessing === null ? verdict : decide(blessing),
  };
};

/**
 * Starts no server, and writes nothing to MLflow. Throws USAGE, SERVICE_UNREACHABLE, MODEL_NOT_LOADING,
 * MODEL_INCOMPATIBLE, RUN_NOT_FOUND, DATASET_NOT_FOUND, DATASET_CORRUPT.
 */
export const askGateLocally = async (context: LocalContext, question: GateQuestion): Promise<GateAnswer> => {
  const tracking = await findTracking(context);
  const folder = await mkdtemp(join(tmpdir(), 'tt-exp-gate-'));
  try {
    return await ask(context, question, { tracking, folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
    await tracking?.close();
  }
};
