import type { ListedExperiment } from '../../client/experiments-client.ts';
import type { EndedWith } from '../../client/verdicts-since.ts';
import type { DecisionSince } from '../../contracts/gate.ts';
import type { CliIo } from '../command-line/process-runtime.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { readVerdictsSince } from '../platform/verdict-since.ts';

/** Those whose gate is known to have been asked at their end, and what `verdictsSince` needs of them. */
export const endedWithGate = (
  listed: readonly ListedExperiment[],
): readonly (EndedWith & { readonly experimentId: string })[] =>
  listed.flatMap(({ experimentId, outcome }) =>
    outcome?.gate === undefined ? [] : [{ experimentId, gate: outcome.gate, parentRunId: outcome.parentRunId ?? null }],
  );

/** What the gate says now, by experiment. */
export const readGateDecisions = async (
  io: CliIo,
  platform: Pick<Platform, 'facts'>,
  listed: readonly ListedExperiment[],
): Promise<ReadonlyMap<string, DecisionSince>> => {
  const ended = endedWithGate(listed);
  const since = await readVerdictsSince(io, platform, ended);
  return new Map(ended.map(({ experimentId, gate }, place) => [experimentId, since[place]?.decision ?? gate.decision]));
};

export const decisionText = (decision: DecisionSince | undefined): string =>
  decision === undefined || decision === 'not_run' ? '–' : decision.replaceAll('_', ' ');
