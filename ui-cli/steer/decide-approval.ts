/** `approve` and `reject`: a person's answer to the question that waits with the owner of a registered model. */
import { newRequestId } from '../../client/registry-client.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { parseExperimentId } from '../../contracts/ids.ts';
import type { ApprovalResult } from '../../contracts/registry-owner.ts';
import type { Platform, PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printJson, printLines } from '../text/output.ts';

export interface ApprovalOptions {
  readonly isApproved: boolean;
  readonly reason: string;
}

interface Asked {
  readonly modelName: string;
  /** null: the text names the model. */
  readonly experimentId: string | null;
}

/** A model whose owner has been asked before goes by its name; all else names an experiment. Throws EXPERIMENT_NOT_FOUND. */
const find = async ({ experiments, registry }: Platform, text: string): Promise<Asked> => {
  if (parseExperimentId(text) === null && (await registry.view(text)) !== null) {
    return { modelName: text, experimentId: null };
  }
  const experimentId = await resolveExperimentId(experiments, text);
  const { config } = await experiments.input(experimentId);
  return { modelName: config.gate.model_name, experimentId };
};

const linesOf = (modelName: string, { candidate, experimentId, verdict, entry, problem }: ApprovalResult) => {
  const moved = entry?.alias === 'champion' ? ` (champion ${entry.from ?? 'none'} -> ${entry.to})` : '';
  return [
    `model ${modelName}, version ${candidate} of ${experimentId}: ${verdict.decision}${moved}`,
    ...verdict.reasons.slice(-1),
    ...(problem === null ? [] : [`warning: ${problem}`]),
  ];
};

/** As a move, and what came of the question. */
const jsonOf = (name: string, { candidate, experimentId, verdict, entry, problem }: ApprovalResult): object => ({
  ...{ name, alias: entry?.alias ?? null, from: entry?.from ?? null, to: entry?.to ?? null },
  ...{ seq: entry?.seq ?? null, digest: entry?.digest ?? null },
  ...{ version: candidate, experiment_id: experimentId, decision: verdict.decision, reasons: verdict.reasons, problem },
});

const AWAITING = '`tt-exp list` shows which experiments await approval.';

/** The owner says that there is nothing to be answered, not where there is. */
const withHint = (error: unknown): unknown =>
  error instanceof TtExpError && error.code === 'MOVE_REFUSED' && error.hint === undefined
    ? new TtExpError('MOVE_REFUSED', error.message, { hint: AWAITING, cause: error })
    : error;

/** 1 where an approved candidate is rejected all the same, since the gate no longer lets it pass. */
export const decideApproval = (
  runtime: PlatformRuntime,
  text: string,
  options: ApprovalOptions,
  isJson: boolean,
): Promise<number> =>
  withPlatform(runtime, async (platform) => {
    const { modelName, experimentId } = await find(platform, text);
    const by = runtime.environment().user;
    const request = newRequestId(by, options.isApproved ? 'approve' : 'reject');
    const answer = { ...options, by, request, experimentId, candidate: null };
    const result = await platform.registry.decide(modelName, answer).catch((error: unknown) => {
      throw withHint(error);
    });
    printLines(runtime.io.stderr, linesOf(modelName, result));
    if (isJson) {
      printJson(runtime.io, jsonOf(modelName, result));
    }
    return options.isApproved && result.verdict.decision !== 'promoted' ? EXIT.failed : EXIT.done;
  });
