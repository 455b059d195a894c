/** A person's answer to the question that waits with the owner of a registered model: for commands and the dashboard. */
import { newRequestId } from '../../client/registry-client.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { parseExperimentId } from '../../contracts/ids.ts';
import type { ApprovalResult } from '../../contracts/registry-owner.ts';
import type { Platform } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';

export interface PersonsAnswer {
  readonly isApproved: boolean;
  readonly reason: string;
  readonly by: string;
}

export interface AnsweredQuestion extends ApprovalResult {
  readonly modelName: string;
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

export const answerLines = ({
  modelName,
  candidate,
  experimentId,
  verdict,
  entry,
  problem,
}: AnsweredQuestion): readonly string[] => {
  const moved = entry?.alias === 'champion' ? ` (champion ${entry.from ?? 'none'} -> ${entry.to})` : '';
  return [
    `model ${modelName}, version ${candidate} of ${experimentId}: ${verdict.decision}${moved}`,
    ...verdict.reasons.slice(-1),
    ...(problem === null ? [] : [`warning: ${problem}`]),
  ];
};

const AWAITING = '`tt-exp list` shows which experiments await approval.';

/** The owner says that there is nothing to be answered, not where there is. */
const withHint = (error: unknown): unknown =>
  error instanceof TtExpError && error.code === 'MOVE_REFUSED' && error.hint === undefined
    ? new TtExpError('MOVE_REFUSED', error.message, { hint: AWAITING, cause: error })
    : error;

/** @param text a model, or the experiment whose question it is. Throws EXPERIMENT_NOT_FOUND and what `decide` does. */
export const answerQuestion = async (
  platform: Platform,
  text: string,
  { by, ...answer }: PersonsAnswer,
): Promise<AnsweredQuestion> => {
  const { modelName, experimentId } = await find(platform, text);
  const request = newRequestId(by, answer.isApproved ? 'approve' : 'reject');
  const result = await platform.registry
    .decide(modelName, { ...answer, by, request, experimentId, candidate: null })
    .catch((error: unknown) => {
      throw withHint(error);
    });
  return { modelName, ...result };
};

/** The gate may no longer let an approved candidate pass. */
export const isAsAnswered = ({ verdict }: AnsweredQuestion, isApproved: boolean): boolean =>
  !isApproved || verdict.decision === 'promoted';
