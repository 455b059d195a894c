/** The verdict on the best trial: test, registry, gate. */
import { condition } from '@temporalio/workflow';
import type { DecidedVerdict } from '../contracts/gate.ts';
import type { EvaluateBestResult } from '../contracts/steps.ts';
import type { FinishedTrial } from '../contracts/trial.ts';
import { describeModel } from '../policy/describe-model.ts';
import {
  chosen,
  evaluating,
  judging,
  type KnownInGate,
  type KnownInTrain,
  registering,
} from '../policy/experiment-stages.ts';
import { decideGate, outdatedReasons } from '../policy/gate/decide-gate.ts';
import { evidenceOf } from '../policy/gate/gate-evidence.ts';
import { comparisonSettings } from '../policy/gate/gate-settings.ts';
import { note } from './closing.ts';
import type { ExperimentRun } from './experiment-run.ts';
import type { ApprovalDecision } from './messages.ts';
import { tell } from './notifications.ts';
import { moveAliasesInTurn, registerInTurn } from './registry.ts';
import { evaluateBest, recordVerdict } from './steps.ts';

interface Judged {
  readonly parentRunId: string;
  readonly runId: string;
}

const evaluate = (
  { input }: ExperimentRun,
  runId: string,
  { dataset }: Pick<KnownInTrain, 'dataset'>,
): Promise<EvaluateBestResult> => {
  const { gate, evaluation, seed } = input.config;
  return evaluateBest({
    runId,
    datasetVersion: dataset.version,
    modelName: gate.model_name,
    relevanceThreshold: evaluation.relevance_threshold,
    seed,
    confidence: gate.confidence,
    ...comparisonSettings(gate),
    timestampMs: Date.now(),
  });
};

export const answerReason = ({ isApproved, by, reason }: ApprovalDecision): string =>
  `${isApproved ? 'Approved' : 'Rejected'} by ${by}: ${reason}`;

/** A person's answer turns `awaiting_approval` into a verdict that stands. */
const settleApproval = async (run: ExperimentRun, verdict: DecidedVerdict): Promise<DecidedVerdict> => {
  await condition(() => run.approval !== null);
  const answer = run.approval ?? { isApproved: false, by: '', reason: '' };
  return {
    ...verdict,
    decision: answer.isApproved ? 'promoted' : 'rejected',
    reasons: [...verdict.reasons, answerReason(answer)],
  };
};

/** The reasons to decide again where another version is champion by now than the verdict rests on; else null. */
const apply = async (
  run: ExperimentRun,
  verdict: DecidedVerdict,
  judged: Judged,
  restsOnChampion: boolean,
): Promise<readonly string[] | null> => {
  const { state, input } = run;
  const applied = await moveAliasesInTurn({
    modelName: input.config.gate.model_name,
    version: verdict.candidate.version,
    verdict,
    restsOnChampion,
  });
  if (applied.kind === 'outdated') {
    return outdatedReasons(verdict, applied.champion);
  }
  // An answer is one to this question, not to one that was asked before.
  run.approval = null;
  state.update({ gate: verdict });
  state.setModel(applied.model);
  await note(state, "The gate's verdict is not in MLflow", () =>
    recordVerdict({ ...judged, verdict, modelName: input.config.gate.model_name, timestampMs: Date.now() }),
  );
  await tell(run, 'gate');
  return null;
};

/** As `apply`, with a person's answer where the config asks for one. */
const decide = async (
  run: ExperimentRun,
  verdict: DecidedVerdict,
  judged: Judged,
): Promise<readonly string[] | null> => {
  const outdated = await apply(run, verdict, judged, true);
  if (outdated !== null || verdict.decision !== 'awaiting_approval') {
    return outdated;
  }
  const settled = await settleApproval(run, verdict);
  return apply(run, settled, judged, settled.decision === 'promoted');
};

export const judge = async (run: ExperimentRun, trained: KnownInTrain, best: FinishedTrial): Promise<KnownInGate> => {
  const { input, state, provenance } = run;
  const { gate } = input.config;
  const { dataset, parentRunId, mlflowExperimentId } = trained;
  const { runId } = best;
  const known = { ...trained, ...chosen(best) };
  state.reach(evaluating(known, null), Date.now());
  let evaluated = await evaluate(run, runId, known);

  state.reach(registering({ ...known, test: evaluated.test }, null), Date.now());
  const model = await registerInTurn({
    provenance,
    mlflowExperimentId,
    runId,
    trialId: best.trialId,
    modelName: gate.model_name,
    datasetVersion: dataset.version,
    featureDims: dataset.feature_dims,
    bestEpoch: best.result.bestEpoch,
    description: describeModel({
      ...{ experimentId: provenance.experimentId, datasetVersion: dataset.version },
      ...{ trial: best, test: evaluated.test },
    }),
  });
  let earlier: readonly string[] = [];
  for (;;) {
    const { test } = evaluated;
    // Its aliases may have moved since.
    const registered = { ...known, test, model: state.snapshot.model ?? model };
    state.reach(judging(registered), Date.now());
    const verdict = decideGate(gate, evidenceOf({ version: model.version, run_id: runId }, evaluated));
    const reasons = [...earlier, ...verdict.reasons];
    const outdated = await decide(run, { ...verdict, reasons }, { parentRunId, runId });
    if (outdated === null) {
      return { ...registered, model: state.snapshot.model ?? model };
    }
    earlier = outdated;
    evaluated = await evaluate(run, runId, known);
  }
};

/**
 * An experiment that ends before its question was answered takes it back: nobody can answer it any more, and the
 * candidate is no challenger. Never rejects.
 */
export const withdraw = async (run: ExperimentRun, ending: 'cancelled' | 'failed'): Promise<void> => {
  const { state } = run;
  const { gate, parentRunId } = state.snapshot;
  const { candidate } = gate;
  if (gate.decision !== 'awaiting_approval' || parentRunId === null || candidate === null) {
    return;
  }
  const reasons = [
    ...gate.reasons,
    `Withdrawn: the experiment ${ending === 'cancelled' ? 'was cancelled' : 'failed'} before anybody approved or rejected this.`,
  ];
  const verdict: DecidedVerdict = { ...gate, decision: 'rejected', reasons, candidate };
  state.update({ gate: verdict });
  await note(state, 'The candidate may still be challenger in MLflow', async () => {
    await apply(run, verdict, { parentRunId, runId: candidate.run_id }, false);
  });
};
