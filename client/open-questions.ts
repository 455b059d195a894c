/** Which questions await approval, as far as MLflow tells: for what is offered while somebody types. */
import { ALIAS, TAG } from '../contracts/names.ts';
import type { RegisteredModelRecord } from '../contracts/registered-models.ts';
import type { RunRecord } from '../contracts/runs.ts';

export interface QuestionsReader {
  /** Parent runs of which this was the last verdict. */
  findAwaiting(experimentIds: readonly string[]): Promise<readonly RunRecord[]>;
  /** null where there is none. */
  findModel(name: string): Promise<RegisteredModelRecord | null>;
}

/**
 * By what each can be answered: its model, then its experiment. A model has one question at a time, the last that was
 * asked, and its candidate is the challenger: without one, somebody has decided otherwise.
 */
export const openQuestions = async (
  tracking: QuestionsReader,
  experimentIds: readonly string[],
): Promise<readonly string[]> => {
  const runs = await tracking.findAwaiting(experimentIds);
  const newest = new Map<string, RunRecord>();
  for (const run of runs) {
    const model = run.tags[TAG.gateModel];
    if (model !== undefined && run.startTimeMs >= (newest.get(model)?.startTimeMs ?? Number.NEGATIVE_INFINITY)) {
      newest.set(model, run);
    }
  }
  const names = await Promise.all(
    [...newest].map(async ([name, { tags }]) => {
      const isOpen = (await tracking.findModel(name))?.aliases[ALIAS.challenger] !== undefined;
      const experimentId = tags[TAG.experimentId];
      return isOpen ? [name, ...(experimentId === undefined ? [] : [experimentId])] : [];
    }),
  );
  return names.flat();
};
