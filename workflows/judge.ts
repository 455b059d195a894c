/** The verdict on the best trial: test, registry, gate. */
import type { Blessing } from '../contracts/blessing.ts';
import type { DecidedVerdict } from '../contracts/gate.ts';
import type { LedgerEntry } from '../contracts/ledger.ts';
import { objectiveOf } from '../contracts/objective.ts';
import type { RegistryAnswer } from '../contracts/registry-owner.ts';
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
import { approvalDeadline } from '../policy/gate/approval.ts';
import { needsBlessing, outdatedReasons } from '../policy/gate/decide-gate.ts';
import { recordedNote } from '../policy/gate/rules/recorded-note.ts';
import { aliasesAt, gateRequest } from '../policy/registry/gate-request.ts';
import { askOwner, registerVersion, takeLookAt } from './ask-owner.ts';
import { bless } from './bless.ts';
import { evaluateBeside } from './champion-stand-in.ts';
import { note } from './closing.ts';
import { decideOn, type JudgedCandidate, type TakeLook, withTestOf } from './evaluate-candidate.ts';
import type { ExperimentRun } from './experiment-run.ts';
import { gateNotification, tell } from './notifications.ts';
import type { Replicated } from './replicates.ts';
import { recordVerdict } from './steps.ts';

/** Of a request to the model's owner: another one for each time that the gate decides. */
const requestId = ({ provenance }: ExperimentRun, what: string): string =>
  `${provenance.workflowId}/${provenance.executionId}/${what}`;

/** Asks the owner for what the gate has decided. */
const ask = (
  run: ExperimentRun,
  verdict: DecidedVerdict,
  judged: JudgedCandidate,
  round: number,
): Promise<RegistryAnswer> => {
  const { gate } = judged;
  const askedAtMs = Date.now();
  const question = {
    ...judged,
    ...{ experimentId: run.input.experimentId, askedAtMs, expiresAtMs: approvalDeadline(gate, askedAtMs) },
    notify: gateNotification(run),
  };
  const request = gateRequest(verdict, { request: requestId(run, `gate/${round}`), question });
  return askOwner(gate.model_name, run.replies, request);
};

/** The gate's word stands; the runs say so, and whoever wants to hear of it is told. */
const settle = async (
  run: ExperimentRun,
  { parentRunId, runId, gate }: JudgedCandidate,
  verdict: DecidedVerdict,
  aliases: readonly string[],
): Promise<void> => {
  const { state } = run;
  state.update({ gate: verdict });
  state.setModel({ name: gate.model_name, version: verdict.candidate.version, aliases });
  await note(state, "The gate's verdict is not in MLflow", () =>
    recordVerdict({ parentRunId, runId, verdict, modelName: gate.model_name, timestampMs: Date.now() }),
  );
  await tell(run, 'gate');
};

/** An unchanged experiment that runs again is told by its first record. */
const asRecordedBefore = (
  verdict: DecidedVerdict,
  modelName: string,
  entry: LedgerEntry | null,
  request: string,
): DecidedVerdict =>
  entry === null || entry.request === request
    ? verdict
    : { ...verdict, reasons: [recordedNote(modelName, entry.seq), ...verdict.reasons] };

/** The reasons to decide again where another version is champion by now than the verdict rests on; else null. */
const carryOut = async (
  run: ExperimentRun,
  verdict: DecidedVerdict,
  judged: JudgedCandidate,
  round: number,
): Promise<readonly string[] | null> => {
  const answer = await ask(run, verdict, judged, round);
  switch (answer.kind) {
    case 'outdated':
      return outdatedReasons(verdict, answer.champion);
    case 'refused': {
      const reasons = [...verdict.reasons, `Not promoted: ${answer.reason}`];
      await settle(run, judged, { ...verdict, decision: 'rejected', reasons }, []);
      return null;
    }
    case 'done':
      await settle(
        run,
        judged,
        asRecordedBefore(verdict, judged.gate.model_name, answer.entry, requestId(run, `gate/${round}`)),
        aliasesAt(answer.aliases, verdict.candidate.version),
      );
      return null;
  }
};

export const judge = async (
  run: ExperimentRun,
  trained: KnownInTrain,
  best: FinishedTrial,
  { runIds: replicateRunIds, leftOut: leftOutReplicates }: Replicated,
): Promise<KnownInGate> => {
  const { input, state, provenance } = run;
  const { gate, evaluation, seed } = input.config;
  const { dataset, parentRunId, mlflowExperimentId } = trained;
  const { runId } = best;
  const known = { ...trained, ...chosen(best) };
  const judged: JudgedCandidate = {
    ...{ parentRunId, runId, datasetVersion: dataset.version, seed, gate },
    training: {
      provenance,
      mlflowExperimentId,
      dataset,
      metric: objectiveOf(input.config).metric,
      mayReuse: !input.isFresh,
    },
    relevanceThreshold: evaluation.relevance_threshold,
    ...(replicateRunIds.length === 0 ? {} : { replicateRunIds }),
    ...(leftOutReplicates.length === 0 ? {} : { leftOutReplicates }),
  };
  state.reach(evaluating(known, null), Date.now());
  let looks = 0;
  const take: TakeLook = (wanted) => {
    looks += 1;
    return takeLookAt(gate.model_name, run.replies, requestId(run, `look/${looks}`), {
      ...wanted,
      actor: input.experimentId,
    });
  };
  let evaluated = await evaluateBeside(judged, take);

  state.reach(registering({ ...known, test: evaluated.test }, null), Date.now());
  const model = await registerVersion(run.replies, requestId(run, 'register'), {
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
  let blessing: Blessing | null = null;
  for (let round = 1; ; round += 1) {
    const registered = { ...known, test: evaluated.test, model };
    state.reach(judging(registered), Date.now());
    let verdict = decideOn(judged, model.version, evaluated, blessing);
    if (blessing === null && needsBlessing(gate, verdict)) {
      blessing = await bless(judged, verdict);
      verdict = decideOn(judged, model.version, evaluated, blessing);
    }
    const outdated = await carryOut(
      run,
      { ...verdict, reasons: [...earlier, ...verdict.reasons] },
      withTestOf(judged, evaluated),
      round,
    );
    if (outdated === null) {
      return { ...registered, model: state.snapshot.model ?? model };
    }
    earlier = outdated;
    evaluated = await evaluateBeside(judged, take);
  }
};
