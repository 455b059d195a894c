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
  /** null: whichever waits. */
  readonly candidate: string | null;
}

const VERSION = /\/([1-9]\d*)$/;

/** Throws EXPERIMENT_NOT_FOUND, as the text may have meant a model as well. */
const resolve = (experiments: Platform['experiments'], text: string): Promise<string> =>
  resolveExperimentId(experiments, text).catch((error: unknown) => {
    if (error instanceof TtExpError && error.code === 'EXPERIMENT_NOT_FOUND') {
      const byModel = 'A question can also be answered by the name of its model, which `tt-exp models` lists.';
      const hint = [error.hint, byModel].filter((part) => part !== undefined);
      const message = `no registered model has awaited approval as ${text}; ${error.message}`;
      throw new TtExpError('EXPERIMENT_NOT_FOUND', message, { hint: hint.join(' '), cause: error });
    }
    throw error;
  });

/** A model whose owner has been asked before goes by its name, or one of its versions; all else names an experiment. */
const find = async ({ experiments, registry }: Platform, text: string): Promise<Asked> => {
  const candidate = VERSION.exec(text)?.[1] ?? null;
  const modelName = text.replace(VERSION, '');
  if (parseExperimentId(text) === null && (await registry.view(modelName)) !== null) {
    return { modelName, experimentId: null, candidate };
  }
  const experimentId = await resolve(experiments, text);
  const { config } = await experiments.input(experimentId);
  return { modelName: config.gate.model_name, experimentId, candidate: null };
};

export const answerLines = ({
  modelName,
  candidate,
  experimentId,
  verdict,
  entry,
  problem,
}: AnsweredQuestion): readonly string[] => {
  const moved = entry?.alias === 'champion' ? ` (champion ${entry.from ?? 'none'} → ${entry.to})` : '';
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
  const { modelName, ...asked } = await find(platform, text);
  const request = newRequestId(by, answer.isApproved ? 'approve' : 'reject');
  const result = await platform.registry
    .decide(modelName, { ...answer, ...asked, by, request })
    .catch((error: unknown) => {
      throw withHint(error);
    });
  return { modelName, ...result };
};

/** The gate may no longer let an approved candidate pass. */
export const isAsAnswered = ({ verdict }: AnsweredQuestion, isApproved: boolean): boolean =>
  !isApproved || verdict.decision === 'promoted';
