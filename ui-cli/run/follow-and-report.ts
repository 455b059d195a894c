/** The second half of `run` and all of `watch`: follow an experiment and say how it went. */

import { EXIT, fromErrorRecord, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import type { ExperimentView } from '../../contracts/experiment.ts';
import type { GateVerdict, VerdictSince } from '../../contracts/gate.ts';
import type { ServiceAddresses } from '../../contracts/services.ts';
import { outputLost } from '../command-line/lost-output.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { writeSummary } from '../display/event-stream.ts';
import { nextCommands } from '../text/next-commands.ts';
import { printJson, printLines } from '../text/output.ts';
import { USUAL_WIDTH } from '../text/table.ts';
import { type FollowOutcome, isPaused } from './follow-experiment.ts';
import { humanSummary } from './human-summary.ts';
import { type ExperimentSummary, summarise } from './summary.ts';

export interface ReportRequest {
  readonly runtime: Pick<ProcessRuntime, 'io' | 'now'>;
  readonly isJson: boolean;
  readonly isEvents: boolean;
  readonly isPromotionRequired: boolean;
  readonly experimentId: string;
  readonly workflowId: string;
  readonly addresses: ServiceAddresses;
  /** Somebody has cancelled it while it was followed. */
  readonly isCancelling: boolean;
  /** What became of its candidate since; absent: nobody looked. */
  readonly since?: VerdictSince | null;
}

const failureOf = (view: ExperimentView): TtExpError | null => {
  const { status, experimentId, error } = view;
  if (status === 'failed') {
    return error === null
      ? new TtExpError('INTERNAL', `experiment ${experimentId}: failed without a reason`)
      : fromErrorRecord(error);
  }
  if (status === 'cancelled') {
    return new TtExpError('INTERRUPTED', `experiment ${experimentId}: cancelled on request; finished trials are kept`, {
      hint: `Finish it with \`tt-exp retry ${experimentId}\`, or ask for more trials or epochs with \`tt-exp extend ${experimentId}\`.`,
    });
  }
  return null;
};

/** What was promoted meets it, also where another version has taken its place since. */
const promotionFailure = (experimentId: string, gate: GateVerdict, since: VerdictSince | null): TtExpError | null => {
  if (gate.decision === 'promoted' || since?.was_promoted === true) {
    return null;
  }
  const { decision, reasons } = since ?? gate;
  return new TtExpError(
    'PROMOTION_REQUIRED',
    `experiment ${experimentId}: got gate decision ${decision}, expected promoted`,
    { hint: reasons.at(-1) ?? 'The summary gives the reasons.' },
  );
};

/** @param view as last seen; null where nobody looked */
export const detachedLines = (
  experimentId: string,
  view: ExperimentView | null,
  isCancelling = false,
): readonly string[] => {
  const detached = `detached: experiment ${experimentId}`;
  if (isCancelling) {
    return [`${detached} is being cancelled; finished trials are kept`, ...nextCommands(experimentId, 'watch')];
  }
  return isPaused(view)
    ? [`${detached} stays paused`, ...nextCommands(experimentId, 'resume', 'watch', 'cancel')]
    : [`${detached} keeps running`, ...nextCommands(experimentId, 'watch', 'cancel')];
};

const statusOf = (outcome: FollowOutcome): ExperimentSummary['status'] =>
  outcome.kind === 'ended' && outcome.view.status !== 'running' ? outcome.view.status : 'detached';

const errorOf = (
  outcome: FollowOutcome,
  { isPromotionRequired, since = null }: Pick<ReportRequest, 'isPromotionRequired' | 'since'>,
): TtExpError | null => {
  switch (outcome.kind) {
    case 'ended':
      return (
        failureOf(outcome.view) ??
        (isPromotionRequired ? promotionFailure(outcome.view.experimentId, outcome.view.gate, since) : null)
      );
    case 'timed-out':
      return outcome.error;
    case 'detached':
      return null;
  }
};

/** As the one object of `--json`, or as the last event of `--events`. */
export const printSummary = (
  runtime: ReportRequest['runtime'],
  summary: ExperimentSummary,
  isEvents: boolean,
): void => {
  if (isEvents) {
    writeSummary(runtime, summary);
  } else {
    printJson(runtime.io, summary);
  }
};

/**
 * Prints summary or JSON, then answers the exit code. Throws the error that the command is to end with; a cancellation
 * that somebody asked for is none.
 */
export const reportOutcome = (request: ReportRequest, outcome: FollowOutcome): number => {
  const { runtime, isJson, isEvents, experimentId, workflowId, addresses, since = null } = request;
  const { io } = runtime;
  const error = errorOf(outcome, request);
  if (isJson || isEvents) {
    const frame = { experimentId, workflowId, addresses, status: statusOf(outcome), since };
    const summary = summarise(outcome.view, { ...frame, error: error === null ? null : toErrorRecord(error) });
    printSummary(runtime, summary, isEvents);
  } else if (outcome.kind === 'ended') {
    printLines(io.stdout, humanSummary(outcome.view, addresses, { width: io.stdout.columns || USUAL_WIDTH, since }));
  }
  if (outcome.kind === 'detached' || outcome.kind === 'timed-out') {
    printLines(io.stderr, detachedLines(experimentId, outcome.view, request.isCancelling));
  }
  if (error !== null && statusOf(outcome) === 'cancelled') {
    printLines(io.stderr, [error.message, `hint: ${error.hint ?? ''}`]);
    return error.exitCode;
  }
  if (error !== null) {
    throw error;
  }
  // A reader that goes away (`watch --events | head`) interrupts nothing; what a full disk has lost is told by itself.
  return outcome.kind === 'detached' && !outputLost(io.stdout).aborted ? EXIT.interrupted : EXIT.done;
};
