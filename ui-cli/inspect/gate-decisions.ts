import type { ListedExperiment } from '../../client/experiments-client.ts';
import type { GateDecision } from '../../contracts/gate.ts';
import type { CliIo } from '../command-line/process-runtime.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { readVerdictSince } from '../platform/verdict-since.ts';

/** What the gate says now, by experiment; MLflow is asked only about those that ended with a question. */
export const readGateDecisions = async (
  io: CliIo,
  platform: Pick<Platform, 'facts'>,
  listed: readonly ListedExperiment[],
): Promise<ReadonlyMap<string, GateDecision>> => {
  const decisions = new Map<string, GateDecision>();
  for (const { experimentId, outcome } of listed) {
    if (outcome?.gate !== undefined) {
      const { gate, parentRunId = null } = outcome;
      const isOpen = gate.decision === 'awaiting_approval';
      const since = isOpen ? await readVerdictSince(io, platform, { gate, parentRunId }) : null;
      decisions.set(experimentId, since?.decision ?? gate.decision);
    }
  }
  return decisions;
};

export const decisionText = (decision: GateDecision | undefined): string =>
  decision === undefined || decision === 'not_run' ? '–' : decision.replaceAll('_', ' ');
