/** Whom a candidate is held against, where nobody is named: the champion of its registered model. */
import { fetchOther } from '../activities/other-models.ts';
import { TtExpError } from '../contracts/errors.ts';
import type { GateQuestion } from '../contracts/local-gate.ts';
import { ALIAS } from '../contracts/names.ts';
import type { ModelSource } from '../contracts/trainer.ts';
import type { Workspace } from '../host/workspace.ts';
import { type FoundModel, findModel } from '../registry/find-model.ts';
import type { LocalTracking } from './ports.ts';

/** Of a verdict's side: what names it there. */
export interface Opponent {
  readonly name: string;
  readonly version: string;
  /** The run that trained it, or the folder that holds it. */
  readonly runId: string;
  /** null where its files cannot be fetched. */
  readonly source: ModelSource | null;
  readonly problem: string | null;
}

interface Finder {
  readonly tracking: LocalTracking | null;
  readonly workspace: Workspace;
}

/** A folder and a run have no version: what they were called stands for it. */
export const opponentOf = (ref: string, { name, runId, version, source }: FoundModel): Opponent => ({
  name: version === null ? ref : name,
  version: version?.version ?? ref,
  runId: runId ?? source.modelFolder,
  source,
  problem: null,
});

const findNamed = async (finder: Finder, ref: string, candidate: Opponent): Promise<Opponent> => {
  const opponent = opponentOf(ref, await findModel(finder, ref));
  if (opponent.runId === candidate.runId) {
    throw new TtExpError('USAGE', `gate: ${candidate.name} and ${opponent.name} are the same model`, {
      hint: 'Name another model with --against.',
    });
  }
  return opponent;
};

/**
 * Registered model whose champion is asked for; null where another model is named. Throws USAGE where nobody can tell.
 * @param recorded what the candidate's experiment names; null where that is not known
 */
export const championsModel = (
  question: GateQuestion,
  candidate: FoundModel,
  recorded: string | null,
): string | null => {
  if (question.against !== null) {
    return null;
  }
  const name = question.modelName ?? candidate.version?.name ?? recorded;
  if (name === null) {
    throw new TtExpError(
      'USAGE',
      `gate: ${question.candidate} is not named as a version of a registered model, nor does a known experiment name one, so that it has no champion to be held against`,
      { hint: 'Name the registered model with --model-name, or another model with --against.' },
    );
  }
  return name;
};

/** null where there is no champion. A champion whose files are gone is one with a problem, as in an experiment. */
const findChampion = async ({ tracking, workspace }: Finder, name: string): Promise<Opponent | null> => {
  if (tracking === null) {
    throw new TtExpError('SERVICE_UNREACHABLE', `gate: no MLflow is there to ask for the champion of ${name}`, {
      hint: 'Start it with `tt-exp up`, set MLFLOW_TRACKING_URI, or name another model with --against.',
    });
  }
  const version = await tracking.findByAlias(name, ALIAS.champion);
  return version === null
    ? null
    : {
        name: `${name}/${version.version}`,
        version: version.version,
        runId: version.runId,
        ...(await fetchOther({ tracking, workspace }, version)),
      };
};

/** @param model registered; null where another model is named. Throws USAGE, SERVICE_UNREACHABLE, and what `findModel` throws. */
export const findOpponent = async (
  finder: Finder,
  { against }: GateQuestion,
  { candidate, model }: { readonly candidate: Opponent; readonly model: string | null },
): Promise<Opponent | null> => {
  if (against !== null) {
    return findNamed(finder, against, candidate);
  }
  return model === null ? null : findChampion(finder, model);
};
