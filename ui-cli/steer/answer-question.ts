/** A person's answer to the question that waits with the owner of a registered model: for commands and the dashboard. */
import { newRequestId } from '../../client/registry-client.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { parseExperimentId } from '../../contracts/ids.ts';
import type { ApprovalResult } from '../../contracts/registry-owner.ts';
import { decisionSentence } from '../../policy/registry/recorded-decision.ts';
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

/** The text may have meant a model as well. */
const withModel = (error: TtExpError, text: string): TtExpError => {
  const byModel = 'A question can also be answered by the name of its model, which `tt-exp models` lists.';
  const hint = [error.hint, byModel].filter((part) => part !== undefined);
  const message = `there is no registered model ${text}; ${error.message}`;
  return new TtExpError('EXPERIMENT_NOT_FOUND', message, { hint: hint.join(' '), cause: error });
};

/** What Temporal has forgotten MLflow knows, which is asked where it must be. Throws EXPERIMENT_NOT_FOUND. */
const resolve = ({ experiments, facts }: Platform, text: string): Promise<string> => {
  const list = async () => {
    const known = await experiments.list();
    const isKnown = known.some(({ experimentId }) => experimentId.startsWith(text));
    const recorded = isKnown ? [] : await facts.recordedIds(text);
    return [...known, ...recorded.map((experimentId) => ({ experimentId }))];
  };
  return resolveExperimentId({ list }, text).catch((error: unknown) => {
    throw error instanceof TtExpError && error.code === 'EXPERIMENT_NOT_FOUND' ? withModel(error, text) : error;
  });
};

/** MLflow knows its config too, where Temporal's database was lost. Throws EXPERIMENT_NOT_FOUND. */
const modelOf = async ({ experiments, facts }: Platform, experimentId: string): Promise<string> => {
  try {
    return (await experiments.input(experimentId)).config.gate.model_name;
  } catch (error) {
    if (!(error instanceof TtExpError) || error.code !== 'EXPERIMENT_NOT_FOUND') {
      throw error;
    }
    const recorded = await facts.read(experimentId).catch((unknown: unknown) => {
      throw unknown instanceof TtExpError && unknown.code === 'EXPERIMENT_NOT_FOUND'
        ? withModel(error, experimentId)
        : unknown;
    });
    return recorded.config.gate.model_name;
  }
};

/** A registered model goes by its name, or one of its versions; all else names an experiment. */
const find = async (platform: Platform, text: string): Promise<Asked> => {
  const { registry, facts } = platform;
  const candidate = VERSION.exec(text)?.[1] ?? null;
  const modelName = text.replace(VERSION, '');
  // An owner that nobody has asked yet, in this database of Temporal's, finds its question beside the ledger.
  const isModel = async (): Promise<boolean> =>
    (await registry.view(modelName)) !== null || (await facts.isRegistered(modelName));
  if (parseExperimentId(text) === null && (await isModel())) {
    return { modelName, experimentId: null, candidate };
  }
  const experimentId = await resolve(platform, text);
  return { modelName: await modelOf(platform, experimentId), experimentId, candidate: null };
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

/** Who has answered already; empty where nobody has. What keeps it from being known is said in its place. */
const answeredText = async ({ facts }: Platform, { modelName, ...about }: Asked): Promise<string> => {
  try {
    const entry = await facts.lastAnswer(modelName, about);
    return entry === null ? '' : ` Version ${entry.to ?? entry.from}: ${decisionSentence(entry)}`;
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    return ` Who has answered is not known: ${error.message}`;
  }
};

/** The owner says that there is nothing to be answered; not where there is, nor who has answered, when and how. */
const explain = async (platform: Platform, asked: Asked, error: unknown): Promise<unknown> =>
  error instanceof TtExpError && error.code === 'MOVE_REFUSED' && error.hint === undefined
    ? new TtExpError('MOVE_REFUSED', `${error.message}${await answeredText(platform, asked)}`, {
        hint: AWAITING,
        cause: error,
      })
    : error;

const LOOK_EVERY_MS = 2_000;

/** Tells what the model's owner does while an answer is carried out, until that has ended: it may train a model. */
const tellProgress = async (
  { registry }: Platform,
  modelName: string,
  { tell, ended }: { readonly tell: (line: string) => void; readonly ended: Promise<unknown> },
): Promise<void> => {
  let hasEnded = false;
  let told: string | null = null;
  const end = ended.then(
    () => {
      hasEnded = true;
    },
    () => {
      hasEnded = true;
    },
  );
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      end,
      new Promise((resolve) => {
        timer = setTimeout(resolve, LOOK_EVERY_MS);
      }),
    ]);
    clearTimeout(timer);
    if (hasEnded) {
      return;
    }
    // An owner that cannot be asked just now has no news: of an outage the answer itself tells.
    const looking = registry.view(modelName).catch(() => null);
    const { doing = null } = (await Promise.race([looking, end.then(() => null)])) ?? {};
    if (doing !== null && doing !== told) {
      told = doing;
      tell(`model ${modelName}: ${doing}`);
    }
  }
};

/** @param text a model, or the experiment whose question it is. Throws EXPERIMENT_NOT_FOUND and what `decide` does. */
export const answerQuestion = async (
  platform: Platform,
  text: string,
  { by, ...answer }: PersonsAnswer,
  tell: (line: string) => void = () => {},
): Promise<AnsweredQuestion> => {
  const found = await find(platform, text);
  const { modelName, ...asked } = found;
  const request = newRequestId(by, answer.isApproved ? 'approve' : 'reject');
  const deciding = platform.registry.decide(modelName, { ...answer, ...asked, by, request });
  const [result] = await Promise.all([deciding, tellProgress(platform, modelName, { tell, ended: deciding })]).catch(
    async (error: unknown) => {
      throw await explain(platform, found, error);
    },
  );
  return { modelName, ...result };
};

/** The gate may no longer let an approved candidate pass. */
export const isAsAnswered = ({ verdict }: AnsweredQuestion, isApproved: boolean): boolean =>
  !isApproved || verdict.decision === 'promoted';
